import Wire

/// Console's documents of cases, for reading.
enum CaseText {
  static func list(_ value: JSONValue) -> String {
    var table = Table([
      .init("case"), .init("state"), .init("category"), .init("unit"), .init("lead"), .init("source"), .init("filed"),
    ])
    for item in value["items"]?.arrayValue ?? [] {
      table.add(
        text(item["id"]), text(item["state"]), code(item["category"]), code(item["unit"]),
        text(item["lead"]?["department"] ?? item["lead"]), text(item["source"]), text(item["filed_at"]))
    }
    guard !table.isEmpty else { return "no case" }
    return table.text + (value["next_cursor"]?.stringValue.map { "\nmore: --cursor \($0)" } ?? "")
  }

  static func page(_ value: JSONValue) -> String {
    var table = Table([.init(text(value["id"])), .init("")])
    for key in ["state", "version", "category", "description", "unit", "source", "filed_at", "priority"] {
      guard let member = value[key], !member.isNull else { continue }
      table.add(key, member.objectValue == nil ? text(member) : code(member))
    }
    if let lead = value["lead"]?["department"] {
      table.add("lead", text(lead) + (value["lead"]?["officer"]?.stringValue.map { ", \($0)" } ?? ""))
    }
    var sections = [table.text]
    var clocks = Table([.init("clock"), .init("limit"), .init("due"), .init("state")])
    for clock in value["clocks"]?.arrayValue ?? [] {
      clocks.add(text(clock["name"]), text(clock["limit"]), text(clock["due_at"]), text(clock["state"]))
    }
    if !clocks.isEmpty { sections.append(clocks.text) }
    var escalations = Table([.init("escalated"), .init("rung"), .init("act"), .init("clock")])
    for escalation in value["escalations"]?.arrayValue ?? [] {
      escalations.add(
        text(escalation["fired_at"]), text(escalation["rung"]), text(escalation["act"]), text(escalation["clock"]))
    }
    if !escalations.isEmpty { sections.append(escalations.text) }
    var events = Table([.init("seq", .right), .init("at"), .init("kind"), .init("actor")])
    for event in value["events"]?.arrayValue ?? [] {
      events.add(text(event["seq"]), text(event["at"]), text(event["kind"]), text(event["actor"]))
    }
    if !events.isEmpty { sections.append(events.text) }
    let actions = (value["allowed_actions"]?.arrayValue ?? []).map(text).joined(separator: ", ")
    if !actions.isEmpty { sections.append("allowed: " + actions) }
    return sections.joined(separator: "\n\n")
  }

  private static func text(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text)?: text
    case nil, .null?: "–"
    case let other?: other.description
    }
  }

  /// The code of a document's part, or its finest unit.
  private static func code(_ value: JSONValue?) -> String {
    for key in ["code", "grid", "community", "street", "district"] {
      if let code = value?[key]?.stringValue { return code }
    }
    return text(value)
  }
}
