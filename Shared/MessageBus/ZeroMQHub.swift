import CZeroMQ
import Glibc
import Logging
import Platform

/// What callers ask of the hub.
enum HubCommand: Sendable {
  case publish([BusMessage])
  case push(service: String, frames: [[UInt8]])
  case subscribe(WeakInbox, prefix: [UInt8])
  case setPeers([BusPeer])
  case setAllowedKeys(Set<CurvePublicKey>)
}

/// Lets the hub deliver to an inbox without keeping it.
struct WeakInbox: Sendable {
  weak let inbox: BusInbox?
}

/// Owns every socket of the process and is the only one to touch them, on one thread. It waits in one poll set over all
/// sockets and the mailbox's signal, so nothing here waits for anything else.
final class ZeroMQHub {
  private struct Subscription {
    let target: WeakInbox
    let prefix: [UInt8]
  }

  /// What to do when an item of the poll set is ready.
  private enum Source {
    case mailbox
    case authenticator
    case remoteSubscriptions
    case published(ZeroMQSocket)
    case pushed(ZeroMQSocket)
    case monitor(ConnectionMonitor)
    /// Never readable; polled because the library does the socket's housekeeping (new connections) when it is.
    case housekeeping
  }

  private let limits: BusLimits
  private let mailbox: Mailbox<HubCommand>
  private let signal: EventSignal
  private let board: StatisticsBoard
  private let pulled: BusInbox
  private let logger: Logger
  private let ownKey: CurvePublicKey

  private let context: ZeroMQContext
  private let authenticator: Authenticator
  private let publisher: ZeroMQSocket
  private let publisherMonitor: ConnectionMonitor
  private let puller: ZeroMQSocket?
  private let pullerMonitor: ConnectionMonitor?
  private let connections: PeerConnections

  private var subscriptions: [Subscription] = []
  private var counted = BusStatistics()
  private var commands: [HubCommand] = []
  private var sources: [Source] = []

  /// This bus as others reach it.
  let ownPeer: BusPeer

  /// Opens and binds the sockets; call it on the thread that will run the hub.
  init(
    options: BusOptions, mailbox: Mailbox<HubCommand>, signal: EventSignal, board: StatisticsBoard, pulled: BusInbox,
    logger: Logger
  ) throws(BusError) {
    limits = options.limits
    self.mailbox = mailbox
    self.signal = signal
    self.board = board
    self.pulled = pulled
    self.logger = logger
    ownKey = options.keyPair.publicKey
    let context = try ZeroMQContext(limits: limits)
    self.context = context
    var opened: [ZeroMQSocket] = []
    do throws(BusError) {
      let allowedKeys = options.allowedKeys.union([options.keyPair.publicKey])
      authenticator = try Authenticator(context: context, allowedKeys: allowedKeys)
      opened.append(authenticator.socket)
      let factory = SocketFactory(context: context, keyPair: options.keyPair, limits: limits)
      publisher = try factory.publisher()
      opened.append(publisher)
      publisherMonitor = try ConnectionMonitor(of: publisher, name: "publisher", context: context)
      opened.append(publisherMonitor.reader)
      try publisher.bind(options.publishEndpoint)
      if let endpoint = options.pullEndpoint {
        let socket = try factory.puller()
        opened.append(socket)
        let monitor = try ConnectionMonitor(of: socket, name: "puller", context: context)
        opened.append(monitor.reader)
        try socket.bind(endpoint)
        (puller, pullerMonitor) = (socket, monitor)
      } else {
        (puller, pullerMonitor) = (nil, nil)
      }
      ownPeer = BusPeer(
        service: options.service, instance: options.instance,
        publishEndpoint: advertised(try publisher.boundEndpoint(), host: options.advertisedHost),
        pullEndpoint: advertised(try puller?.boundEndpoint(), host: options.advertisedHost),
        curvePublicKey: options.keyPair.publicKey)
      connections = PeerConnections(factory: factory, ownPeer: ownPeer, logger: logger)
    } catch {
      for socket in opened { socket.close() }
      context.close()
      throw error
    }
  }

  /// Runs until the mailbox is closed and empty, then closes every socket.
  func run() {
    var items = pollItems()
    while true {
      if connections.hasChanged { items = pollItems() }
      guard zmq_poll(&items, Int32(items.count), -1) >= 0 || zmq_errno() == EINTR else { break }
      // Looked at before the mailbox is emptied, so that everything accepted before the end is done.
      let isClosing = mailbox.isClosed
      for index in items.indices where items[index].revents != 0 || isClosing {
        items[index].revents = 0
        serve(sources[index])
      }
      report()
      if isClosing { break }
    }
    close()
  }

  private func serve(_ source: Source) {
    switch source {
    case .mailbox: performCommands()
    case .authenticator: authenticator.answerAll()
    case .remoteSubscriptions: receiveRemoteSubscriptions()
    case .published(let socket): receivePublished(from: socket)
    case .pushed(let socket): receivePushed(from: socket)
    case .monitor(let monitor): monitor.readAll()
    case .housekeeping: break
    }
  }

