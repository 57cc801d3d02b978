import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient

/// Claims filed cases of one district, sends each where the rules say, and commits that in one transaction.
///
/// Whoever dies in between has claimed nothing: the locks fall and the cases are still filed.
struct DispatchBatch: Sendable {
  /// Cases claimed in one transaction at most.
  static let maxClaimedCases = 500

  let district: UnitCode
  let pool: PostgresPool
  let policies: PolicyStore
  let clock: any WallClock

  /// What a batch did.
  struct Outcome: Sendable {
    let append: AppendResult
    let claimed: Int
    let toDesk: Int
    /// How long the oldest case had waited, in microseconds.
    let oldestWaitMicroseconds: Int64
  }

  private static let descriptions = Statement(
    "dispatch_descriptions",
    """
    SELECT case_number, lower(description) FROM reports
    WHERE district = $1 AND case_number = ANY($2) AND part = 0 AND description IS NOT NULL
    """)

  /// Nil when no case was waiting.
  func run() async throws -> Outcome? {
    guard let policy = policies.current(district)?.policy else { throw PolicyFault.noNetwork(district) }
    let now = Instant(microseconds: clock.microseconds)
    let actor = Actor.service("dispatcher")
    let district = district
    return try await pool.transaction { transaction in
      let claimed = try CaseLocks.claimFiled(district, limit: Self.maxClaimedCases, in: transaction)
      guard let oldest = claimed.map(\.value.subject.filedAt).min() else { return nil }
      let texts = policy.readsTexts ? try Self.texts(of: claimed, district, in: transaction) : [:]
      var toDesk = 0
      let changes = claimed.compactMap { loaded -> CaseChange? in
        let text = texts[loaded.id.number] ?? ""
        let decision = Router.route(loaded.value.traits(policy: policy, text: text), policy: policy)
        if decision == .desk { toDesk += 1 }
        return CaseMachine.route(loaded.value, decision, by: actor, policy: policy, now: now, text: text)
          .map { CaseChange(loaded, $0, policy: policy) }
      }
      let batch = JournalAppend.batch(changes, district: district, now: now)
      let rows = try transaction.finalPipeline(batch.calls)
      return Outcome(
        append: try batch.result(rows[0]), claimed: claimed.count, toDesk: toDesk,
        oldestWaitMicroseconds: now.microseconds - oldest.microseconds)
    }
  }

  private static func texts(
    of claimed: [LoadedCase], _ district: UnitCode, in transaction: Transaction
  ) throws -> [Int64: String] {
    let rows = try transaction.query(
      descriptions, [.text(district.text), .int64s(claimed.map(\.id.number))])
    var texts: [Int64: String] = [:]
    for row in rows { texts[try row.int64(0)] = try row.text(1) }
    return texts
  }
}
