/// The nerve between processes: publishing to whoever subscribes and pushing work to one of a service's instances.
///
/// Nothing here is guaranteed to arrive. Every consumer must be right with a bus that delivers nothing, and use the bus
/// only to be fast. All calls return at once, from any thread, in the order one thread makes them.
///
/// A bus hears itself: what it publishes also reaches its own subscriptions.
public protocol Bus: Sendable {
  /// Publishes messages in order. Messages that break `BusLimits` or find no room are dropped and counted.
  /// - Precondition: each topic ends in `BusMessage.topicTerminator`, so that none is the beginning of another.
  /// - Returns: whether all were accepted for sending.
  @discardableResult func publish(_ messages: [BusMessage]) -> Bool

  /// Hands `frames` to one instance of `service`, in turn. What finds no connected instance with room is counted as
  /// `undeliverable`.
  /// - Returns: whether it was accepted for sending.
  @discardableResult func push(to service: String, frames: [[UInt8]]) -> Bool

  /// Everything published from now on whose topic begins with `prefix`; an empty prefix means everything. The
  /// subscription ends with `BusInbox.finish()` or when the last reference to the inbox goes.
  /// - Precondition: `prefix` is empty or ends in `BusMessage.topicTerminator`.
  func subscribe(prefix: [UInt8]) -> BusInbox

  /// What other instances pushed to this one; topics are empty. It fills from the start and is shared by all readers.
  var pulled: BusInbox { get }

  /// Replaces the set of peers: connects to new ones, disconnects vanished ones, leaves the others alone.
  func setPeers(_ peers: [BusPeer])

  /// Replaces the public keys that may connect here; this bus's own key always may. A connection that already stands
  /// is not cut: a revoked service must be stopped as well.
  func setAllowedKeys(_ keys: Set<CurvePublicKey>)

  /// How other processes reach this bus, for them to pass to `setPeers`; nil where nobody can.
  var ownPeer: BusPeer? { get }

  /// The counters as of the hub's last round.
  var statistics: BusStatistics { get }

  /// Waits until the counters satisfy `condition`.
  /// - Returns: false if the task was cancelled or the bus stopped first.
  func wait(until condition: @escaping @Sendable (BusStatistics) -> Bool) async -> Bool

  /// Whether the bus is running.
  var isReady: Bool { get }

  /// Sends what was accepted, for no longer than the linger time, then ends every inbox. May be called again.
  func stop() async
}

extension Bus {
  /// Publishes one message; see `publish(_:)`.
  @discardableResult
  public func publish(topic: [UInt8], frames: [[UInt8]]) -> Bool {
    publish([BusMessage(topic: topic, frames: frames)])
  }
}

/// One message of the bus.
public struct BusMessage: Hashable, Sendable {
  /// The byte every topic ends in.
  public static let topicTerminator = UInt8(ascii: "/")

  /// What the message is about, e.g. `e/440306/`; empty for pushed work.
  public let topic: [UInt8]
  /// The content, opaque to the bus.
  public let frames: [[UInt8]]

  public init(topic: [UInt8], frames: [[UInt8]]) {
    self.topic = topic
    self.frames = frames
  }

  /// Bytes of topic and frames together.
  public var byteCount: Int { frames.reduce(topic.count) { $0 + $1.count } }
}

/// What an inbox delivers.
public enum BusEvent: Hashable, Sendable {
  case message(BusMessage)
  /// The reader was too slow: `lost` messages that came after the previous event were dropped here.
  case gap(lost: Int)
}

/// Counters since the start and the connections of the moment.
public struct BusStatistics: Hashable, Sendable {
  /// Messages handed to the publishing socket.
  public var published = 0
  /// Messages dropped because a limit of this bus was reached: its mailbox on the way out, an inbox on the way in.
  public var dropped = 0
  /// Well-formed messages received from other processes, by subscription or pull.
  public var received = 0
  /// Messages refused for their form or size, outgoing or incoming.
  public var malformed = 0
  /// Messages handed to a connected instance.
  public var pushed = 0
  /// Pushes that found no connected instance with room.
  public var undeliverable = 0
  /// Connections refused because the key is not allowed.
  public var authRefused = 0
  /// Connections that failed in the handshake for any other reason, on either side.
  public var handshakesFailed = 0
  /// Peers in the present set, without this bus itself.
  public var peersKnown = 0
  /// Publishers this bus is connected to.
  public var publishersConnected = 0
  /// Instances this bus can push to, over all services.
  public var pullersConnected = 0
  /// Different prefixes that other processes subscribe to at this bus, summed over the processes.
  public var remoteSubscriptions = 0

  public init() {}
}
