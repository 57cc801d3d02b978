import Glibc

/// One kept connection of the load generator, with at most one request under way. Belongs to one thread.
final class LoadSocket {
  enum Fault: Error {
    case cannotConnect
    /// The other side closed the connection, or broke the protocol.
    case lost
  }

  let descriptor: Int32
  private(set) var isBusy = false
  /// When the request under way was to be sent, on the monotonic clock.
  private(set) var scheduledAt: Int64 = 0
  private var outgoing: [UInt8] = []
  private var sent = 0
  private var scanner = ResponseScanner()

  /// Connects to a port of this machine.
  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Fault.cannotConnect }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    var on: Int32 = 1
    guard connected,
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size)) == 0,
      fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
    else { throw Fault.cannotConnect }
  }

  deinit { close(descriptor) }

  /// Whether the rest of the request waits for room.
  var wantsToWrite: Bool { isBusy && sent < outgoing.count }

  func start(_ pool: inout RequestPool, scheduledAt moment: Int64) throws {
    pool.write(into: &outgoing)
    sent = 0
    scheduledAt = moment
    isBusy = true
    try write()
  }

  func write() throws {
    while sent < outgoing.count {
      let written = outgoing.withUnsafeBytes { buffer in
        send(descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
      }
      if written > 0 {
        sent += written
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        throw Fault.lost
      }
    }
  }

  /// Reads what is there; `body` hears of the response when it is complete.
  func read(_ buffer: UnsafeMutableRawBufferPointer, _ body: (ResponseScanner.Response) -> Void) throws {
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 {
        scanner.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if let response = try scanner.response() {
          isBusy = false
          body(response)
          scanner.removeResponse()
          return
        }
      } else if count < 0, errno == EAGAIN {
        return
      } else if count == 0 || errno != EINTR {
        throw Fault.lost
      }
    }
  }
}
