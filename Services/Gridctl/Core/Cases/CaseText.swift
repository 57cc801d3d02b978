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
    addLoop(of: value, to: &table)
    var sections = [table.text]
    sections += [parts(of: value), clocks(of: value), requests(of: value), orders(of: value)].compactMap { $0 }
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

  /// What the closed loop adds, where there is any of it.
  private static func addLoop(of value: JSONValue, to table: inout Table) {
    for key in ["suspended_until", "returned_by", "rating", "merged_into", "split_from"] {
      if let member = value[key], !member.isNull { table.add(key, text(member)) }
    }
    let split = (value["split_into"]?.arrayValue ?? []).map(text)
    if !split.isEmpty { table.add("split_into", split.joined(separator: ", ")) }
    if value["must_supervise"]?.boolValue == true { table.add("must_supervise", "yes") }
    if let state = value["appeal"]?["state"] { table.add("appeal", text(state)) }
    let items = (value["closing_items"]?.arrayValue ?? []).map(text)
    if !items.isEmpty { table.add("closing_items", items.joined(separator: "；")) }
    let counts = (value["counts"]?.objectValue?.members ?? []).filter { $0.value != 0 }
      .map { "\($0.key) \(text($0.value))" }
    if !counts.isEmpty { table.add("counts", counts.joined(separator: ", ")) }
  }

  private static func parts(of value: JSONValue) -> String? {
    var table = Table([.init("assisting"), .init("state"), .init("officer"), .init("appointed")])
    for part in value["assists"]?.arrayValue ?? [] {
      table.add(
        text(part["department"]), text(part["state"]), text(part["officer"]),
        part["appointed"]?.boolValue == true ? "yes" : "no")
    }
    return table.isEmpty ? nil : table.text
  }

  private static func clocks(of value: JSONValue) -> String? {
    var table = Table([
      .init("clock"), .init("of"), .init("department"), .init("limit"), .init("due"), .init("state"),
    ])
    for clock in value["clocks"]?.arrayValue ?? [] {
      var state = text(clock["state"])
      if clock["paused"]?.boolValue == true { state = "stands still since " + text(clock["paused_at"]) }
      if clock["provisional"]?.boolValue == true { state += ", provisional" }
      let extended = (clock["extended_by"]?.arrayValue ?? []).map { " + " + text($0) }.joined()
      table.add(
        text(clock["name"]), text(clock["matter"]), text(clock["department"]), text(clock["limit"]) + extended,
        text(clock["due_at"]), state)
    }
    return table.isEmpty ? nil : table.text
  }

  private static func requests(of value: JSONValue) -> String? {
    var table = Table([.init("request"), .init("department"), .init("for"), .init("reason")])
    for request in value["requests"]?.arrayValue ?? [] {
      table.add(
        text(request["kind"]), text(request["department"]), text(request["by"] ?? request["until"]),
        text(request["reason"]))
    }
    return table.isEmpty ? nil : table.text
  }

  private static func orders(of value: JSONValue) -> String? {
    var table = Table([.init("order", .right), .init("form"), .init("department"), .init("by"), .init("answer")])
    for order in value["orders"]?.arrayValue ?? [] {
      table.add(
        text(order["number"]), text(order["form"]), text(order["department"]), text(order["ordered_by"]),
        order["awaits_answer"]?.boolValue == true ? "owed" : "–")
    }
    return table.isEmpty ? nil : table.text
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
