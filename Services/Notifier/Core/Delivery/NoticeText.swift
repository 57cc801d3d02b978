import Domain
import GridNetwork
import Wire

/// A notice in words: its template in the receiver's language with the values filled in.
struct NoticeText: Sendable, Hashable {
  let subject: String
  let body: String

  /// Nil when the payload cannot be read or the network has no template for it.
  init?(_ delivery: QueuedDelivery, network: LoadedNetwork) {
    guard let payload = try? JSONParser.parse(delivery.payload),
      let kind = NoticeKind(rawValue: delivery.notice),
      let template = network.templates.template(kind, language: delivery.language)
    else { return nil }
    var values = Self.values(payload, network: network, language: delivery.language)
    values["receiver"] = delivery.person
    subject = Self.fill(template.subject, values)
    body = Self.fill(template.body, values)
  }

  private static func values(
    _ payload: JSONValue, network: LoadedNetwork, language: String
  ) -> [String: String] {
    let isEnglish = language == "en"
    let policy = network.policy
    var values: [String: String] = [:]
    for name in ["case_id", "state", "category_code", "unit_code", "clock", "rung", "act", "reason", "result"] {
      values[name] = payload[name]?.stringValue ?? ""
    }
    if !isEnglish, let name = clockNames[values["clock"] ?? ""] { values["clock"] = name }
    values["merged_into"] = payload["merged_into"]?.stringValue ?? ""
    values["network"] = isEnglish ? network.identity.nameEn : network.identity.nameZh
    if let category = policy.catalogue[CategoryCode(values["category_code"] ?? "")] {
      values["category"] = isEnglish ? category.nameEn : category.nameZh
    }
    if let unit = policy.units[UnitCode(values["unit_code"] ?? "")] {
      values["unit"] = isEnglish ? unit.nameEn : unit.nameZh
    }
    if let department = policy.departments[DepartmentCode(payload["department_code"]?.stringValue ?? "")] {
      values["department"] = isEnglish ? department.nameEn : department.nameZh
    }
    if let due = payload["due_at_microseconds"]?.integerValue {
      let (date, time) = policy.calendar.zone.local(Instant(microseconds: due))
      values["due_at"] = "\(date) \(time)"
      // How long the clock has run over; `late_seconds` says how late the rung fired.
      let over = max(0, (payload["at_microseconds"]?.integerValue ?? due) - due) / Instant.microsecondsPerMinute
      values["late"] = isEnglish ? "\(over) min" : "\(over)分钟"
    }
    return values
  }

  /// The clocks as they are called in Chinese (docs/glossary.md).
  private static let clockNames = [
    ClockName.decide.rawValue: "派遣", ClockName.sign.rawValue: "签收", ClockName.contact.rawValue: "联系",
    ClockName.handle.rawValue: "处置", ClockName.verify.rawValue: "核查",
  ]

  /// Puts values in the place of `{name}`; what has no value becomes empty.
  static func fill(_ template: String, _ values: [String: String]) -> String {
    var text = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      let name = String(rest[rest.index(after: open)..<close])
      if NoticeTemplates.valueNames.contains(name) {
        text += values[name] ?? ""
      } else {
        text += rest[open...close]
      }
      rest = rest[rest.index(after: close)...]
    }
    return text + rest
  }
}
