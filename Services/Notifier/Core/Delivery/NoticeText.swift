import Casework
import Domain
import GridNetwork
import Wire

/// A notice in words: its template in the receiver's language with the values filled in.
struct NoticeText: Sendable, Hashable {
  let subject: String
  let body: String

  /// Nil when the payload cannot be read or the network has no template for it.
  ///
  /// - Parameter consoleURL: where `{link}` leads; nil leaves the line of the link out.
  init?(_ delivery: QueuedDelivery, network: LoadedNetwork, consoleURL: String? = nil) {
    if delivery.notice == ChannelTest.notice {
      self = Self.ofTest(network, language: delivery.language)
      return
    }
    guard let payload = try? JSONParser.parse(delivery.payload),
      let kind = NoticeKind(rawValue: delivery.notice),
      let template = network.templates.template(kind, language: delivery.language)
    else { return nil }
    var values = Self.values(payload, network: network, language: delivery.language)
    values["receiver"] = delivery.person
    values["link"] = consoleURL.map { Self.link($0, caseID: values["case_id"] ?? "") }
    subject = Self.fill(template.subject, values)
    body = Self.fillLines(template.body, values)
  }

  private init(subject: String, body: String) {
    self.subject = subject
    self.body = body
  }

  /// A test is of no case, and the network's templates know nothing of it.
  private static func ofTest(_ network: LoadedNetwork, language: String) -> NoticeText {
    language == "en"
      ? NoticeText(
        subject: "[\(network.identity.nameEn)] Test of the mail channel",
        body: "This is a test asked for by an administrator. Notices by mail arrive. Nothing is to be done.")
      : NoticeText(
        subject: "[\(network.identity.nameZh)] 邮件渠道测试", body: "这是管理员发起的测试，说明邮件通知可以送达，无需处理。")
  }

  private static func values(
    _ payload: JSONValue, network: LoadedNetwork, language: String
  ) -> [String: String] {
    let isEnglish = language == "en"
    let policy = network.policy
    var values: [String: String] = [:]
    for name in [
      "case_id", "state", "category_code", "unit_code", "clock", "rung", "act", "reason", "result", "accountability_id",
      "change_id", "grids", "codes", "kind", "effective_on",
    ] {
      values[name] = payload[name]?.stringValue ?? ""
    }
    values["merged_into"] = payload["merged_into"]?.stringValue ?? payload["split_into"]?.stringValue ?? ""
    values["count"] = payload["count"]?.integerValue.map { String($0) }
    let words = NoticeWords(isEnglish: isEnglish, policy: policy)
    words.replace(&values, notice: payload["notice"]?.stringValue ?? "")
    if let gaps = payload["gaps"]?.arrayValue { values["result"] = words.gaps(gaps) }
    if case .bool(let granted)? = payload["granted"] {
      values["granted"] = isEnglish ? (granted ? "granted" : "refused") : (granted ? "同意" : "不同意")
      values["result"] = values["granted"]
    }
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

  /// The console, which shows the case after the sign-in.
  static func link(_ consoleURL: String, caseID: String) -> String {
    let base = consoleURL.hasSuffix("/") ? String(consoleURL.dropLast()) : consoleURL
    return caseID.isEmpty ? "\(base)/" : "\(base)/?case=\(caseID)"
  }

  /// The text with its values; of a line that asks only for what there is not, such as a link, nothing is left, unless
  /// there were no other.
  static func fillLines(_ template: String, _ values: [String: String]) -> String {
    let lines = template.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> String? in
      let asked = names(in: line)
      if !asked.isEmpty, asked.allSatisfy({ (values[$0] ?? "").isEmpty }) { return nil }
      return fill(String(line), values)
    }
    return lines.isEmpty ? fill(template, values) : lines.joined(separator: "\n")
  }

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

  private static func names(in line: Substring) -> [String] {
    line.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
      part.firstIndex(of: "}").map { String(part[..<$0]) }
    }.filter { NoticeTemplates.valueNames.contains($0) }
  }
}
