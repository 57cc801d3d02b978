import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import Wire

/// So many cases whose rung is due at one moment, as after an outage: how late the last of them fires, and whether new
/// reports are dispatched meanwhile as ever.
///
/// The cases are written straight into the journal, begun so long ago that the first rung of their sign clock falls on
/// the chosen moment. Once they have fired they are void, so that nothing of them climbs on.
struct MassDues: Sendable {
  static let casesPerAppend = 500
  /// New reports a second while the rungs fire.
  static let reportsPerSecond = 50.0
  /// How long all rungs together may take, in microseconds.
  static let maxDrainMicroseconds: Int64 = 600_000_000
  static let pollMicroseconds: Int64 = 100_000

  struct Result: Sendable {
    let cases: Int
    /// Rungs that fired, and cases of which one fired.
    let fired: Int64
    let distinct: Int64
    let p50Milliseconds: Double?
    let p99Milliseconds: Double?
    let drainSeconds: Double
    let dispatch: DispatchWatch.Latencies
  }

  /// A kind of case of which a rung falls on a given moment.
  private struct Recipe {
    let category: CategoryCode
    let unit: UnitCode
    let priority: Priority
    let startedAt: Instant
  }

  private static let actor = Actor(kind: .service, name: "bench", role: .dispatcher)

  let network: LoadedNetwork
  let load: LoadSource
  let pool: PostgresPool
  let cases: Int

  private var policy: NetworkPolicy { network.policy }
  private var district: UnitCode { load.district }

  /// Nil where no rung of the network's ladders can fall on any moment, as when all limits are of working time.
  func run(connections: Int, settle: () async throws -> Void) async throws -> Result? {
    let clock = SystemClock()
    // So much time as the cases need to be written and followed, by a machine that does half of what is usual.
    let dueAt = Instant(microseconds: clock.microseconds + 10_000_000 + Int64(cases) * 600)
    guard let recipe = recipe(dueAt) else { return nil }
    let numbers = try await write(recipe)
    try await settle()
    let watch = DispatchWatch(pool: pool, district: district)
    let watching = Task { try await watch.run() }
    defer { watching.cancel() }
    let lead = Double(dueAt.microseconds - clock.microseconds) / 1e6
    let seconds = max(lead, 0) + max(5, Double(cases) / 4_000)
    async let reports = load.client(min(connections, 8), .open(perSecond: Self.reportsPerSecond), seconds: seconds)
      .run()
    let drained = try await drain(numbers, dueAt: dueAt, clock: clock)
    let acknowledged = try await reports.acknowledgements
    try await settle()
    let row = try await pool.query(Self.figures, key(numbers) + [.timestamp(PostgresTimestamp(dueAt))]).onlyRow()
    let result = Result(
      cases: cases, fired: try row.int64(0), distinct: try row.int64(1), p50Milliseconds: try row.doubleOrNil(2),
      p99Milliseconds: try row.doubleOrNil(3), drainSeconds: Double(drained) / 1e6,
      dispatch: watch.latency(of: acknowledged))
    try await void(numbers)
    return result
  }

  private func key(_ numbers: ClosedRange<Int64>) -> [PostgresParameter] {
    [.text(district.text), .int64(numbers.lowerBound), .int64(numbers.upperBound)]
  }

  /// Of wall-clock limits the first rung lies as long after the start wherever that is.
  private func recipe(_ dueAt: Instant) -> Recipe? {
    guard let unit = policy.units.units.last(where: { $0.tier == policy.units.finestTier })?.code else { return nil }
    for priority in [Priority.urgent, .normal] {
      for category in policy.catalogue.categories where category.fileable {
        guard let first = firstRung(category.code, unit, priority, startedAt: dueAt) else { continue }
        let startedAt = dueAt.adding(microseconds: -first.microseconds(since: dueAt))
        guard firstRung(category.code, unit, priority, startedAt: startedAt) == dueAt else { continue }
        return Recipe(category: category.code, unit: unit, priority: priority, startedAt: startedAt)
      }
    }
    return nil
  }

  private func firstRung(
    _ category: CategoryCode, _ unit: UnitCode, _ priority: Priority, startedAt: Instant
  ) -> Instant? {
    let recipe = Recipe(category: category, unit: unit, priority: priority, startedAt: startedAt)
    guard let value = change(recipe)?.value, let clock = value.runningClock(.sign) else { return nil }
    return LadderMachine.nextWake(clock, of: value, policy: policy, now: startedAt)?.at
  }

