import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient

/// Fires the rungs of one district that are due, in one transaction: the events, the accountability records they open,
/// the cases whose suspension has ended, and the timers' next rungs. Whoever dies in between has fired nothing.
struct FiringBatch: Sendable {
  let district: UnitCode
  let pool: PostgresPool
  let policies: PolicyStore
  let clock: any WallClock

  /// What a batch did; `append` is nil when the timers that were due had nothing to fire any more.
  struct Outcome: Sendable {
    let append: AppendResult?
    let timers: Int
    let fired: Int
    let flagged: Int
    /// Cases whose suspension ended.
    let woken: Int
    /// How late each rung fired, in microseconds.
    let lateness: [Int64]
  }

  /// Nil when no timer was due.
  ///
  /// - Parameter drainBegan: when the drain began that this batch belongs to; nil for the first of one.
  func run(drainBegan: Instant? = nil) async throws -> Outcome? {
    guard let policy = policies.current(district)?.policy else { throw PolicyFault.noNetwork(district) }
    let now = Instant(microseconds: clock.microseconds)
    let district = district
    return try await pool.transaction { transaction in
      let answers = try transaction.pipeline([
        LayoutGuard.call(district), DueShares.call(district, now: now, drainBegan: drainBegan ?? now),
      ])
      try LayoutGuard.check(answers[0], policy)
      guard !answers[1].isEmpty else { return nil }
      let due = try answers[1].map { try DueTimer($0) }
      let loaded = try CaseLocks.lock(district, Set(due.map(\.caseNumber)).sorted(), in: transaction)
      var firing = Firing(district: district, loaded: loaded, policy: policy, now: now)
      firing.fire(due, horizon: DueShares.horizon(due, now: now))
      guard let batch = firing.batch() else {
        _ = try transaction.finalPipeline(firing.timerCalls())
        return Outcome(append: nil, timers: due.count, fired: 0, flagged: 0, woken: 0, lateness: [])
      }
      let written = try transaction.finalPipeline(firing.timerCalls() + firing.recordCalls() + batch.calls)
      return Outcome(
        append: try batch.result(written[written.count - batch.calls.count]), timers: due.count,
        fired: firing.reached.count, flagged: firing.flags.count, woken: firing.woken,
        lateness: firing.reached.map { now.microseconds - $0.escalation.rungAt.microseconds })
    }
  }
}
