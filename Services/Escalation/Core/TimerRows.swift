import Domain
import Journal
import PostgresClient

/// What a row of `timers` is called: the clock of a case and its version, or the end of its suspension.
struct TimerKey: Sendable, Hashable, Comparable {
  /// The clock that the end of a suspension stands under; its version is 0.
  static let suspension = "suspension"

  let caseNumber: Int64
  let clock: String
  let version: Int32

  static func of(_ clock: CaseClock, caseNumber: Int64) -> TimerKey {
    TimerKey(caseNumber: caseNumber, clock: clock.name.rawValue, version: clock.version)
  }

  static func suspension(of caseNumber: Int64) -> TimerKey {
    TimerKey(caseNumber: caseNumber, clock: suspension, version: 0)
  }

  static func < (left: TimerKey, right: TimerKey) -> Bool {
    (left.caseNumber, left.clock, left.version) < (right.caseNumber, right.clock, right.version)
  }
}

/// A timer as it is to stand.
struct TimerRow: Sendable {
  let key: TimerKey
  let clockVersion: Int32
  let rung: Int32
  let at: Instant
  let isUrgent: Bool

  init(_ wake: LadderMachine.Wake, caseNumber: Int64, isUrgent: Bool) {
    key = TimerKey(
      caseNumber: caseNumber, clock: wake.clock.rawValue, version: wake.clockVersion / Int32(CaseClock.maxStages))
    clockVersion = wake.clockVersion
    rung = Int32(wake.rung)
    at = wake.at
    self.isUrgent = isUrgent
  }

  init(suspensionOf caseNumber: Int64, until: Instant, isUrgent: Bool) {
    key = .suspension(of: caseNumber)
    clockVersion = 0
    rung = 0
    at = until
    self.isUrgent = isUrgent
  }
}

/// The statements that write `timers`. Each takes its rows in the order of their keys, so that two writers seldom wait
/// for each other in a circle.
enum TimerRows {
  /// A time before every timer's.
  static let always = Instant(microseconds: 0)

  private static let delete = Statement(
    "timers_delete",
    """
    DELETE FROM timers AS t
    USING unnest($2::bigint[], $3::text[], $4::integer[], $5::timestamptz[]) AS n(case_number, clock, version, since)
    WHERE t.district = $1 AND t.case_number = n.case_number AND t.clock = n.clock AND t.version = n.version
      AND t.fire_at >= n.since
    """)

  private static let columns = """
    INSERT INTO timers (district, case_number, clock, clock_version, rung, fire_at, urgent)
    SELECT $1, n.* FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::integer[], $6::timestamptz[], $7::boolean[])
      AS n(case_number, clock, clock_version, rung, fire_at, urgent)
    """
  private static let onConflict = " ON CONFLICT (district, case_number, clock, version) DO UPDATE"

  private static let upsert = Statement(
    "timers_upsert",
    columns + onConflict
      + " SET clock_version = EXCLUDED.clock_version, rung = EXCLUDED.rung, fire_at = EXCLUDED.fire_at")

  // Whoever lays timers out from the rows of cases may have read one that the journal's follower knows more of: a case
  // that has moved on since is left to the follower, and a timer is only ever woken earlier, which costs a look and no
  // rung.
  private static let bringForward = Statement(
    "timers_bring_forward",
    columns
      + """
       JOIN unnest($8::bigint[], $9::bigint[]) AS seen(number, version) ON seen.number = n.case_number
       JOIN cases AS c ON c.district = $1 AND c.number = seen.number AND c.version = seen.version
      """ + onConflict + " SET fire_at = EXCLUDED.fire_at WHERE timers.fire_at > EXCLUDED.fire_at")

  /// - Parameter ended: the timers that fall away, each where it was to wake at this moment or later.
  static func deleteCalls(_ district: UnitCode, _ ended: [TimerKey: Instant]) -> [PostgresCall] {
    guard !ended.isEmpty else { return [] }
    let rows = ended.sorted { $0.key < $1.key }
    return [
      PostgresCall(
        delete,
        [
          .text(district.text), .int64s(rows.map(\.key.caseNumber)), .texts(rows.map(\.key.clock)),
          .int32s(rows.map(\.key.version)), .timestamps(rows.map { PostgresTimestamp($0.value) }),
        ])
    ]
  }

  /// - Precondition: no key twice.
  static func upsertCalls(_ district: UnitCode, _ rows: [TimerRow]) -> [PostgresCall] {
    rows.isEmpty ? [] : [PostgresCall(upsert, parameters(district, rows))]
  }

  /// - Parameter seen: the version of each case that the rows were laid out from, by number.
  /// - Precondition: no key twice.
  static func bringForwardCalls(
    _ district: UnitCode, _ rows: [TimerRow], seen: [(number: Int64, version: Int64)]
  ) -> [PostgresCall] {
    guard !rows.isEmpty else { return [] }
    return [
      PostgresCall(
        bringForward,
        parameters(district, rows) + [.int64s(seen.map(\.number)), .int64s(seen.map(\.version))])
    ]
  }

  private static func parameters(_ district: UnitCode, _ rows: [TimerRow]) -> [PostgresParameter] {
    let rows = rows.sorted { $0.key < $1.key }
    return [
      .text(district.text), .int64s(rows.map(\.key.caseNumber)), .texts(rows.map(\.key.clock)),
      .int32s(rows.map(\.clockVersion)), .int32s(rows.map(\.rung)),
      .timestamps(rows.map { PostgresTimestamp($0.at) }), .bools(rows.map(\.isUrgent)),
    ]
  }
}
