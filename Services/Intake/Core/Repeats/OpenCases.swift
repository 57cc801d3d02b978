import Casework
import Domain
import GridNetwork
import Journal
import Operations
import Platform
import PostgresClient
import Wire

/// What this process knows of the open cases of every district, kept up by its own commits and by the journal.
///
/// Thread-safe. As a ``JournalSink`` it begins with the rows of `cases` and follows from the journal's end as it was at
/// the moment of that reading; nothing of it is stored.
final class OpenCases: JournalSink {
  /// After so many new cases, those whose windows have run out are forgotten.
  static let sweepEveryCases = 20_000

  private struct District {
    var index = OpenCaseIndex()
    var insertions = 0
  }

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let clock: any WallClock
  private let metrics: IntakeMetrics
  private let districts = Locked<[UnitCode: District]>([:])

  init(pool: PostgresPool, policies: PolicyStore, clock: any WallClock, metrics: IntakeMetrics) {
    self.pool = pool
    self.policies = policies
    self.clock = clock
    self.metrics = metrics
  }

  /// The case that the report joins; nil when it begins one.
  func target(
    for report: Report, rule: RepeatRule, policy: NetworkPolicy, in district: UnitCode, now: Instant
  ) -> OpenCase? {
    guard let point = report.point else { return nil }
    let candidates = districts.withLock {
      $0[district]?.index.candidates(near: point, category: report.category, radiusMetres: rule.radiusMetres) ?? []
    }
    guard !candidates.isEmpty else { return nil }
    return RepeatDecision.nearest(
      to: point, category: report.category, among: candidates, rule: rule, calendar: policy.calendar, now: now)
  }

  func insert(_ cases: [OpenCase], in district: UnitCode) {
    guard !cases.isEmpty else { return }
    let refused = districts.withLock { districts -> Int in
      var held = districts[district] ?? District()
      districts[district] = nil
      let refused = cases.count { !held.index.insert($0) }
      held.insertions += cases.count
      if held.insertions >= Self.sweepEveryCases || refused > 0 {
        held.insertions = 0
        if let horizon = horizon(of: district) { held.index.removeAll(filedBefore: horizon) }
      }
      districts[district] = held
      return refused
    }
    if refused > 0 { metrics.unindexed.increment(by: refused) }
  }

  func remove(_ number: Int64, in district: UnitCode) {
    districts.withLock { $0[district]?.index.remove(number) }
  }

  func count(in district: UnitCode) -> Int { districts.withLock { $0[district]?.index.count ?? 0 } }

  /// Before this moment no window of any rule reaches; nil where no repeats are recognised.
  private func horizon(of district: UnitCode) -> Instant? {
    guard let policy = policies.current(district)?.policy else { return nil }
    let now = Instant(microseconds: clock.microseconds)
    return policy.repeats.map { policy.calendar.retreat(from: now, by: $0.window).at }.min()
  }
}

// MARK: Following the journal

extension OpenCases {
  private static let end = Statement(
    "intake_journal_end", "SELECT last_seq, epoch, last_hash FROM journal_head WHERE district = $1")

  private static let open = Statement(
    "intake_open_cases",
    """
    SELECT number, category, latitude, longitude, filed_at FROM cases
    WHERE district = $1 AND filed_at >= $2 AND latitude IS NOT NULL
      AND state IN ('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'suspended')
    ORDER BY filed_at DESC LIMIT \(OpenCaseIndex.maxCases)
    """)

  func position(_ district: UnitCode) async throws -> JournalPosition {
    let horizon = horizon(of: district) ?? Instant(microseconds: clock.microseconds)
    let (position, cases) = try await pool.transaction(.readOnlySnapshot) { transaction in
      let head = try transaction.query(Self.end, [.text(district.text)]).onlyRow()
      let rows = try transaction.query(
        Self.open, [.text(district.text), .timestamp(microseconds: horizon.microseconds)])
      let position = JournalPosition(seq: try head.int64(0), epoch: try head.int32(1), hash: try head.bytes(2))
      return (position, try rows.compactMap(Self.openCase))
    }
    districts.withLock { $0[district] = District() }
    insert(cases, in: district)
    return position
  }

  private static func openCase(_ row: PostgresRow) throws -> OpenCase? {
    guard let point = GeoPoint(latitude: try row.double(2), longitude: try row.double(3)) else { return nil }
    return OpenCase(
      number: try row.int64(0), category: CategoryCode(try row.text(1)), point: point,
      filedAt: try row.timestamp(4).instant)
  }

  func apply(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    for event in slice.events { try apply(event, in: district) }
    return slice.end
  }

  /// Decodes only what can change the index: most events of a case neither begin nor end it, and those that this
  /// process committed itself are known.
  private func apply(_ event: JournalEvent, in district: UnitCode) throws {
    guard let kind = EventKind(rawValue: event.kind) else { return }
    switch kind {
    case .closed, .rejected, .voided: remove(event.caseNumber, in: district)
    case .reported, .filed:
      guard districts.withLock({ $0[district]?.index.holds(event.caseNumber) }) != true,
        let decoded = try event.decoded(), let value = OpenCase(event.caseNumber, decoded)
      else { return }
      insert([value], in: district)
    case .merged:
      if case .merged(.into)? = try event.decoded()?.detail { remove(event.caseNumber, in: district) }
    default: break
    }
  }
}

extension OpenCase {
  /// The case that an event begins; nil for any other event, and for a case without a position.
  init?(_ number: Int64, _ event: CaseEvent) {
    switch event.detail {
    case .reported(let filing), .filed(let filing):
      guard let point = filing.point else { return nil }
      self.init(number: number, category: event.subject.category, point: point, filedAt: event.subject.filedAt)
    default: return nil
    }
  }
}
