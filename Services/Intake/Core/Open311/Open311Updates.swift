import Domain
import GridNetwork
import Journal
import PostgresClient

/// Reads the journal as updates of requests (mySociety's extension `servicerequestupdates`).
///
/// An update says what happened in the words of its kind alone; what people wrote stays inside.
struct Open311Updates {
  static let maxUpdates = 1_000
  static let defaultSpanDays: Int64 = 1

  let pool: PostgresPool
  let district: UnitCode
  let network: LoadedNetwork
  let inChinese: Bool

  func list(_ fields: FormFields, now: Instant) async throws -> Open311Node {
    let end = try Open311Filter.moment(fields, "end_date") ?? now.adding(seconds: 1)
    let day = Instant.microsecondsPerDay
    let start = try Open311Filter.moment(fields, "start_date") ?? end.adding(microseconds: -Self.defaultSpanDays * day)
    guard start <= end else { throw Open311Fault.invalid("end_date lies before start_date") }
    guard end.microseconds(since: start) <= Open311Filter.maxSpanDays * day else {
      throw Open311Fault.invalid("start_date to end_date: 90 days at most")
    }
    let head = try await pool.query(Self.head, [.text(district.text)]).first?.int64(0) ?? 0
    let first = try await firstSeq(notBefore: start, head: head)
    let rows = try await pool.query(
      Self.events,
      [
        .text(district.text), .int64(first), .timestamp(microseconds: end.microseconds),
        .texts(Self.kinds.map(\.kind.rawValue)), .int64(Int64(Self.maxUpdates)),
      ])
    return .list(of: "request_update", try rows.map(update))
  }

  /// Time never runs backwards along a journal, so the first event of a span is found by halving.
  private func firstSeq(notBefore start: Instant, head: Int64) async throws -> Int64 {
    var low: Int64 = 1
    var high = head + 1
    while low < high {
      let middle = (low + high) / 2
      let rows = try await pool.query(Self.at, [.text(district.text), .int64(middle)])
      if let at = try rows.first?.timestamp(0).instant, at < start { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static let kinds: [(kind: EventKind, isOpen: Bool, zh: String, en: String)] = [
    (.reported, true, "已受理,待核实", "Received, to be verified"), (.filed, true, "已立案", "Filed"),
    (.dispatched, true, "已派遣", "Sent to the department responsible"), (.signed, true, "已签收", "Accepted"),
    (.handled, true, "已处置,待核查", "Handled, to be verified"),
    (.reworked, true, "返工", "Sent back for rework"),
    (.closed, false, "已结案", "Closed"), (.rejected, false, "核实不属实", "Verified and not found so"),
    (.voided, false, "已作废", "Withdrawn"),
  ]

  private func update(_ row: PostgresRow) throws -> Open311Node {
    let kind = EventKind(rawValue: try row.text(2))
    let words = Self.kinds.first { $0.kind == kind }
    let zone = network.policy.calendar.zone
    return .object([
      "update_id": .text("\(district.text).\(try row.int64(0))"),
      "service_request_id": .text(CaseID(district: district, number: try row.int64(1)).description),
      "status": .text(words?.isOpen == false ? "CLOSED" : "OPEN"),
      "updated_datetime": .text(try row.timestamp(3).instant.rfc3339(in: zone)),
      "description": .text(inChinese ? words?.zh : words?.en), "media_url": .text(nil),
    ])
  }

  private static let head = Statement("open311_head", "SELECT last_seq FROM journal_head WHERE district = $1")
  private static let at = Statement("open311_at", "SELECT at FROM journal WHERE district = $1 AND seq = $2")

  private static let events = Statement(
    "open311_events",
    """
    SELECT seq, case_number, kind, at FROM journal
    WHERE district = $1 AND seq >= $2 AND at <= $3 AND kind = ANY($4) ORDER BY seq LIMIT $5
    """)
}
