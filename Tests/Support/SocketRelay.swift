import Glibc
import Platform
public import PostgresClient

/// Stands between a client and a test server on Unix sockets, counts round trips, and can cut the line.
///
/// Real bytes between real ends: only the line is ours.
public final class SocketRelay: Sendable {
  /// What to do when the client sends certain bytes.
  public struct Cut: Sendable {
    let trigger: [UInt8]
    let delivers: Bool

    /// The server gets the bytes and answers; the answer is thrown away and the line cut.
    public static func afterServerAnswered(clientSent text: String) -> Cut {
      Cut(trigger: Array(text.utf8), delivers: true)
    }

    /// The bytes never reach the server, and the line is cut.
    public static func beforeServerReceived(clientSent text: String) -> Cut {
      Cut(trigger: Array(text.utf8), delivers: false)
    }
  }

  private struct State: Sendable {
    var flights = 0
    var cut: Cut?
    var isSilent = false
    var isStopping = false
  }

  private let directory: String
  private let serverPath: String
  private let listener: Int32
  private let stopSignal: EventSignal
  private let state = Locked(State())
  private let database: PostgresConfiguration
  private let socketName = ".s.PGSQL.5432"

  /// Begins to relay to the server of `database`, which `server` has made.
  public init(to server: TestPostgres, database: PostgresConfiguration) throws {
    self.database = database
    serverPath = "\(server.socketDirectory)/\(socketName)"
    var template = Array("/tmp/gl-relay-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(code: errno, operation: "mkdtemp") }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    stopSignal = try EventSignal()
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let path = "\(directory)/\(socketName)"
    guard withAddress(path, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
      throw SystemError(code: errno, operation: "bind")
    }
    _ = PinnedThread(name: "socket-relay") { [self] in run() }
  }

  /// The database as it is reached through the relay.
  public var configuration: PostgresConfiguration {
    get throws {
      let name = database.description.split(separator: "/").last.map(String.init) ?? "postgres"
      var relayed = try PostgresConfiguration(url: "postgresql://postgres@/\(name)?host=\(directory)")
      relayed.applicationName = database.applicationName
      return relayed
    }
  }

  /// How often the client has sent after it had received: its round trips.
  public var roundTrips: Int { state.withLock { $0.flights } }

  /// Begins to count from zero.
  public func resetRoundTrips() {
    state.withLock { $0.flights = 0 }
  }

  /// Cuts the line once, the next time the client sends what the cut names.
  public func cutOnce(_ cut: Cut) {
    state.withLock { $0.cut = cut }
  }

  /// Passes nothing on in either direction from now on, and tells nobody; as a network that swallows packets.
  public func swallow(_ swallows: Bool) {
    state.withLock { $0.isSilent = swallows }
  }

  /// Ends every line and removes the socket.
  public func stop() {
    state.withLock { $0.isStopping = true }
    stopSignal.signal()
  }
}

/// One client and its connection to the server.
private struct Line {
  let client: Int32
  let server: Int32
  var clientSpokeLast = false
  var isCutAfterAnswer = false
}

extension SocketRelay {
  private func run() {
    var lines: [Line] = []
    while !state.withLock({ $0.isStopping }) {
      var requests = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
      requests.append(pollfd(fd: stopSignal.fileDescriptor, events: Int16(POLLIN), revents: 0))
      for line in lines {
        requests.append(pollfd(fd: line.client, events: Int16(POLLIN), revents: 0))
        requests.append(pollfd(fd: line.server, events: Int16(POLLIN), revents: 0))
      }
      guard poll(&requests, nfds_t(requests.count), -1) > 0 else { continue }
      for index in lines.indices.reversed() {
        let clientSpeaks = requests[2 + 2 * index].revents != 0
        let serverSpeaks = requests[3 + 2 * index].revents != 0
        if !relay(&lines[index], clientSpeaks: clientSpeaks, serverSpeaks: serverSpeaks) {
          end(lines.remove(at: index))
        }
      }
      if requests[0].revents != 0, let line = accept() { lines.append(line) }
    }
    lines.forEach(end)
    close(listener)
    unlink("\(directory)/\(socketName)")
    rmdir(directory)
  }

  private func accept() -> Line? {
    let client = Glibc.accept(listener, nil, nil)
    guard client >= 0 else { return nil }
    let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard withAddress(serverPath, { connect(server, $0, $1) }) == 0 else {
      close(client)
      close(server)
      return nil
    }
    return Line(client: client, server: server)
  }

  private func end(_ line: Line) {
    close(line.client)
    close(line.server)
  }

  /// Passes on what has come; false when the line is to end.
  private func relay(_ line: inout Line, clientSpeaks: Bool, serverSpeaks: Bool) -> Bool {
    if clientSpeaks {
      guard let bytes = receive(line.client) else { return false }
      guard fromClient(bytes, &line) else { return false }
    }
    if serverSpeaks {
      guard let bytes = receive(line.server) else { return false }
      line.clientSpokeLast = false
      if line.isCutAfterAnswer { return false }
      if !state.withLock({ $0.isSilent }) { send(bytes, to: line.client) }
    }
    return true
  }

  private func fromClient(_ bytes: [UInt8], _ line: inout Line) -> Bool {
    let isNewFlight = !line.clientSpokeLast
    line.clientSpokeLast = true
    let (cut, isSilent) = state.withLock { state -> (Cut?, Bool) in
      if isNewFlight { state.flights += 1 }
      guard let cut = state.cut, bytes.firstRange(of: cut.trigger) != nil else { return (nil, state.isSilent) }
      state.cut = nil
      return (cut, state.isSilent)
    }
    if isSilent { return true }
    if let cut {
      guard cut.delivers else { return false }
      line.isCutAfterAnswer = true
    }
    send(bytes, to: line.server)
    return true
  }

  private func receive(_ descriptor: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }

  private func send(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }
}

/// Lends the address of a Unix socket to `body`.
private func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { place in
    precondition(path.utf8.count < place.count, "the path of a Unix socket is too long")
    place.copyBytes(from: path.utf8)
  }
  let size = socklen_t(MemoryLayout<sockaddr_un>.size)
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
  }
}