  /// Builds the poll set and, in step with it, what to do for each item. The mailbox comes last: its commands may close
  /// sockets that stand earlier in the set.
  private func pollItems() -> [zmq_pollitem_t] {
    connections.hasChanged = false
    var sockets: [(ZeroMQSocket, Source)] = [
      (authenticator.socket, .authenticator),
      (publisher, .remoteSubscriptions),
      (publisherMonitor.reader, .monitor(publisherMonitor)),
    ]
    if let puller, let pullerMonitor {
      sockets += [(puller, .pushed(puller)), (pullerMonitor.reader, .monitor(pullerMonitor))]
    }
    for connection in connections.subscribers {
      sockets += [
        (connection.socket, .published(connection.socket)),
        (connection.monitor.reader, .monitor(connection.monitor)),
      ]
    }
    for connection in connections.pushers {
      sockets += [
        (connection.socket, .housekeeping), (connection.monitor.reader, .monitor(connection.monitor)),
      ]
    }
    sources = sockets.map(\.1) + [.mailbox]
    let events = Int16(ZMQ_POLLIN)
    return sockets.map { zmq_pollitem_t(socket: $0.0.handle, fd: 0, events: events, revents: 0) }
      + [zmq_pollitem_t(socket: nil, fd: signal.fileDescriptor, events: events, revents: 0)]
  }

  private func performCommands() {
    signal.clear()
    mailbox.drain(into: &commands)
    for command in commands { perform(command) }
    commands.removeAll(keepingCapacity: commands.capacity <= 1_024)
  }

  private func perform(_ command: HubCommand) {
    switch command {
    case .publish(let messages):
      for message in messages { publish(message) }
    case .push(let service, let frames):
      let isSent = connections.push([Envelope.encode(frameCount: frames.count)] + frames, to: service)
      if isSent { counted.pushed += 1 } else { counted.undeliverable += 1 }
    case .subscribe(let target, let prefix):
      subscriptions.append(Subscription(target: target, prefix: prefix))
      connections.subscribe(prefix)
    case .setPeers(let peers):
      connections.setPeers(peers)
    case .setAllowedKeys(let keys):
      authenticator.allowedKeys = keys.union([ownKey])
    }
  }

  private func publish(_ message: BusMessage) {
    let envelope = Envelope.encode(frameCount: message.frames.count)
    switch publisher.send([message.topic, envelope] + message.frames) {
    case .sent: counted.published += 1
    case .noRoom, .failed: counted.dropped += 1
    }
    deliver(message)
  }

  /// Gives a message to every subscription it concerns and drops subscriptions nobody holds any more.
  private func deliver(_ message: BusMessage) {
    var hasEnded = false
    for subscription in subscriptions {
      guard let inbox = subscription.target.inbox, !inbox.isFinished else {
        hasEnded = true
        continue
      }
      if message.topic.starts(with: subscription.prefix), !inbox.offer(message) { counted.dropped += 1 }
    }
    guard hasEnded else { return }
    let before = Set(subscriptions.map(\.prefix))
    subscriptions.removeAll { $0.target.inbox?.isFinished ?? true }
    for prefix in before.subtracting(subscriptions.map(\.prefix)) { connections.unsubscribe(prefix) }
  }

  private func receivePublished(from socket: ZeroMQSocket) {
    for _ in 0..<limits.maxReceivedPerRound {
      switch socket.receive(maxParts: limits.maxFrames + 2) {
      case .nothing: return
      case .tooManyParts: counted.malformed += 1
      case .parts(let parts):
        guard let message = Envelope.decodePublished(parts, limits: limits) else {
          counted.malformed += 1
          continue
        }
        counted.received += 1
        deliver(message)
      }
    }
  }

  private func receivePushed(from socket: ZeroMQSocket) {
    for _ in 0..<limits.maxReceivedPerRound {
      switch socket.receive(maxParts: limits.maxFrames + 1) {
      case .nothing: return
      case .tooManyParts: counted.malformed += 1
      case .parts(let parts):
        guard let message = Envelope.decodePushed(parts, limits: limits) else {
          counted.malformed += 1
          continue
        }
        counted.received += 1
        if !pulled.offer(message) { counted.dropped += 1 }
      }
    }
  }

  /// A subscriber announces a subscription with 1 and its end with 0, followed by the prefix.
  private func receiveRemoteSubscriptions() {
    for _ in 0..<limits.maxReceivedPerRound {
      switch publisher.receive(maxParts: 1) {
      case .nothing: return
      case .tooManyParts: counted.malformed += 1
      case .parts(let parts):
        switch parts[0].first {
        case 1: counted.remoteSubscriptions += 1
        case 0: counted.remoteSubscriptions -= 1
        default: counted.malformed += 1
        }
      }
    }
  }

  /// Puts the counts on the board.
  private func report() {
    if authenticator.refusals > counted.authRefused {
      logger.warning(
        "bus connection refused: the key is not allowed",
        metadata: ["refused": "\(authenticator.refusals - counted.authRefused)"])
    }
    counted.authRefused = authenticator.refusals
    counted.handshakesFailed =
      publisherMonitor.failures + (pullerMonitor?.failures ?? 0) + connections.failures
    counted.peersKnown = connections.peersKnown
    counted.publishersConnected = connections.publishersConnected
    counted.pullersConnected = connections.pullersConnected
    board.update { $0 = counted }
  }

  private func close() {
    connections.close()
    publisherMonitor.close()
    pullerMonitor?.close()
    publisher.close()
    puller?.close()
    authenticator.socket.close()
    context.close()
  }
}

/// The endpoint under the host others reach it by.
private func advertised(_ endpoint: String?, host: String?) -> String? {
  guard let endpoint, let host, endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else {
    return endpoint
  }
  return "tcp://\(host)\(endpoint[colon...])"
}
