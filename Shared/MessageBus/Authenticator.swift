import CZeroMQ

/// Answers libzmq's question whether a connecting key may come in (ZeroMQ RFC 27, ZAP). Lives on the hub's thread and
/// is bound before any other socket, since the library asks it for every incoming connection.
final class Authenticator {
  private static let endpoint = "inproc://zeromq.zap.01"
  private static let maxParts = 16

  let socket: ZeroMQSocket
  var allowedKeys: Set<CurvePublicKey>
  /// Connections refused so far.
  private(set) var refusals = 0

  init(context: ZeroMQContext, allowedKeys: Set<CurvePublicKey>) throws(BusError) {
    self.allowedKeys = allowedKeys
    socket = try ZeroMQSocket(context, kind: ZMQ_REP)
    try socket.set(ZMQ_LINGER, 0)
    try socket.bind(Self.endpoint)
  }

  /// Answers every question that waits.
  func answerAll() {
    while true {
      switch socket.receive(maxParts: Self.maxParts) {
      case .nothing: return
      case .tooManyParts: reply(to: [], isAllowed: false)
      case .parts(let parts): reply(to: parts, isAllowed: isAllowed(parts))
      }
    }
  }

  /// A question has version, request number, domain, address, identity, mechanism and the key.
  private func isAllowed(_ parts: [[UInt8]]) -> Bool {
    guard parts.count == 7, parts[0] == Array("1.0".utf8), parts[5] == Array("CURVE".utf8) else { return false }
    guard parts[2] == Array(SocketFactory.authenticationDomain.utf8) else { return false }
    guard let key = try? CurvePublicKey(bytes: parts[6]) else { return false }
    return allowedKeys.contains(key)
  }

  private func reply(to parts: [[UInt8]], isAllowed: Bool) {
    if !isAllowed { refusals += 1 }
    let number = parts.count > 1 ? parts[1] : []
    // 300, try later: after 400 the library never tries again, and a key may be allowed a moment after its owner came.
    let status = Array((isAllowed ? "200" : "300").utf8)
    _ = socket.send([Array("1.0".utf8), number, status, [], [], []])
  }
}
