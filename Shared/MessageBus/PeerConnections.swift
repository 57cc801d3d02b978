import Logging
import Platform

/// The outgoing connections of a bus: one socket for each, so that the state of each is known. Lives on the hub's
/// thread.
final class PeerConnections {
  /// A socket with its one connection.
  final class Connection {
    let socket: ZeroMQSocket
    let monitor: ConnectionMonitor

    init(socket: ZeroMQSocket, monitor: ConnectionMonitor) {
      self.socket = socket
      self.monitor = monitor
    }

    func close() {
      monitor.close()
      socket.close()
    }
  }

  private struct Group {
    var connections: [(link: PeerTable.Link, connection: Connection)] = []
    /// Whose turn it is.
    var turn = 0
  }

  private let factory: SocketFactory
  private let logger: Logger
  private let ownPeer: BusPeer
  private let limits: BusLimits
  private var table: PeerTable
  private var publishers: [PeerTable.Link: Connection] = [:]
  private var pullers: [String: Group] = [:]
  private var prefixes: Set<[UInt8]> = []
  private var opened = 0
  private var failuresOfClosed = 0

  /// Whether sockets were opened or closed since this was last set to false.
  var hasChanged = false
  /// Peers in the present set, without the bus itself.
  private(set) var peersKnown = 0

  init(factory: SocketFactory, ownPeer: BusPeer, logger: Logger) {
    self.factory = factory
    self.ownPeer = ownPeer
    self.logger = logger
    limits = factory.limits
    table = PeerTable(limits: factory.limits)
  }

  /// Connections to publishers, to receive from.
  var subscribers: some Collection<Connection> { publishers.values }
  /// Connections to instances that take pushes.
  var pushers: some Collection<Connection> { pullers.values.flatMap { $0.connections.map(\.connection) } }

  var publishersConnected: Int { publishers.values.count { $0.monitor.isConnected } }
  var pullersConnected: Int { pushers.count { $0.monitor.isConnected } }
  var failures: Int {
    failuresOfClosed + publishers.values.reduce(0) { $0 + $1.monitor.failures }
      + pushers.reduce(0) { $0 + $1.monitor.failures }
  }

  func setPeers(_ peers: [BusPeer]) {
    let isOwn = { [ownPeer] (peer: BusPeer) in
      peer.service == ownPeer.service && peer.instance == ownPeer.instance
    }
    let actions = table.update(
      to: peers, now: MonotonicClock.microseconds, isOwn: isOwn,
      isConnected: { connection(for: $0)?.monitor.isConnected ?? false })
    for action in actions {
      switch action {
      case .connect(let link): connect(link)
      case .disconnect(let link): disconnect(link)
      }
    }
    peersKnown = peers.prefix(limits.maxPeers).count { !isOwn($0) }
  }

  func subscribe(_ prefix: [UInt8]) {
    guard prefixes.insert(prefix).inserted else { return }
    for connection in publishers.values {
      attempt("subscribe") { () throws(BusError) in try connection.socket.subscribe(prefix) }
    }
  }

  func unsubscribe(_ prefix: [UInt8]) {
    guard prefixes.remove(prefix) != nil else { return }
    for connection in publishers.values {
      attempt("unsubscribe") { () throws(BusError) in try connection.socket.unsubscribe(prefix) }
    }
  }

  /// Sends to the instance whose turn it is, or the next that has room.
  /// - Returns: whether one had.
  func push(_ parts: [[UInt8]], to service: String) -> Bool {
    guard let group = pullers[service] else { return false }
    let count = group.connections.count
    for step in 0..<count {
      let index = (group.turn + step) % count
      guard group.connections[index].connection.socket.send(parts) == .sent else { continue }
      pullers[service]?.turn = (index + 1) % count
      return true
    }
    return false
  }

  func close() {
    for connection in publishers.values { connection.close() }
    for connection in pushers { connection.close() }
    publishers = [:]
    pullers = [:]
  }

  private func connection(for link: PeerTable.Link) -> Connection? {
    guard let service = link.service else { return publishers[link] }
    return pullers[service]?.connections.first { $0.link == link }?.connection
  }

  private func connect(_ link: PeerTable.Link) {
    opened += 1
    let isMade = attempt("connect") { () throws(BusError) in
      let socket = link.service == nil ? try factory.subscriber(to: link.key) : try factory.pusher(to: link.key)
      let monitor = try ConnectionMonitor(of: socket, name: "peer-\(opened)", context: factory.context)
      let connection = Connection(socket: socket, monitor: monitor)
      do throws(BusError) {
        if link.service == nil { for prefix in prefixes { try socket.subscribe(prefix) } }
        try socket.connect(link.endpoint)
      } catch {
        connection.close()
        throw error
      }
      if let service = link.service {
        pullers[service, default: Group()].connections.append((link, connection))
      } else {
        publishers[link] = connection
      }
      hasChanged = true
    }
    if !isMade { table.connectFailed(link) }
  }

  private func disconnect(_ link: PeerTable.Link) {
    guard let connection = connection(for: link) else { return }
    failuresOfClosed += connection.monitor.failures
    connection.close()
    hasChanged = true
    guard let service = link.service else {
      publishers[link] = nil
      return
    }
    pullers[service]?.connections.removeAll { $0.link == link }
    if pullers[service]?.connections.isEmpty ?? false { pullers[service] = nil }
  }

  @discardableResult
  private func attempt(_ operation: String, _ body: () throws(BusError) -> Void) -> Bool {
    do throws(BusError) {
      try body()
      return true
    } catch {
      logger.warning("bus operation failed", metadata: ["operation": "\(operation)", "error": "\(error)"])
      return false
    }
  }
}
