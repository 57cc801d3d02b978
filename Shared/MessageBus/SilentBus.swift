/// The bus of a process that was configured without one: it publishes nothing, receives nothing and is always ready.
public final class SilentBus: Bus {
  private let board = StatisticsBoard()
  private let limits = BusLimits()
  private let ending = Ending()

  public let pulled: BusInbox

  public init() {
    pulled = BusInbox(limits: limits)
    ending.finishAtEnd(pulled)
  }

  @discardableResult
  public func publish(_ messages: [BusMessage]) -> Bool {
    for message in messages { requireTerminated(message.topic) }
    return true
  }

  /// Counts the push as undeliverable.
  @discardableResult
  public func push(to service: String, frames: [[UInt8]]) -> Bool {
    board.update { $0.undeliverable += 1 }
    return true
  }

  public func subscribe(prefix: [UInt8]) -> BusInbox {
    requireTerminated(prefix, orEmpty: true)
    let inbox = BusInbox(limits: limits)
    ending.finishAtEnd(inbox)
    return inbox
  }

  public func setPeers(_ peers: [BusPeer]) {}
  public func setAllowedKeys(_ keys: Set<CurvePublicKey>) {}
  public var ownPeer: BusPeer? { nil }
  public var statistics: BusStatistics { board.statistics }
  public var isReady: Bool { true }

  public func wait(until condition: @escaping @Sendable (BusStatistics) -> Bool) async -> Bool {
    await board.wait(until: condition)
  }

  public func stop() async {
    board.close()
    ending.reach()
  }
}
