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

  /// The case that the report joins; nil when it begins one. What this process knows of a case's subject spares the
  /// look into its row; what it does not know is asked of the row.
  func target(
    for report: Report, subject: SubjectMark?, rule: RepeatRule, policy: NetworkPolicy, in district: UnitCode,
    now: Instant
  ) -> OpenCase? {
    guard let point = report.point else { return nil }
    let categories = RepeatDecision.categories(like: report.category, rule: rule, catalogue: policy.catalogue)
    let candidates = districts.withLock {
      $0[district]?.index.candidates(near: point, categories: categories, radiusMetres: rule.radiusMetres) ?? []
    }
    guard !candidates.isEmpty else { return nil }
    return RepeatDecision.nearest(
      to: point, categories: categories, subject: subject, among: candidates, rule: rule,
      calendar: policy.calendar, now: now)
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
        if let horizon = horizon(of: district) { held.index.removeAll(reportedBefore: horizon) }
      }
      districts[district] = held
      return refused
    }
    if refused > 0 { metrics.unindexed.increment(by: refused) }
  }

  func remove(_ number: Int64, in district: UnitCode) {
    districts.withLock { $0[district]?.index.remove(number) }
  }

  /// Cases were merged: reports at the place of each key join its value.
  func redirect(_ survivors: [Int64: Int64], in district: UnitCode) {
    guard !survivors.isEmpty else { return }
    districts.withLock { districts in
      for (number, survivor) in survivors { districts[district]?.index.redirect(number, to: survivor) }
    }
  }

  /// Another report of each case came at that moment.
  func touch(_ numbers: [Int64], at moment: Instant, in district: UnitCode) {
    guard !numbers.isEmpty else { return }
    districts.withLock { districts in
      for number in numbers { districts[district]?.index.touch(number, at: moment) }
    }
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

  /// How long ago a case may have been filed that is found again at the start: an incident that has been reported
  /// without a break for so long is looked at as a new one then.
  static let maxIncidentDays: Int64 = 90

  // Parts rise with the events of a case, so the last one came last.
  private static let open = Statement(
    "intake_open_cases",
    """
    WITH RECURSIVE places AS (
      SELECT number, category, latitude, longitude, filed_at, number AS joins FROM cases
      WHERE district = $1 AND filed_at >= $2
        AND state IN ('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'suspended')
      UNION ALL
      SELECT m.number, m.category, m.latitude, m.longitude, m.filed_at, p.joins FROM places AS p
      JOIN cases AS m ON m.district = $1 AND m.merged_into = p.number AND m.merged_into IS NOT NULL
    )
    SELECT p.number, p.joins, p.category, p.latitude, p.longitude, greatest(p.filed_at, r.received_at) AS reported_at
    FROM places AS p
    LEFT JOIN LATERAL (
      SELECT received_at FROM reports WHERE district = $1 AND case_number = p.joins AND part > 0
      ORDER BY part DESC LIMIT 1) AS r ON true
    WHERE p.latitude IS NOT NULL AND greatest(p.filed_at, r.received_at) >= $3
    ORDER BY reported_at DESC LIMIT \(OpenCaseIndex.maxCases)
    """)

  private static let place = Statement(
    "intake_case_place",
    """
    SELECT number, number, category, latitude, longitude, updated_at FROM cases
    WHERE district = $1 AND number = $2 AND latitude IS NOT NULL
    """)

  func position(_ district: UnitCode) async throws -> JournalPosition {
    let now = Instant(microseconds: clock.microseconds)
    let horizon = horizon(of: district) ?? now
    let oldest = min(horizon, now.adding(microseconds: -Self.maxIncidentDays * Instant.microsecondsPerDay))
    let (position, cases) = try await pool.transaction(.readOnlySnapshot) { transaction in
      let head = try transaction.query(Self.end, [.text(district.text)]).onlyRow()
      let rows = try transaction.query(
        Self.open,
        [
          .text(district.text), .timestamp(microseconds: oldest.microseconds),
          .timestamp(microseconds: horizon.microseconds),
        ])
      let position = JournalPosition(seq: try head.int64(0), epoch: try head.int32(1), hash: try head.bytes(2))
      return (position, try rows.compactMap(Self.openCase))
    }
    districts.withLock { $0[district] = District() }
    insert(cases, in: district)
    return position
  }

  private static func openCase(_ row: PostgresRow) throws -> OpenCase? {
    guard let point = GeoPoint(latitude: try row.double(3), longitude: try row.double(4)) else { return nil }
    return OpenCase(
      number: try row.int64(0), joins: try row.int64(1), category: CategoryCode(try row.text(2)), point: point,
      reportedAt: try row.timestamp(5).instant)
  }

  func apply(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    for event in slice.events { try await apply(event, in: district) }
    return slice.end
  }

  /// Decodes only what can change the index: most events of a case neither begin nor end it, and those that this
  /// process committed itself are known.
  private func apply(_ event: JournalEvent, in district: UnitCode) async throws {
    guard let kind = EventKind(rawValue: event.kind) else { return }
    switch kind {
    case .closed, .rejected, .voided: remove(event.caseNumber, in: district)
    case .reported, .filed:
      guard districts.withLock({ $0[district]?.index.holds(event.caseNumber) }) != true,
        let decoded = try event.decoded(), let value = OpenCase(event.caseNumber, decoded)
      else { return }
      insert([value], in: district)
    case .reopened:
      let rows = try await pool.query(Self.place, [.text(district.text), .int64(event.caseNumber)])
      insert(try rows.compactMap(Self.openCase), in: district)
    case .merged:
      switch try event.decoded()?.detail {
      case .merged(.into(let survivor)) where survivor.district == district:
        redirect([event.caseNumber: survivor.number], in: district)
      case .merged(.into): remove(event.caseNumber, in: district)
      case .merged(.repeated): touch([event.caseNumber], at: event.at, in: district)
      default: break
      }
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
      self.init(number: number, category: event.subject.category, point: point, reportedAt: event.subject.filedAt)
    default: return nil
    }
  }
}
