import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient

/// Fires the rungs of one district that are due, oldest first, in one transaction: the events, the accountability
/// records they open, and the timers' next rungs. Whoever dies in between has fired nothing.
struct FiringBatch: Sendable {
  /// Timers fired in one transaction at most.
  static let maxFiredTimers = 500

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
    /// How late each rung fired, in microseconds.
    let lateness: [Int64]
  }

  private static let due = Statement(
    "timers_due",
    """
    SELECT case_number, clock, clock_version, rung, fire_at FROM timers
    WHERE district = $1 AND fire_at <= $2 ORDER BY fire_at LIMIT $3 FOR UPDATE SKIP LOCKED
    """)

  private static let nextDue = Statement("timers_next", "SELECT min(fire_at) FROM timers WHERE district = $1")

  /// When the next timer of the district is due; nil when none runs.
  func nextFireAt() async throws -> Instant? {
    try await pool.query(Self.nextDue, [.text(district.text)]).onlyRow().timestampOrNil(0)?.instant
  }

  /// Nil when no timer was due.
  func run() async throws -> Outcome? {
    guard let policy = policies.current(district)?.policy else { throw PolicyFault.noNetwork(district) }
    let now = Instant(microseconds: clock.microseconds)
    let district = district
    return try await pool.transaction { transaction in
      let rows = try transaction.query(
        Self.due,
        [.text(district.text), .timestamp(microseconds: now.microseconds), .int64(Int64(Self.maxFiredTimers))])
      guard !rows.isEmpty else { return nil }
      let wakes = try rows.map { try DueTimer($0) }
      let loaded = try CaseLocks.lock(district, Set(wakes.map(\.caseNumber)).sorted(), in: transaction)
      var firing = Firing(district: district, loaded: loaded, policy: policy, now: now)
      for wake in wakes { firing.fire(wake) }
      guard let batch = firing.batch() else {
        _ = try transaction.finalPipeline(firing.timerCalls())
        return Outcome(append: nil, timers: wakes.count, fired: 0, flagged: 0, lateness: [])
      }
      let answers = try transaction.finalPipeline([batch.call] + firing.timerCalls() + firing.recordCalls())
      return Outcome(
        append: try batch.result(answers[0]), timers: wakes.count, fired: firing.reached.count,
        flagged: firing.flags.count,
        lateness: firing.reached.map { now.microseconds - $0.escalation.rungAt.microseconds })
    }
  }
}

/// A timer that is due.
struct DueTimer: Sendable {
  let caseNumber: Int64
  let wake: LadderMachine.Wake

  init(_ row: PostgresRow) throws {
    caseNumber = try row.int64(0)
    let name = try row.text(1)
    guard let clock = ClockName(rawValue: name) else { throw UnknownClock(name: name) }
    wake = LadderMachine.Wake(
      clock: clock, clockVersion: try row.int32(2), rung: Int(try row.int32(3)), at: try row.timestamp(4).instant)
  }
}

/// A timer names a clock that this version does not know.
struct UnknownClock: Error, CustomStringConvertible {
  let name: String
  var description: String { "a timer names the clock \(name), which this version does not know" }
}
