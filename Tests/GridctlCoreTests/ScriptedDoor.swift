import Glibc
import Platform

/// An HTTP server on a port of its own that answers as it is told: real bytes over a real socket, without a service
/// behind them.
final class ScriptedDoor: Sendable {
  struct Request: Sendable {
    let path: String
    let headers: [String: String]
    let body: [UInt8]
  }

  enum Reply: Sendable {
    case answer(status: Int, body: String)
    /// The connection is closed without a word.
    case hangUp
  }

  let port: UInt16
  private let listener: Int32
  private let requests = Locked<[Request]>([])
  private let reply: @Sendable (Request, Int) -> Reply

  /// - Parameter reply: hears each request and its number, from 0.
  init(_ reply: @escaping @Sendable (Request, Int) -> Reply) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 128) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard bound else { throw SystemError(code: errno, operation: "bind of a test's port") }
    port = UInt16(bigEndian: address.sin_port)
    self.reply = reply
    _ = PinnedThread(name: "door") { [self] in accept() }
  }

  var seen: [Request] { requests.withLock { $0 } }

  /// Takes no more connections; its threads end.
  func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      if descriptor < 0 {
        // What a closed door says; anything else, such as a signal, passes.
        if errno == EINVAL || errno == EBADF { return }
        continue
      }
      _ = PinnedThread(name: "door") { [self] in serve(descriptor) }
    }
  }

  private func serve(_ descriptor: Int32) {
    defer {
      // Closing alone would leave it open where a child process was started meanwhile and inherited it.
      shutdown(descriptor, Int32(SHUT_RDWR))
      Glibc.close(descriptor)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      while let (request, length) = Self.request(bytes) {
        bytes.removeFirst(length)
        let number = requests.withLock { requests in
          requests.append(request)
          return requests.count - 1
        }
        guard case .answer(let status, let body) = reply(request, number) else { return }
        let text =
          "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        guard Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count else { return }
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
  }

  private static func request(_ bytes: [UInt8]) -> (Request, Int)? {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    let length = Int(headers["content-length"] ?? "0") ?? 0
    guard bytes.count >= end.upperBound + length else { return nil }
    let path = lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    let body = Array(bytes[end.upperBound..<end.upperBound + length])
    return (Request(path: path, headers: headers, body: body), end.upperBound + length)
  }
}
