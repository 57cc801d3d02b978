import Domain
import Journal
import PostgresClient

/// A timer that is due.
struct DueTimer: Sendable {
  /// What a timer wakes.
  enum Target: Sendable {
    case clock(LadderMachine.Wake)
    /// The end of a suspension.
    case suspension
  }

  let key: TimerKey
  private(set) var target: Target
  let isUrgent: Bool
  private(set) var at: Instant

  var caseNumber: Int64 { key.caseNumber }

  /// The timer as it is to stand.
  var row: TimerRow {
    switch target {
    case .clock(let wake): TimerRow(wake, caseNumber: caseNumber, isUrgent: isUrgent)
    case .suspension: TimerRow(suspensionOf: caseNumber, until: at, isUrgent: isUrgent)
    }
  }

  func going(on wake: LadderMachine.Wake) -> DueTimer {
    var timer = self
    timer.target = .clock(wake)
    timer.at = wake.at
    return timer
  }

  func going(onAt moment: Instant) -> DueTimer {
    var timer = self
    timer.at = moment
    return timer
  }

  init(_ row: PostgresRow) throws {
    let name = try row.text(1)
    let version = try row.int32(2)
    at = try row.timestamp(4).instant
    isUrgent = try row.bool(5)
    if name == TimerKey.suspension {
      key = .suspension(of: try row.int64(0))
      target = .suspension
      return
    }
    guard let clock = ClockName(rawValue: name) else { throw UnknownClock(name: name) }
    key = TimerKey(caseNumber: try row.int64(0), clock: name, version: version / Int32(CaseClock.maxStages))
    target = .clock(LadderMachine.Wake(clock: clock, clockVersion: version, rung: Int(try row.int32(3)), at: at))
  }
}

/// A timer names a clock that this version does not know.
struct UnknownClock: Error, CustomStringConvertible {
  let name: String
  var description: String { "a timer names the clock \(name), which this version does not know" }
}

/// Which due timers a batch takes: mostly the oldest, but urgent ones and such as came due only since a backlog began
/// to be drained have shares of their own, so that neither waits for its end.
struct DueShares: Sendable {
  /// The oldest that are fired in one transaction at most.
  static let maxOldestTimers = 300
  /// Besides them, such as belong to urgent cases.
  static let maxUrgentTimers = 60
  /// Besides them, such as came due after the drain began.
  static let maxFreshTimers = 60

  /// What is due later than this waits for the next batch, where there is more than one batch can take.
  ///
  /// - Parameter due: in the order of their times.
  static func horizon(_ due: [DueTimer], now: Instant) -> Instant {
    due.count < maxOldestTimers ? now : due[maxOldestTimers - 1].at
  }

  private static let statement = Statement(
    "timers_due",
    """
    WITH urgent AS (
      SELECT case_number, clock, clock_version, rung, fire_at, urgent FROM timers
      WHERE district = $1 AND fire_at <= $2 AND urgent ORDER BY fire_at LIMIT $4 FOR UPDATE SKIP LOCKED
    ), fresh AS (
      SELECT case_number, clock, clock_version, rung, fire_at, urgent FROM timers
      WHERE district = $1 AND fire_at <= $2 AND fire_at > $3 ORDER BY fire_at LIMIT $5 FOR UPDATE SKIP LOCKED
    ), oldest AS (
      SELECT case_number, clock, clock_version, rung, fire_at, urgent FROM timers
      WHERE district = $1 AND fire_at <= $2 ORDER BY fire_at LIMIT $6 FOR UPDATE SKIP LOCKED
    )
    SELECT * FROM urgent UNION SELECT * FROM fresh UNION SELECT * FROM oldest ORDER BY fire_at
    """)

  /// - Parameter drainBegan: what is due later than this came due while the backlog was being drained.
  static func call(_ district: UnitCode, now: Instant, drainBegan: Instant) -> PostgresCall {
    PostgresCall(
      statement,
      [
        .text(district.text), .timestamp(microseconds: now.microseconds),
        .timestamp(microseconds: drainBegan.microseconds), .int64(Int64(maxUrgentTimers)),
        .int64(Int64(maxFreshTimers)), .int64(Int64(maxOldestTimers)),
      ])
  }
}
