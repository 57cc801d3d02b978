import Domain

extension NetworkReading {
  static let channelsFile = "channels.yaml"
  static let defaultWebhookTimeoutSeconds = 10

  mutating func readChannels() throws(NetworkSourceError) -> ChannelPolicy? {
    guard let map = try yaml(Self.channelsFile) else { return nil }
    defer { map.finish() }
    let languages = map.texts("languages").map(\.text)
    if languages.isEmpty { map.fault("`languages` is missing", remedy: "write `languages: [zh, en]`") }
    let quiet = readCondition(map.map("quiet")).hours
    let digests = map.texts("digest_at").compactMap { minute($0, map) }
    let attempts = map.integer("max_attempts") ?? 8
    let delays = map.texts("retry_after").compactMap { text -> Limit? in
      if let limit = try? Limit(text.text) { return limit }
      map.fault("\"\(text.text)\" is no limit", line: text.line, remedy: "write it as 5 urgent_minutes")
      return nil
    }
    var notices: [NoticeKind: ChannelPolicy.Notice] = [:]
    for entry in map.maps("notices") {
      guard let notice = readNotice(entry) else { continue }
      if notices.updateValue(notice, forKey: notice.kind) != nil {
        entry.fault("the notice \(notice.kind.rawValue) stands twice", remedy: "remove one")
      }
    }
    for kind in NoticeKind.required where notices[kind] == nil {
      map.fault(
        "no rule for the notice \(kind.rawValue)", line: map.line(of: "notices"),
        remedy: "add `- {kind: \(kind.rawValue), channels: [inbox]}`")
    }
    let (webhook, webhookTimeoutSeconds) = readWebhook(map.map("webhook"))
    return ChannelPolicy(
      languages: languages, quietHours: quiet, digestMinutes: digests, maxAttempts: attempts,
      retryDelays: delays, webhook: webhook, webhookTimeoutSeconds: webhookTimeoutSeconds,
      smtp: readSmtp(map.map("smtp")), notices: notices)
  }

  private func minute(_ text: YamlText, _ map: YamlMap) -> Int? {
    if let time = try? TimeOfDay(text.text) { return time.secondsSinceMidnight / 60 }
    map.fault("\"\(text.text)\" is no time of day", line: text.line, remedy: "write it as \"08:30\"")
    return nil
  }

  private func readNotice(_ map: YamlMap) -> ChannelPolicy.Notice? {
    defer { map.finish() }
    let to = map.texts("to").compactMap { receiver($0, map) }
    let channels = values(map, "channels", of: NoticeChannel.self)
    let urgent = map.bool("urgent") ?? false
    let digest = map.bool("digest") ?? false
    guard let kind = value(map, "kind", of: NoticeKind.self) else { return nil }
    if channels.isEmpty {
      map.fault("the notice \(kind.rawValue) has no channel", remedy: "add `channels: [inbox]`")
    }
    return ChannelPolicy.Notice(kind: kind, to: to, channels: channels, urgent: urgent, digest: digest)
  }

  /// Off while the address is empty; the timeout holds for an address from elsewhere too.
  private func readWebhook(_ map: YamlMap?) -> (webhook: ChannelPolicy.Webhook?, timeoutSeconds: Int) {
    let timeout = map?.integer("timeout_seconds") ?? Self.defaultWebhookTimeoutSeconds
    guard let map else { return (nil, timeout) }
    defer { map.finish() }
    guard let url = map.text("url"), !url.text.isEmpty else { return (nil, timeout) }
    if !url.text.hasPrefix("https://") && !url.text.hasPrefix("http://") {
      map.fault("the webhook's address is no URL", line: url.line, remedy: "begin it with https://")
    }
    return (ChannelPolicy.Webhook(url: url.text), timeout)
  }

  private func readSmtp(_ map: YamlMap?) -> ChannelPolicy.Smtp? {
    guard let map else { return nil }
    defer { map.finish() }
    let host = map.text("host")
    let port = map.integer("port") ?? 587
    let sender = map.text("sender")
    let usesTLS = map.bool("tls") ?? true
    guard let host, !host.text.isEmpty else { return nil }
    guard let sender, sender.text.contains("@") else {
      map.fault("mail needs a sender", line: host.line, remedy: "add `sender: name@host`")
      return nil
    }
    return ChannelPolicy.Smtp(host: host.text, port: port, sender: sender.text, usesTLS: usesTLS)
  }

  /// `templates/<kind>.<language>.txt` for every notice the network sends.
  mutating func readTemplates(channels: ChannelPolicy?) throws(NetworkSourceError) -> NoticeTemplates {
    var templates: [NoticeKind: [String: NoticeTemplates.Template]] = [:]
    let languages = channels?.languages ?? []
    var expected: Set<String> = []
    for kind in NoticeKind.allCases where channels?.notices[kind] != nil {
      for language in languages {
        let name = "templates/\(kind.rawValue).\(language).txt"
        expected.insert(name)
        guard let bytes = try file(name) else {
          faults.add(name, 1, "the template is missing", remedy: "write its subject, an empty line and its text")
          continue
        }
        if let template = readTemplate(bytes, name) { templates[kind, default: [:]][language] = template }
      }
    }
    if channels != nil {
      for name in names where name.hasPrefix("templates/") && !expected.contains(name) {
        faults.add(name, 1, "a template of no known notice or language", remedy: "name it <kind>.<language>.txt")
      }
    }
    return NoticeTemplates(templates: templates, languages: languages)
  }

  private func readTemplate(_ bytes: [UInt8], _ name: String) -> NoticeTemplates.Template? {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      for asked in Self.valueNames(in: line) where !NoticeTemplates.valueNames.contains(asked) {
        faults.add(
          name, index + 1, "unknown value {\(asked)}",
          remedy: "known: \(NoticeTemplates.valueNames.sorted().joined(separator: ", "))")
      }
    }
    guard lines.count >= 3, !lines[0].isEmpty, lines[1].isEmpty else {
      faults.add(name, 1, "a template is a subject, an empty line and a text", remedy: "write it so")
      return nil
    }
    let body = lines.dropFirst(2).joined(separator: "\n")
    return NoticeTemplates.Template(subject: String(lines[0]), body: body.trimmingSpaces())
  }

  private static func valueNames(in line: Substring) -> [String] {
    line.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
      part.firstIndex(of: "}").map { String(part[..<$0]) }
    }
  }
}
