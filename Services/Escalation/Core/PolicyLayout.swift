import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import Wire

/// Brings the timers and the provisional due times of a district under the policy in force, case by case, in batches.
///
/// How far the pass has come stands in `timer_policies`, in the transaction of each batch: whoever is killed has done
/// whole batches and another goes on after the last. A case that was done is not done again, because nothing of it
/// changes the second time.
struct PolicyLayout: Sendable {
  /// Cases looked at in one transaction at most.
  static let maxCases = 500

  let district: UnitCode
  let pool: PostgresPool
  let clock: any WallClock

  /// What one step did.
  struct Step: Sendable {
    let append: AppendResult?
    let cases: Int
    /// Cases whose provisional due times were computed again.
    let recalculated: Int
    let isLast: Bool
  }

  private static let lockVersion = Statement(
    "layout_lock", "SELECT version FROM timer_policies WHERE district = $1 FOR UPDATE")

  private static let begin = Statement(
    "layout_begin",
    """
    INSERT INTO timer_policies (district, version, through) VALUES ($1, $2, 0)
    ON CONFLICT (district) DO UPDATE SET version = EXCLUDED.version, through = 0, finished_at = NULL
      WHERE timer_policies.version < EXCLUDED.version
    """)

  private static let since = Statement(
    "layout_since",
    "INSERT INTO timer_policy_periods (district, version, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")

  /// Begins a pass when the timers are under an older policy than this one. True when it began.
  func begin(_ policy: NetworkPolicy) async throws -> Bool {
    let key: [PostgresParameter] = [.text(district.text), .int32(policy.version)]
    let now = PostgresParameter.timestamp(microseconds: clock.microseconds)
    return try await pool.transaction { transaction in
      // Waits for whoever lays out or fires timers by the old policy at this moment; see LayoutGuard.
      let held = try transaction.query(Self.lockVersion, [key[0]]).first?.int32(0)
      guard held.map({ $0 < policy.version }) ?? true else { return false }
      let answers = try transaction.finalPipeline([
        PostgresCall(Self.begin, key), PostgresCall(Self.since, key + [now]),
      ])
      return answers[0].affectedRows > 0
    }
  }

  private static let again = Statement(
    "layout_again",
    """
    UPDATE timer_policies SET through = 0, finished_at = NULL
    WHERE district = $1 AND version = $2 AND through IS NULL
    """)

  /// Lets the pass over the cases be made once more: what it finds in order it leaves alone, what lacks its timer gets
  /// one.
  static func againCall(_ district: UnitCode, _ policy: NetworkPolicy) -> PostgresCall {
    PostgresCall(again, [.text(district.text), .int32(policy.version)])
  }

  // One copy at a time; whoever follows the journal or fires meanwhile is not held up.
  private static let claim = Statement(
    "layout_claim",
    """
    SELECT through FROM timer_policies WHERE district = $1 AND version = $2 AND through IS NOT NULL
    FOR NO KEY UPDATE SKIP LOCKED
    """)

  private static let next = Statement(
    "layout_cases",
    """
    SELECT number, snapshot FROM cases
    WHERE district = $1 AND number > $2 AND (due_at IS NOT NULL OR state = 'suspended') ORDER BY number LIMIT $3
    """)

  private static let advance = Statement(
    "layout_advance", "UPDATE timer_policies SET through = $3, finished_at = $4 WHERE district = $1 AND version = $2")

  /// Does the next batch; nil when no pass is under way, or another copy is at it.
  func step(_ policy: NetworkPolicy) async throws -> Step? {
    let key: [PostgresParameter] = [.text(district.text), .int32(policy.version)]
    let now = Instant(microseconds: clock.microseconds)
    let district = district
    return try await pool.transaction { transaction in
      guard let through = try transaction.query(Self.claim, key).first?.int64(0) else { return nil }
      let rows = try transaction.query(Self.next, [key[0], .int64(through), .int64(Int64(Self.maxCases))])
      let seen = try rows.map { row in
        LoadedCase(
          id: CaseID(district: district, number: try row.int64(0)), value: try CaseCoding.decode(try row.bytes(1)))
      }
      // Timers before cases: whoever fires holds them in this order.
      _ = try transaction.pipeline(
        TimerRows.bringForwardCalls(
          district, seen.flatMap { Self.timers($0, policy: policy, now: now) },
          seen: seen.map { ($0.id.number, $0.value.version) }))
      let changes = try Self.recalculated(seen, policy: policy, now: now, in: transaction)
      let isLast = seen.count < Self.maxCases
      let last = isLast ? nil : seen.last?.id.number
      let finishedAt = isLast ? PostgresTimestamp(now) : nil
      let advance = PostgresCall(Self.advance, key + [.int64(last), .timestamp(finishedAt)])
      guard !changes.isEmpty else {
        _ = try transaction.finalPipeline([advance])
        return Step(append: nil, cases: seen.count, recalculated: 0, isLast: isLast)
      }
      let batch = JournalAppend.batch(changes, district: district, now: now)
      let written = try transaction.finalPipeline([advance] + batch.calls)
      return Step(
        append: try batch.result(written[1]), cases: seen.count, recalculated: changes.count, isLast: isLast)
    }
  }

  private static func timers(_ loaded: LoadedCase, policy: NetworkPolicy, now: Instant) -> [TimerRow] {
    let (number, value) = (loaded.id.number, loaded.value)
    let isUrgent = value.subject.priority == .urgent
    var timers = value.clocks.compactMap { clock in
      LadderMachine.nextWake(clock, of: value, policy: policy, now: now)
        .map { TimerRow($0, caseNumber: number, isUrgent: isUrgent) }
    }
    if value.state == .suspended, let until = value.suspendedUntil {
      timers.append(TimerRow(suspensionOf: number, until: until, isUrgent: isUrgent))
    }
    return timers
  }

  /// The cases whose provisional due times move or become certain, under their locks.
  private static func recalculated(
    _ seen: [LoadedCase], policy: NetworkPolicy, now: Instant, in transaction: Transaction
  ) throws -> [CaseChange] {
    let actor = Actor.service("escalation")
    let numbers =
      seen
      .filter { CaseMachine.recalculate($0.value, by: actor, policy: policy, now: now) != nil }.map(\.id.number)
    guard let district = seen.first?.id.district, !numbers.isEmpty else { return [] }
    return try CaseLocks.lock(district, numbers, in: transaction).compactMap { loaded in
      CaseMachine.recalculate(loaded.value, by: actor, policy: policy, now: now)
        .map { CaseChange(loaded, $0, policy: policy) }
    }
  }
}
