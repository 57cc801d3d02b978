import Platform

/// A bus within one process, for tests: the same rules of prefixes, turns, limits and drops as `ZeroMQBus`, delivered
/// on the caller's thread before the call returns.
public final class LoopbackBus: Bus {
  private let network: LoopbackNetwork
  private let number: Int
  private let limits: BusLimits
  private let board: StatisticsBoard
  private let peer: BusPeer
  private let ending = Ending()

  public let pulled: BusInbox

  /// A member of `network`; it hears others once `setPeers` named them.
  /// - Parameter takesPushes: whether others may push to it.
  public init(
    network: LoopbackNetwork, service: String, instance: String, takesPushes: Bool = true,
    limits: BusLimits = BusLimits()
  ) {
    self.network = network
    self.limits = limits
    pulled = BusInbox(limits: limits)
    board = StatisticsBoard()
    (number, peer) = network.join(
      service: service, instance: instance, takesPushes: takesPushes, limits: limits, board: board, pulled: pulled)
    ending.finishAtEnd(pulled)
  }

  @discardableResult
  public func publish(_ messages: [BusMessage]) -> Bool {
    for message in messages { requireTerminated(message.topic) }
    let admitted = messages.filter(limits.admits)
    let refused = messages.count - admitted.count
    if refused > 0 { board.refuse { $0.malformed += refused } }
    return network.publish(admitted, from: number) && refused == 0
  }

  @discardableResult
  public func push(to service: String, frames: [[UInt8]]) -> Bool {
    guard limits.admits(frames) else {
      board.refuse { $0.malformed += 1 }
      return false
    }
    return network.push(BusMessage(topic: [], frames: frames), to: service, from: number)
  }

  public func subscribe(prefix: [UInt8]) -> BusInbox {
    requireTerminated(prefix, orEmpty: true)
    let inbox = BusInbox(limits: limits)
    network.subscribe(inbox, prefix: prefix, for: number)
    ending.finishAtEnd(inbox)
    return inbox
  }

  public func setPeers(_ peers: [BusPeer]) {
    network.setPeers(peers, of: number)
  }

  /// Does nothing: nobody foreign can reach this process.
  public func setAllowedKeys(_ keys: Set<CurvePublicKey>) {}

  public var ownPeer: BusPeer? { peer }
  public var statistics: BusStatistics { board.statistics }
  public var isReady: Bool { !ending.isReached }

  public func wait(until condition: @escaping @Sendable (BusStatistics) -> Bool) async -> Bool {
    await board.wait(until: condition)
  }

  public func stop() async {
    network.leave(number)
    board.close()
    ending.reach()
  }
}
