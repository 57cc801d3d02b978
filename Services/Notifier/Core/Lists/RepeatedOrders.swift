import Domain
import GridNetwork
import Wire

/// The orders that came again and again in a period.
struct RepeatedOrders: Sendable {
  struct Entry: Sendable {
    let number: Int64
    let reports: Int64
    let reporters: Int64
  }

  let district: UnitCode
  let begins: CivilDate
  /// The day after the last.
  let ends: CivilDate
  /// How many there are, though only the first of them are listed.
  let total: Int64
  let cases: [Entry]

  /// What stands in the inbox and leaves by the channels.
  func encoded(_ now: Instant) -> [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.member("notice", NoticeKind.repeatedOrders.rawValue)
    writer.member("district", district.text)
    writer.member("at_microseconds", now.microseconds)
    writer.member("from", begins.description)
    writer.member("to", ends.adding(days: -1).description)
    writer.member("count", total)
    writer.member("reason", "\(begins) – \(ends.adding(days: -1))")
    writer.member(
      "result",
      cases.map { "\(CaseID(district: district, number: $0.number)) ×\($0.reports)" }
        .joined(separator: ", "))
    writer.key("cases")
    writer.beginArray()
    for entry in cases {
      writer.beginObject()
      writer.member("case_id", CaseID(district: district, number: entry.number).description)
      writer.member("reports", entry.reports)
      writer.member("reporters", entry.reporters)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}
