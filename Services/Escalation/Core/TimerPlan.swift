import Domain
import Journal
import PostgresClient
import Wire

/// What events do to the timers: the first rung of each clock that started or moved on, nothing for those that stopped.
struct TimerPlan {
  private struct Key: Hashable {
    let caseNumber: Int64
    let clock: ClockName
  }

  private var wakes: [Key: LadderMachine.Wake?] = [:]

  /// The later of two events about one clock decides.
  mutating func add(_ event: JournalEvent, policy: NetworkPolicy) throws {
    guard let outline = try event.outline(withClocks: true) else { return }
    for clock in outline.clocks {
      wakes[Key(caseNumber: event.caseNumber, clock: clock.name)] =
        .some(LadderMachine.firstWake(clock, traits: outline.subject.traits(policy: policy), policy: policy))
    }
  }

  private static let delete = Statement(
    "timers_delete",
    """
    DELETE FROM timers AS t USING unnest($2::bigint[], $3::text[]) AS n(case_number, clock)
    WHERE t.district = $1 AND t.case_number = n.case_number AND t.clock = n.clock
    """)

  private static let upsert = Statement(
    "timers_upsert",
    """
    INSERT INTO timers (district, case_number, clock, clock_version, rung, fire_at)
    SELECT $1, n.* FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::integer[], $6::timestamptz[])
      AS n(case_number, clock, clock_version, rung, fire_at)
    ON CONFLICT (district, case_number, clock) DO UPDATE
      SET clock_version = EXCLUDED.clock_version, rung = EXCLUDED.rung, fire_at = EXCLUDED.fire_at
    """)

  /// The statements that bring the timers there; none when nothing changes.
  func calls(_ district: UnitCode) -> [PostgresCall] {
    let ended = wakes.filter { $0.value == nil }.map(\.key)
    let running = wakes.compactMap { key, wake in wake.map { (key, $0) } }
    return [
      Self.deleteCall(district, ended.map { ($0.caseNumber, $0.clock) }),
      Self.upsertCall(district, running.map { ($0.0.caseNumber, $0.1) }),
    ].compactMap { $0 }
  }

  static func deleteCall(_ district: UnitCode, _ ended: [(caseNumber: Int64, clock: ClockName)]) -> PostgresCall? {
    guard !ended.isEmpty else { return nil }
    return PostgresCall(
      delete, [.text(district.text), .int64s(ended.map(\.caseNumber)), .texts(ended.map(\.clock.rawValue))])
  }

  static func upsertCall(
    _ district: UnitCode, _ wakes: [(caseNumber: Int64, wake: LadderMachine.Wake)]
  ) -> PostgresCall? {
    guard !wakes.isEmpty else { return nil }
    return PostgresCall(
      upsert,
      [
        .text(district.text), .int64s(wakes.map(\.caseNumber)), .texts(wakes.map(\.wake.clock.rawValue)),
        .int32s(wakes.map(\.wake.clockVersion)), .int32s(wakes.map { Int32($0.wake.rung) }),
        .timestamps(wakes.map { PostgresTimestamp($0.wake.at) }),
      ])
  }
}
