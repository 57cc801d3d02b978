import Domain
import Journal
import PostgresClient
import Wire

/// A report that a case answers, without who wrote it.
struct AnsweredReport: Sendable, Hashable {
  let caseNumber: Int64
  /// 0 for the report that began its case.
  let part: Int64
  let source: String
  /// The key or user that handed it in, as the journal writes actors.
  let submitter: String
  /// The number that the platform which handed it in has given it.
  let externalID: String?
  /// The event that it came with.
  let seq: Int64
}

/// The reports behind the cases of a run of events, and what was last handed in there: what an answer needs and the
/// events do not say. Read in one round trip.
struct Reporters: Sendable {
  private var reports: [Int64: [AnsweredReport]] = [:]
  private var results: [Int64: String] = [:]

  /// The user that an actor is; nil for a machine.
  static func person(_ actor: String) -> String? {
    let prefix = "\(Actor.Kind.user.rawValue):"
    return actor.hasPrefix(prefix) ? String(actor.dropFirst(prefix.count)) : nil
  }

  /// The reports that a notice of the event answers, those of the case itself first.
  func reports(answeredBy answering: PlannedNotice.Answering, _ event: JournalEvent) -> [AnsweredReport] {
    let known = (reports[event.caseNumber] ?? []).filter { $0.seq <= event.seq }
    switch answering {
    case .none: return []
    case .first: return known.filter { $0.caseNumber == event.caseNumber && $0.part <= 0 }
    case .joining: return known.filter { $0.seq == event.seq }
    case .all: return known
    }
  }

  /// The result that a department handed in before the event with that number.
  func result(before seq: Int64) -> String? { results[seq] }

  /// A case that was split off knows its reports as copies; the platform's number stands with the original.
  private static let readReports = Statement(
    "reporters_read",
    """
    WITH RECURSIVE family(root, number) AS (
      SELECT n, n FROM unnest($2::bigint[]) AS n
      UNION
      SELECT f.root, c.number FROM family AS f
      JOIN cases AS c ON c.district = $1 AND c.merged_into = f.number AND c.merged_into IS NOT NULL
    )
    SELECT f.root, r.case_number, r.part, r.source, r.submitter, coalesce(r.external_id, o.external_id), r.seq
    FROM family AS f
    JOIN reports AS r ON r.district = $1 AND r.case_number = f.number
    LEFT JOIN reports AS o ON o.district = $1 AND o.case_number = r.origin AND o.part = r.origin_part
    ORDER BY f.root, r.case_number <> f.root, r.case_number, abs(r.part)
    """)

  private static let readResults = Statement(
    "reporters_results",
    """
    SELECT n.seq, h.actor, h.body FROM unnest($2::bigint[], $3::bigint[]) AS n(number, seq)
    CROSS JOIN LATERAL (
      SELECT j.actor, j.body FROM journal AS j
      WHERE j.district = $1 AND j.case_number = n.number AND j.seq < n.seq AND j.kind = 'handled'
      ORDER BY j.seq DESC LIMIT 1) AS h
    """)

  /// - Parameters:
  ///   - cases: whose reports are asked for.
  ///   - closings: events that close a verified case.
  static func read(
    _ district: UnitCode, cases: Set<Int64>, closings: [JournalEvent], in transaction: Transaction
  ) throws -> Reporters {
    var reporters = Reporters()
    if cases.isEmpty && closings.isEmpty { return reporters }
    let rows = try transaction.pipeline([
      PostgresCall(Self.readReports, [.text(district.text), .int64s(cases.sorted())]),
      PostgresCall(
        Self.readResults,
        [.text(district.text), .int64s(closings.map(\.caseNumber)), .int64s(closings.map(\.seq))]),
    ])
    for row in rows[0] {
      let report = AnsweredReport(
        caseNumber: try row.int64(1), part: try row.int64(2), source: try row.text(3), submitter: try row.text(4),
        externalID: try row.textOrNil(5), seq: try row.int64(6))
      reporters.reports[try row.int64(0), default: []].append(report)
    }
    for row in rows[1] {
      let event = try EventCoding.decode(
        kind: EventKind.handled.rawValue, actor: try row.text(1), body: try row.bytes(2))
      guard case .handled(let handed)? = event?.detail else { continue }
      reporters.results[try row.int64(0)] = handed.result
    }
    return reporters
  }
}
