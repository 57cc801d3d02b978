public import Casework
import Domain
import GridNetwork
public import Journal
public import PostgresClient

/// Keeps a timer for each clock that runs and each suspension that ends, from what the journal says.
public struct TimerEffect: JournalEffect {
  /// The consumer's name in `positions`.
  public static let consumer = "escalation"
  /// Timers may be so old; the next rung of a clock is minutes away. A case that is filed and dispatched within it
  /// never has the timer of its dispatch.
  public static let paceMicroseconds: Int64 = 100_000

  private let policies: PolicyStore

  public init(policies: PolicyStore) { self.policies = policies }

  public func apply(_ events: [JournalEvent], in transaction: Transaction) throws {
    guard let district = events.first?.district else { return }
    guard let policy = policies.current(district)?.policy else {
      throw EffectNotReady(PolicyFault.noNetwork(district).description)
    }
    var plan = TimerPlan()
    for event in events { try plan.add(event, policy: policy) }
    let calls = plan.calls(district)
    guard !calls.isEmpty else { return }
    let answers = try transaction.pipeline([LayoutGuard.call(district)] + calls)
    try LayoutGuard.check(answers[0], policy)
  }
}
