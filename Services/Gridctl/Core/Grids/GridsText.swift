import Wire

/// Console's documents of changes of grids, for reading.
enum GridsText {
  static func list(_ value: JSONValue) -> String {
    var table = Table([
      .init("change"), .init("state"), .init("kind"), .init("grids"), .init("on"), .init("waits for"), .init("by"),
    ])
    for item in value["items"]?.arrayValue ?? [] {
      table.add(
        text(item["id"]), text(item["state"]), text(item["kind"]), codes(item["grids"]), text(item["effective_on"]),
        texts(item["waiting_for"]), text(item["proposed_by"]))
    }
    guard !table.isEmpty else { return "no change of grids" }
    return table.text + (value["next_cursor"]?.stringValue.map { "\nmore: --cursor \($0)" } ?? "")
  }

  static func page(_ value: JSONValue) -> String {
    var table = Table([.init(text(value["id"])), .init("")])
    for key in [
      "state", "version", "kind", "reason", "effective_on", "due_at", "proposed_by", "proposed_at", "ended_at",
      "outcome", "network_version",
    ] {
      if let member = value[key], !member.isNull { table.add(key, text(member)) }
    }
    var grids = Table([.init("grid"), .init(""), .init("under"), .init("name")])
    for grid in value["grids"]?.arrayValue ?? [] {
      let fate = grid["retires"] == true ? "gives way" : "is redrawn"
      grids.add(text(grid["code"]), fate, text(grid["parent"]), text(grid["name_zh"]))
    }
    for grid in value["new_grids"]?.arrayValue ?? [] {
      grids.add(text(grid["code"]), "comes", text(grid["parent"]), text(grid["name_zh"]))
    }
    var approvals = Table([.init("level", .right), .init("post"), .init("within"), .init("approved"), .init("by")])
    for approval in value["approvals"]?.arrayValue ?? [] {
      approvals.add(
        text(approval["level"]), "\(text(approval["role"]))@\(text(approval["unit"]))", text(approval["within"]),
        text(approval["approved_at"]), text(approval["approved_by"]))
    }
    var sections = [table.text, grids.text, approvals.text]
    var cases = Table([.init("cases that stay"), .init("open", .right), .init("all", .right)])
    for entry in value["impact"]?["cases"]?.arrayValue ?? [] {
      cases.add(text(entry["grid"]), text(entry["open"]), text(entry["all"]))
    }
    if !cases.isEmpty { sections.append(cases.text) }
    var people = Table([.init("to be given another grid"), .init("post"), .init("as")])
    for (kind, name) in [("people", "account"), ("duties", "roster")] {
      for person in value["impact"]?[kind]?.arrayValue ?? [] {
        people.add(text(person["username"]), "\(text(person["role"]))@\(text(person["unit"]))", name)
      }
    }
    if !people.isEmpty { sections.append(people.text) }
    let waiting = texts(value["waiting_for"])
    if waiting != none { sections.append("waits for: " + waiting) }
    return sections.joined(separator: "\n\n")
  }

  private static let none = "–"

  private static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: none
    case .string(let text)?: text.isEmpty ? none : text
    case let value?: value.description
    }
  }

  private static func texts(_ value: JSONValue?) -> String {
    let texts = value?.arrayValue?.compactMap(\.stringValue) ?? []
    return texts.isEmpty ? none : texts.joined(separator: ", ")
  }

  private static func codes(_ value: JSONValue?) -> String {
    value?.arrayValue?.compactMap { $0["code"]?.stringValue }.joined(separator: " ") ?? none
  }
}
