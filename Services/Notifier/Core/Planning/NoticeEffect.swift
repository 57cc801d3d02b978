public import Casework
import Domain
import GridNetwork
public import Journal
public import PostgresClient

/// Lays notices into inboxes and queues what leaves the house, from what the journal says.
public struct NoticeEffect: JournalEffect {
  /// The consumer's name in `positions`.
  public static let consumer = "notifier"

  private let policies: PolicyStore
  private let outlets: NoticeOutlets
  private let wakeSender: @Sendable () -> Void

  /// - Parameters:
  ///   - outlets: where this deployment sends; a channel without one is off.
  ///   - wakeSender: called after a commit that may have queued something.
  public init(policies: PolicyStore, outlets: NoticeOutlets, wakeSender: @escaping @Sendable () -> Void = {}) {
    self.policies = policies
    self.outlets = outlets
    self.wakeSender = wakeSender
  }

  public func apply(_ events: [JournalEvent], in transaction: Transaction) throws {
    guard let district = events.first?.district else { return }
    guard let network = policies.current(district) else {
      throw EffectNotReady(PolicyFault.noNetwork(district).description)
    }
    var rows = NoticeRows(
      district: district, zone: network.policy.calendar.zone, channels: network.channels,
      outlets: outlets.of(network.channels))
    for event in events {
      guard let decoded = try event.decoded() else { continue }
      let notices = NoticePlanner.plan(decoded, policy: network.policy, channels: network.channels)
      rows.add(notices, event: event, decoded: decoded)
    }
    let calls = rows.calls
    if !calls.isEmpty { _ = try transaction.pipeline(calls) }
  }

  public func committed(_ events: [JournalEvent]) async { wakeSender() }
}
