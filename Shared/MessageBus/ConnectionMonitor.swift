import CZeroMQ

/// Follows a socket's connections by the library's own reports. Lives on the hub's thread.
final class ConnectionMonitor {
  private static let handshakeSucceeded = UInt16(ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
  private static let disconnected = UInt16(ZMQ_EVENT_DISCONNECTED)
  private static let watched =
    ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL

  let reader: ZeroMQSocket
  private let watchedSocket: ZeroMQSocket
  /// Whether the last report was of a connection made, not of one lost; of use for a socket with one connection.
  private(set) var isConnected = false
  /// Handshakes that failed so far, without those the authenticator refused.
  private(set) var failures = 0

  /// - Parameter name: tells the monitors of a process apart.
  init(of socket: ZeroMQSocket, name: String, context: ZeroMQContext) throws(BusError) {
    watchedSocket = socket
    reader = try socket.monitor(Self.watched, name: name, context: context)
  }

  /// Takes note of every report that waits.
  func readAll() {
    while case .parts(let parts) = reader.receive(maxParts: 2) {
      guard let event = parts.first, event.count == 6 else { continue }
      switch UInt16(event[0]) | UInt16(event[1]) << 8 {
      case Self.handshakeSucceeded: isConnected = true
      case Self.disconnected: isConnected = false
      default: failures += 1
      }
    }
  }

  func close() {
    watchedSocket.stopMonitor()
    reader.close()
  }
}
