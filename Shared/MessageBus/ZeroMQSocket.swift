import CZeroMQ
import Glibc

/// A libzmq context; closed by the hub after all its sockets.
final class ZeroMQContext {
  let handle: UnsafeMutableRawPointer

  init(limits: BusLimits) throws(BusError) {
    guard zmq_has("curve") == 1 else {
      throw BusError(.encryptionUnavailable, "libzmq was built without CURVE")
    }
    guard let handle = zmq_ctx_new() else {
      throw BusError(.socket, "no ZeroMQ context", errorNumber: zmq_errno())
    }
    self.handle = handle
    zmq_ctx_set(handle, ZMQ_IO_THREADS, Int32(limits.transportThreads))
    zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, Int32(limits.maxSockets))
    zmq_ctx_set(handle, ZMQ_MAX_MSGSZ, Int32(limits.maxFrameBytes))
    zmq_ctx_set(handle, ZMQ_IPV6, limits.allowsIPv6 ? 1 : 0)
    zmq_ctx_set(handle, ZMQ_BLOCKY, 0)
  }

  /// Waits, for no longer than the sockets' linger time, for what is left to be sent, and frees everything.
  func close() {
    while zmq_ctx_term(handle) != 0, zmq_errno() == EINTR {}
  }
}

/// One socket. Not thread-safe: it lives and dies on the hub's thread.
final class ZeroMQSocket {
  enum SendOutcome: Equatable {
    case sent
    /// Nobody is connected or has room.
    case noRoom
    case failed(errorNumber: Int32)
  }

  enum ReceiveOutcome {
    case parts([[UInt8]])
    /// More parts than allowed; they have been read and thrown away.
    case tooManyParts
    case nothing
  }

  let handle: UnsafeMutableRawPointer
  private var isClosed = false

  init(_ context: ZeroMQContext, kind: Int32) throws(BusError) {
    guard let handle = zmq_socket(context.handle, kind) else {
      throw BusError(.socket, "no socket of kind \(kind)", errorNumber: zmq_errno())
    }
    self.handle = handle
  }

  deinit {
    close()
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    zmq_close(handle)
  }

  func set(_ option: Int32, _ value: Int) throws(BusError) {
    var value = Int32(value)
    try check(zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size), option)
  }

  func setWide(_ option: Int32, _ value: Int64) throws(BusError) {
    var value = value
    try check(zmq_setsockopt(handle, option, &value, MemoryLayout<Int64>.size), option)
  }

  func set(_ option: Int32, _ bytes: [UInt8]) throws(BusError) {
    try check(zmq_setsockopt(handle, option, bytes, bytes.count), option)
  }

  func bind(_ endpoint: String) throws(BusError) {
    guard zmq_bind(handle, endpoint) == 0 else {
      throw BusError(.endpoint, "cannot bind \(endpoint)", errorNumber: zmq_errno())
    }
  }

  func connect(_ endpoint: String) throws(BusError) {
    guard zmq_connect(handle, endpoint) == 0 else {
      throw BusError(.endpoint, "cannot connect to \(endpoint)", errorNumber: zmq_errno())
    }
  }

  func subscribe(_ prefix: [UInt8]) throws(BusError) {
    try set(ZMQ_SUBSCRIBE, prefix)
  }

  func unsubscribe(_ prefix: [UInt8]) throws(BusError) {
    try set(ZMQ_UNSUBSCRIBE, prefix)
  }

  /// The endpoint last bound, with the port the system chose.
  func boundEndpoint() throws(BusError) -> String {
    var text = [CChar](repeating: 0, count: 256)
    var count = text.count
    guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else {
      throw BusError(.socket, "the bound endpoint is not known", errorNumber: zmq_errno())
    }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Has the library report the given connection events to the returned socket.
  func monitor(_ events: Int32, name: String, context: ZeroMQContext) throws(BusError) -> ZeroMQSocket {
    let endpoint = "inproc://monitor-\(name)"
    guard zmq_socket_monitor(handle, endpoint, events) == 0 else {
      throw BusError(.socket, "no connection monitor", errorNumber: zmq_errno())
    }
    let reader = try ZeroMQSocket(context, kind: ZMQ_PAIR)
    try reader.set(ZMQ_LINGER, 0)
    try reader.connect(endpoint)
    return reader
  }

  func stopMonitor() {
    zmq_socket_monitor(handle, nil, 0)
  }

  /// Sends the parts as one message without waiting. Each part is copied once.
  func send(_ parts: [[UInt8]]) -> SendOutcome {
    var outcome = SendOutcome.sent
    for (index, part) in parts.enumerated() {
      let more = index + 1 < parts.count ? ZMQ_SNDMORE : 0
      let count = part.withUnsafeBytes { zmq_send(handle, $0.baseAddress, $0.count, ZMQ_DONTWAIT | more) }
      guard count < 0, outcome == .sent else { continue }
      let number = zmq_errno()
      outcome = number == EAGAIN ? .noRoom : .failed(errorNumber: number)
      // Refused at the first part nothing has been sent. Later, the library waits for the rest, to drop it.
      if index == 0 { return outcome }
    }
    return outcome
  }

  /// Takes the next message if one is there. Each part is copied once.
  func receive(maxParts: Int) -> ReceiveOutcome {
    var parts: [[UInt8]] = []
    var isTooLong = false
    var message = zmq_msg_t()
    while true {
      zmq_msg_init(&message)
      defer { zmq_msg_close(&message) }
      guard zmq_msg_recv(&message, handle, ZMQ_DONTWAIT) >= 0 else {
        if zmq_errno() == EINTR { continue }
        return .nothing
      }
      if parts.count < maxParts {
        parts.append(Array(UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message))))
      } else {
        isTooLong = true
      }
      if zmq_msg_more(&message) == 0 { return isTooLong ? .tooManyParts : .parts(parts) }
    }
  }

  private func check(_ status: Int32, _ option: Int32) throws(BusError) {
    guard status == 0 else {
      throw BusError(.socket, "the library refused socket option \(option)", errorNumber: zmq_errno())
    }
  }
}
