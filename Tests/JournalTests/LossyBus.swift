import MessageBus
import Platform
import TestSupport

/// A bus that loses part of what is published over it and hands the rest on to another.
final class LossyBus: Bus {
  private let bus: any Bus
  private let lossPercent: Int
  private let random: Locked<SeededRandom>

  init(_ bus: any Bus, lossPercent: Int, random: SeededRandom) {
    self.bus = bus
    self.lossPercent = lossPercent
    self.random = Locked(random)
  }

  @discardableResult
  func publish(_ messages: [BusMessage]) -> Bool {
    let kept = messages.filter { _ in
      random.withLock { Int.random(in: 0..<100, using: &$0) } >= lossPercent
    }
    return kept.isEmpty || bus.publish(kept)
  }

  @discardableResult
  func push(to service: String, frames: [[UInt8]]) -> Bool { bus.push(to: service, frames: frames) }

  func subscribe(prefix: [UInt8]) -> BusInbox { bus.subscribe(prefix: prefix) }
  var pulled: BusInbox { bus.pulled }
  func setPeers(_ peers: [BusPeer]) { bus.setPeers(peers) }
  func setAllowedKeys(_ keys: Set<CurvePublicKey>) { bus.setAllowedKeys(keys) }
  var ownPeer: BusPeer? { bus.ownPeer }
  var statistics: BusStatistics { bus.statistics }
  var isReady: Bool { bus.isReady }

  func wait(until condition: @escaping @Sendable (BusStatistics) -> Bool) async -> Bool {
    await bus.wait(until: condition)
  }

  func stop() async { await bus.stop() }
}
