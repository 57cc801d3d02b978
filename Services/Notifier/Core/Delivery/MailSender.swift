import Domain
import GridNetwork
import Transfer

/// Sends notices as mail, in the receiver's language; several digests for one receiver as one message.
struct MailSender: Sendable {
  let client: SMTPClient
  let sender: String
  /// Where a link leads; nil leaves links out.
  var consoleURL: String?

  /// What stands after the at sign of message identifiers.
  private var host: String { sender.split(separator: "@").last.map(String.init) ?? "gridloop" }

  func send(
    _ deliveries: [QueuedDelivery], district: UnitCode, network: LoadedNetwork, at now: Instant
  ) async throws {
    guard let first = deliveries.first else { return }
    let texts = deliveries.compactMap { NoticeText($0, network: network, consoleURL: consoleURL) }
    guard let head = texts.first else { throw NoTemplate(notice: first.notice) }
    let subject = texts.count == 1 ? head.subject : "\(head.subject) (+\(texts.count - 1))"
    let zone = network.policy.calendar.zone
    let message = MIMEMessage(
      from: MailAddress(sender, name: first.language == "en" ? network.identity.nameEn : network.identity.nameZh),
      to: [MailAddress(first.target)], subject: subject, text: texts.map(\.body).joined(separator: "\n\n"), html: nil,
      messageID: "\(first.id(district).replacing(":", with: "."))@\(host)",
      date: MailDate.text(now, zone: zone), headers: [OutgoingRequest.Header("Auto-Submitted", "auto-generated")])
    try await client.send(
      OutgoingMail(sender: sender, recipients: [first.target], message: try message.encoded()))
  }
}

/// The network has no text for this kind of notice.
struct NoTemplate: Error, CustomStringConvertible {
  let notice: String
  var description: String { "there is no template for \(notice)" }
}

/// The date line of a message (RFC 5322).
enum MailDate {
  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func text(_ moment: Instant, zone: ZoneRules) -> String {
    let (date, time) = zone.local(moment)
    let offset = zone.offsetSeconds(at: moment) / 60
    let sign = offset < 0 ? "-" : "+"
    let seconds = time.secondsSinceMidnight
    return "\(weekdays[date.weekday.rawValue - 1]), \(date.day) \(months[date.month - 1]) \(date.year) "
      + "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) "
      + "\(sign)\(two(abs(offset) / 60))\(two(abs(offset) % 60))"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
