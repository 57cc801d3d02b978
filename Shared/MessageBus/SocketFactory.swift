import CZeroMQ

/// Makes sockets with every option set by name. Lives on the hub's thread.
struct SocketFactory {
  /// The domain that servers name to the authenticator.
  static let authenticationDomain = "gridloop"

  let context: ZeroMQContext
  let keyPair: CurveKeyPair
  let limits: BusLimits

  /// Offers publications; hears of every subscription and its end.
  func publisher() throws(BusError) -> ZeroMQSocket {
    let socket = try ZeroMQSocket(context, kind: ZMQ_XPUB)
    try configure(socket, linger: limits.lingerMilliseconds)
    try configureServer(socket)
    try socket.set(ZMQ_XPUB_VERBOSER, 1)
    // A slow subscriber loses messages; it never holds up the others.
    try socket.set(ZMQ_XPUB_NODROP, 0)
    try socket.set(ZMQ_INVERT_MATCHING, 0)
    return socket
  }

  /// Receives the publications of one peer.
  func subscriber(to key: CurvePublicKey) throws(BusError) -> ZeroMQSocket {
    let socket = try ZeroMQSocket(context, kind: ZMQ_SUB)
    // Nothing it has to send is worth waiting for: a lost connection ends its subscriptions as well.
    try configure(socket, linger: 0)
    try configureClient(socket, server: key)
    try socket.set(ZMQ_INVERT_MATCHING, 0)
    return socket
  }

  /// Receives pushed work.
  func puller() throws(BusError) -> ZeroMQSocket {
    let socket = try ZeroMQSocket(context, kind: ZMQ_PULL)
    try configure(socket, linger: 0)
    try configureServer(socket)
    return socket
  }

  /// Pushes work to one peer, only while the connection stands.
  func pusher(to key: CurvePublicKey) throws(BusError) -> ZeroMQSocket {
    let socket = try ZeroMQSocket(context, kind: ZMQ_PUSH)
    try configure(socket, linger: limits.lingerMilliseconds)
    try configureClient(socket, server: key)
    try socket.set(ZMQ_IMMEDIATE, 1)
    return socket
  }

  private func configureServer(_ socket: ZeroMQSocket) throws(BusError) {
    try socket.set(ZMQ_CURVE_SERVER, 1)
    try socket.set(ZMQ_CURVE_SECRETKEY, keyPair.secretKey)
    try socket.set(ZMQ_ZAP_DOMAIN, Array(Self.authenticationDomain.utf8))
    // Without this the library lets everyone in when the authenticator is missing.
    try socket.set(ZMQ_ZAP_ENFORCE_DOMAIN, 1)
    try socket.set(ZMQ_BACKLOG, limits.maxPendingConnections)
  }

  private func configureClient(_ socket: ZeroMQSocket, server: CurvePublicKey) throws(BusError) {
    try socket.set(ZMQ_CURVE_SERVERKEY, server.bytes)
    try socket.set(ZMQ_CURVE_PUBLICKEY, keyPair.publicKey.bytes)
    try socket.set(ZMQ_CURVE_SECRETKEY, keyPair.secretKey)
    try socket.set(ZMQ_RECONNECT_IVL, limits.reconnectMilliseconds)
    try socket.set(ZMQ_RECONNECT_IVL_MAX, limits.maxReconnectMilliseconds)
    try socket.set(ZMQ_CONNECT_TIMEOUT, limits.connectTimeoutMilliseconds)
  }

  private func configure(_ socket: ZeroMQSocket, linger: Int) throws(BusError) {
    try socket.set(ZMQ_LINGER, linger)
    try socket.set(ZMQ_SNDTIMEO, limits.sendTimeoutMilliseconds)
    try socket.set(ZMQ_RCVTIMEO, limits.receiveTimeoutMilliseconds)
    try socket.set(ZMQ_SNDHWM, limits.maxQueuedSendMessages)
    try socket.set(ZMQ_RCVHWM, limits.maxQueuedReceiveMessages)
    try socket.setWide(ZMQ_MAXMSGSIZE, Int64(limits.maxFrameBytes))
    try socket.set(ZMQ_HANDSHAKE_IVL, limits.handshakeMilliseconds)
    try socket.set(ZMQ_HEARTBEAT_IVL, limits.heartbeatMilliseconds)
    try socket.set(ZMQ_HEARTBEAT_TIMEOUT, limits.heartbeatTimeoutMilliseconds)
    try socket.set(ZMQ_HEARTBEAT_TTL, limits.heartbeatLifetimeMilliseconds)
    try socket.set(ZMQ_TCP_MAXRT, limits.maxRetransmitMilliseconds)
    try socket.set(ZMQ_TCP_KEEPALIVE, 1)
    try socket.set(ZMQ_TCP_KEEPALIVE_IDLE, limits.keepAliveIdleSeconds)
    try socket.set(ZMQ_TCP_KEEPALIVE_INTVL, limits.keepAliveIntervalSeconds)
    try socket.set(ZMQ_TCP_KEEPALIVE_CNT, limits.keepAliveProbes)
    try socket.set(ZMQ_IPV6, limits.allowsIPv6 ? 1 : 0)
  }
}
