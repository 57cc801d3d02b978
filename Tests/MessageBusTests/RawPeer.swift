import CZeroMQ
import MessageBus
import Testing

/// A peer that speaks to a bus through the bare library, to do what `ZeroMQBus` never would.
final class RawPeer {
  private let context: UnsafeMutableRawPointer
  private let socket: UnsafeMutableRawPointer

  /// - Parameter secretText: the peer's secret key in Z85, or nil for a peer without encryption.
  init(_ kind: Int32, secretText: String?, server: CurvePublicKey, endpoint: String) throws {
    context = try #require(zmq_ctx_new())
    socket = try #require(zmq_socket(context, kind))
    set(ZMQ_LINGER, 200)
    set(ZMQ_RCVTIMEO, 200)
    set(ZMQ_SNDTIMEO, 10_000)
    set(ZMQ_IMMEDIATE, 1)
    if let secretText {
      let publicText = try CurveKeyPair(secretText: secretText).publicKey.text
      zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secretText, 40)
      zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, publicText, 40)
      zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server.text, 40)
    }
    if kind == ZMQ_SUB { zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) }
    try #require(zmq_connect(socket, endpoint) == 0)
  }

  deinit {
    zmq_close(socket)
    zmq_ctx_term(context)
  }

  private func set(_ option: Int32, _ value: Int32) {
    var value = value
    zmq_setsockopt(socket, option, &value, MemoryLayout<Int32>.size)
  }

  /// Sends the parts, waiting for the connection.
  func send(_ parts: [[UInt8]]) -> Bool {
    for (index, part) in parts.enumerated() {
      let flags = index + 1 < parts.count ? ZMQ_SNDMORE : 0
      guard zmq_send(socket, part, part.count, flags) >= 0 else { return false }
    }
    return true
  }

  /// The first part of what arrives within the receive time, if anything does.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1_000)
    let count = zmq_recv(socket, &buffer, buffer.count, 0)
    return count < 0 ? nil : Array(buffer.prefix(Int(count)))
  }
}
