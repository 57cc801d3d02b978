/// Every bound of a bus and of its sockets. None is left to the library's default.
public struct BusLimits: Hashable, Sendable {
  // Messages
  /// Longest topic.
  public var maxTopicBytes = 128
  /// Most frames in a message, without topic and envelope; at most 255.
  public var maxFrames = 64
  /// Largest frame; a peer that sends a larger one is disconnected (`ZMQ_MAXMSGSIZE`).
  public var maxFrameBytes = 1 << 20

  // Queues
  /// Calls that may wait for the hub; one more is dropped.
  public var maxMailboxCommands = 16_384
  /// Events that may wait in one inbox.
  public var maxInboxEvents = 16_384
  /// Bytes that may wait in one inbox.
  public var maxInboxBytes = 64 << 20
  /// Messages that may wait for one peer to receive them (`ZMQ_SNDHWM`).
  public var maxQueuedSendMessages = 4_096
  /// Messages of one peer that may wait for the hub (`ZMQ_RCVHWM`).
  public var maxQueuedReceiveMessages = 4_096
  /// Messages the hub takes from one socket before it looks at the others.
  public var maxReceivedPerRound = 256
  /// Peers in one set; more are ignored.
  public var maxPeers = 1_024
  /// Connections that may wait to be accepted (`ZMQ_BACKLOG`).
  public var maxPendingConnections = 128
  /// Sockets of one process (`ZMQ_MAX_SOCKETS`): four for each peer and a few of its own.
  public var maxSockets = 4_200

  // Times
  /// How long `stop()` may go on sending (`ZMQ_LINGER`).
  public var lingerMilliseconds = 500
  /// Bound of a send (`ZMQ_SNDTIMEO`); the hub never waits, so it is only a guard.
  public var sendTimeoutMilliseconds = 1_000
  /// Bound of a receive (`ZMQ_RCVTIMEO`); the hub never waits, so it is only a guard.
  public var receiveTimeoutMilliseconds = 1_000
  /// First pause before connecting again (`ZMQ_RECONNECT_IVL`).
  public var reconnectMilliseconds = 50
  /// Longest pause before connecting again (`ZMQ_RECONNECT_IVL_MAX`).
  public var maxReconnectMilliseconds = 2_000
  /// After how long a connection that does not stand is made anew by the next `setPeers`; longer than connect and
  /// handshake together.
  public var reopenMilliseconds = 15_000
  /// Longest TCP connect (`ZMQ_CONNECT_TIMEOUT`).
  public var connectTimeoutMilliseconds = 3_000
  /// Longest handshake, encryption included (`ZMQ_HANDSHAKE_IVL`).
  public var handshakeMilliseconds = 5_000
  /// Pause between heartbeats (`ZMQ_HEARTBEAT_IVL`).
  public var heartbeatMilliseconds = 2_000
  /// Silence after a heartbeat that ends a connection (`ZMQ_HEARTBEAT_TIMEOUT`).
  public var heartbeatTimeoutMilliseconds = 6_000
  /// What the other side is told to wait for the next heartbeat (`ZMQ_HEARTBEAT_TTL`), a multiple of 100.
  public var heartbeatLifetimeMilliseconds = 8_000
  /// Longest time sent bytes may stay unacknowledged (`ZMQ_TCP_MAXRT`).
  public var maxRetransmitMilliseconds = 10_000
  /// Idle time before the kernel probes a connection (`ZMQ_TCP_KEEPALIVE_IDLE`).
  public var keepAliveIdleSeconds = 30
  /// Pause between the kernel's probes (`ZMQ_TCP_KEEPALIVE_INTVL`).
  public var keepAliveIntervalSeconds = 10
  /// Unanswered probes that end a connection (`ZMQ_TCP_KEEPALIVE_CNT`).
  public var keepAliveProbes = 3

  // The library
  /// Threads that move bytes for all sockets (`ZMQ_IO_THREADS`).
  public var transportThreads = 1
  /// Whether addresses may be IPv6 (`ZMQ_IPV6`).
  public var allowsIPv6 = false

  public init() {}

  /// Whether topic and frames keep to the limits of a message.
  func admits(_ message: BusMessage) -> Bool {
    message.topic.count <= maxTopicBytes && admits(message.frames)
  }

  /// Whether frames keep to the limits of a message.
  func admits(_ frames: [[UInt8]]) -> Bool {
    frames.count <= min(maxFrames, 255) && frames.allSatisfy { $0.count <= maxFrameBytes }
  }
}

/// How one process takes part in the bus.
public struct BusOptions: Sendable {
  /// The service this process is an instance of, e.g. `dispatcher`; pushes name it.
  public var service: String
  /// What tells this process from others of its service.
  public var instance: String
  /// Where publications are offered, e.g. `tcp://127.0.0.1:*` for any free port.
  public var publishEndpoint: String
  /// Where pushed work is received; nil if this process takes none.
  public var pullEndpoint: String?
  /// The host other processes use to reach the bound ports, where it differs from the bound one.
  public var advertisedHost: String?
  /// This process's keys, for connections in both directions.
  public var keyPair: CurveKeyPair
  /// Public keys that may connect here, besides this process's own.
  public var allowedKeys: Set<CurvePublicKey>
  public var limits: BusLimits

  public init(
    service: String, instance: String, publishEndpoint: String = "tcp://127.0.0.1:*", pullEndpoint: String? = nil,
    advertisedHost: String? = nil, keyPair: CurveKeyPair, allowedKeys: Set<CurvePublicKey> = [],
    limits: BusLimits = BusLimits()
  ) {
    self.service = service
    self.instance = instance
    self.publishEndpoint = publishEndpoint
    self.pullEndpoint = pullEndpoint
    self.advertisedHost = advertisedHost
    self.keyPair = keyPair
    self.allowedKeys = allowedKeys
    self.limits = limits
  }
}
