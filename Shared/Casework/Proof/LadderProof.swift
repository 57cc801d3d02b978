public import Domain
import GridNetwork
import Journal
public import PostgresClient
public import Wire

/// Proves of a whole district, from its journal alone, that every clock which ran over has its rungs.
///
/// Reads the journal some hundred cases at a time, so that its memory does not grow with the district.
public struct LadderProof: Sendable {
  /// Cases read at once.
  public static let maxCasesPerRead: Int64 = 500
  /// Gaps named at most; more are counted.
  public static let maxListedGaps = 1_000

  /// A gap and its case.
  public struct FoundGap: Sendable, Hashable {
    public let caseID: CaseID
    public let gap: LadderAudit.Gap

    public var json: JSONValue {
      [
        "case_id": .string(caseID.description), "clock": .string(gap.clock),
        "clock_version": .integer(Int64(gap.clockVersion)), "rung": .string(gap.rung),
        "department": gap.department.map { .string($0.text) } ?? .null,
        "expected_at": .string(gap.expectedAt.rfc3339()), "policy_version": .integer(Int64(gap.policyVersion)),
      ]
    }
  }

  /// What was proved, up to which event of the journal.
  public struct Report: Sendable {
    public let district: UnitCode
    public let asOf: Instant
    public let seq: Int64
    public let hash: [UInt8]
    public let policyVersion: Int32
    public internal(set) var cases: Int64 = 0
    /// Runnings of clocks that a ladder covered.
    public internal(set) var clocks: Int64 = 0
    /// Rungs that had to fire.
    public internal(set) var rungs: Int64 = 0
    public internal(set) var gaps: Int64 = 0
    /// The first of them, in the order of the cases.
    public internal(set) var found: [FoundGap] = []

    public var isWhole: Bool { gaps == 0 }
  }

  private struct Span {
    let version: Int32
    let since: Instant
  }

  private let pool: PostgresPool
  private let policies: PolicyStore

  public init(pool: PostgresPool, policies: PolicyStore) {
    self.pool = pool
    self.policies = policies
  }

  private static let head = Statement(
    "proof_head", "SELECT last_seq, last_hash, last_case FROM journal_head WHERE district = $1")

  private static let periods = Statement(
    "proof_periods", "SELECT version, since FROM timer_policy_periods WHERE district = $1 ORDER BY since, version")

  private static let read = Statement(
    "proof_read",
    """
    SELECT case_number, kind, actor, body FROM journal
    WHERE district = $1 AND case_number BETWEEN $2 AND $3 AND seq <= $4 ORDER BY case_number, seq
    """)

  /// - Parameters:
  ///   - asOf: rungs that were to fire later are not asked for.
  ///   - progress: called with the number of cases looked at so far.
  /// - Throws: `PostgresError`, ``PolicyFault`` when a policy is missing, `CanonicalFault` when an event is unreadable.
  public func run(
    _ district: UnitCode, asOf: Instant, progress: @Sendable (Int64) -> Void = { _ in }
  ) async throws -> Report {
    guard let current = policies.current(district)?.policy,
      let head = try await pool.query(Self.head, [.text(district.text)]).first
    else { throw PolicyFault.noNetwork(district) }
    let spans = try await pool.query(Self.periods, [.text(district.text)]).map { row in
      Span(version: try row.int32(0), since: try row.timestamp(1).instant)
    }
    let (seq, lastCase) = (try head.int64(0), try head.int64(2))
    var report = Report(
      district: district, asOf: asOf, seq: seq, hash: try head.bytes(1), policyVersion: current.version)
    var first: Int64 = 1
    while first <= lastCase {
      try Task.checkCancellation()
      let last = first + Self.maxCasesPerRead - 1
      let rows = try await pool.query(
        Self.read, [.text(district.text), .int64(first), .int64(last), .int64(seq)])
      try await add(try Self.cases(rows), spans: spans, current: current, to: &report)
      first = last + 1
      progress(report.cases)
    }
    return report
  }

  private func add(
    _ cases: [(number: Int64, events: [CaseEvent])], spans: [Span], current: NetworkPolicy, to report: inout Report
  ) async throws {
    let from = cases.compactMap { $0.events.first?.at }.min() ?? report.asOf
    let periods = try await periods(spans, from: from, report, current)
    let audit = LadderAudit(periods: periods, asOf: report.asOf)
    for (number, events) in cases {
      let findings = audit.audit(events)
      report.cases += 1
      report.clocks += Int64(findings.clocks)
      report.rungs += Int64(findings.rungs)
      report.gaps += Int64(findings.gaps.count)
      let room = Self.maxListedGaps - report.found.count
      report.found += findings.gaps.prefix(room).map {
        FoundGap(caseID: CaseID(district: report.district, number: number), gap: $0)
      }
    }
  }

  /// The policies in force since the first of these cases began. Before timers were ever laid out there was the current.
  private func periods(
    _ spans: [Span], from: Instant, _ report: Report, _ current: NetworkPolicy
  ) async throws -> [LadderAudit.Period] {
    guard !spans.isEmpty else { return [LadderAudit.Period(policy: current, since: from)] }
    let begins = spans.lastIndex { $0.since <= from } ?? 0
    var periods: [LadderAudit.Period] = []
    for span in spans[begins...] where span.since <= report.asOf || periods.isEmpty {
      let policy = try await policies.policy(report.district, version: span.version)
      periods.append(LadderAudit.Period(policy: policy, since: span.since))
    }
    return periods
  }

  private static func cases(_ rows: PostgresRows) throws -> [(number: Int64, events: [CaseEvent])] {
    var cases: [(number: Int64, events: [CaseEvent])] = []
    for row in rows {
      let number = try row.int64(0)
      guard let event = try EventCoding.decode(kind: try row.text(1), actor: try row.text(2), body: try row.bytes(3))
      else { continue }
      if cases.last?.number == number {
        cases[cases.count - 1].events.append(event)
      } else {
        cases.append((number, [event]))
      }
    }
    return cases
  }
}
