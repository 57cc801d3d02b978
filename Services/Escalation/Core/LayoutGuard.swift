import Domain
import Journal
import PostgresClient

/// Keeps copies of the service that still hold an older policy from laying out or firing timers once another copy has
/// begun to bring them under a newer one.
enum LayoutGuard {
  // The key lock lasts until the transaction ends, and only the beginning of a new version waits for it: what was laid
  // out by the old version is then there to be found by the pass over the cases.
  private static let statement = Statement(
    "timer_policy_in_force", "SELECT version FROM timer_policies WHERE district = $1 FOR KEY SHARE")

  static func call(_ district: UnitCode) -> PostgresCall { PostgresCall(statement, [.text(district.text)]) }

  /// - Throws: ``EffectNotReady`` when the timers are under a newer policy than this one.
  static func check(_ rows: PostgresRows, _ policy: NetworkPolicy) throws {
    guard let version = try rows.first?.int32(0), version > policy.version else { return }
    throw EffectNotReady("the timers are under policy version \(version), which this process has not read yet")
  }
}