  /// A case that was filed and dispatched at the recipe's time, in one; nil when no rule routes it, or to assisting
  /// departments as well.
  private func change(_ recipe: Recipe) -> CaseChange? {
    let report = Report(
      source: .officer, category: recipe.category, unit: recipe.unit, priority: recipe.priority,
      contentDigest: [UInt8](repeating: 0, count: 32))
    let filed = CaseMachine.file(report, by: Self.actor, policy: policy, now: recipe.startedAt)
    let decision = Router.route(filed.value.traits(policy: policy), policy: policy)
    guard
      let routed = CaseMachine.route(
        filed.value, decision, by: Self.actor, policy: policy, now: recipe.startedAt),
      routed.value.parts.isEmpty
    else { return nil }
    return CaseChange(
      number: 0, expectedVersion: 0, value: routed.value, events: filed.events + routed.events,
      unitPath: policy.unitPath(recipe.unit), filedDay: policy.filedDay(recipe.startedAt))
  }

  private static let insertReports = Statement(
    "gridctl_mass_reports",
    """
    INSERT INTO reports (district, case_number, part, source, submitter, body_hash, seq, received_at, description)
    SELECT $1, n.number, 0, 'officer', $2, $3, $4, $5, 'bench' FROM unnest($6::bigint[]) AS n(number)
    """)

  /// The numbers of the cases; between them may lie others that were reported meanwhile.
  private func write(_ recipe: Recipe) async throws -> ClosedRange<Int64> {
    guard let change = change(recipe) else { throw Refusal("no_route", "no rule routes the bench's cases") }
    var first: Int64?
    var last: Int64 = 0
    var left = cases
    while left > 0 {
      let size = min(left, Self.casesPerAppend)
      left -= size
      let now = Instant(microseconds: SystemClock().microseconds)
      let batch = JournalAppend.batch(
        [CaseChange](repeating: change, count: size), district: district, now: now)
      let appended = try batch.result(try await pool.pipeline(batch.calls)[0])
      try await pool.execute(
        Self.insertReports,
        [
          .text(district.text), .text(Self.actor.text), .bytes([UInt8](repeating: 0, count: 32)),
          .int64(appended.run.firstSeq), .timestamp(PostgresTimestamp(now)), .int64s(appended.caseNumbers),
        ])
      first = first ?? appended.caseNumbers.first
      last = appended.caseNumbers.last ?? last
    }
    guard let first else { throw Refusal("no_cases", "a mass of no cases is nothing to measure") }
    return first...last
  }

  private static let count = Statement(
    "gridctl_mass_count",
    """
    SELECT count(*) FROM escalations
    WHERE district = $1 AND case_number BETWEEN $2 AND $3 AND clock = 'sign' AND rung_at = $4
    """)

  private static let figures = Statement(
    "gridctl_mass_figures",
    """
    SELECT count(*), count(DISTINCT case_number),
      percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM fired_at - rung_at)::float8) * 1000,
      percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM fired_at - rung_at)::float8) * 1000
    FROM escalations WHERE district = $1 AND case_number BETWEEN $2 AND $3 AND clock = 'sign' AND rung_at = $4
    """)

  /// Waits until all have fired; how long after the moment that was, in microseconds.
  private func drain(
    _ numbers: ClosedRange<Int64>, dueAt: Instant, clock: SystemClock
  ) async throws -> Int64 {
    let parameters = key(numbers) + [.timestamp(PostgresTimestamp(dueAt))]
    while true {
      let fired = try await pool.query(Self.count, parameters).onlyRow().int64(0)
      let since = clock.microseconds - dueAt.microseconds
      if fired >= Int64(cases) || since > Self.maxDrainMicroseconds { return since }
      try await MonotonicClock.wait(until: MonotonicClock.microseconds + Self.pollMicroseconds)
    }
  }

  /// Ends the cases: whatever is still to fire of them does not.
  private func void(_ numbers: ClosedRange<Int64>) async throws {
    let (policy, district) = (policy, district)
    for first in stride(from: numbers.lowerBound, through: numbers.upperBound, by: Self.casesPerAppend) {
      let last = min(first + Int64(Self.casesPerAppend) - 1, numbers.upperBound)
      let now = Instant(microseconds: SystemClock().microseconds)
      try await pool.transaction { transaction in
        let changes = try CaseLocks.lock(district, Array(first...last), in: transaction).compactMap { loaded in
          loaded.value.subject.finder == Self.actor.text
            ? CaseChange(
              loaded,
              try CaseMachine.decide(
                loaded.value, .void(reason: "bench"), by: Self.actor, policy: policy, now: now), policy: policy) : nil
        }
        guard !changes.isEmpty else { return }
        _ = try transaction.finalPipeline(JournalAppend.batch(changes, district: district, now: now).calls)
      }
    }
  }
}
