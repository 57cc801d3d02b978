public import Logging
import Platform

/// The bus over ZeroMQ: every connection encrypted and authenticated with CURVE, every socket on one hub thread.
///
/// Callers only put commands into a bounded mailbox; the hub takes all that wait at once. Drop the last reference or
/// call `stop()` to end the thread.
public final class ZeroMQBus: Bus {
  /// Room in the mailbox that messages may not take, so that a change of peers, keys or subscriptions finds some.
  private static let reservedCommands = 1_024

  private let limits: BusLimits
  private let mailbox: Mailbox<HubCommand>
  private let board: StatisticsBoard
  private let peer: BusPeer
  private let ending: Ending

  public let pulled: BusInbox

  /// Opens and binds the sockets and starts the hub.
  /// - Throws: `BusError` with `.endpoint` if an address cannot be bound, `.encryptionUnavailable`, `.socket`.
  public static func start(
    _ options: BusOptions, logger: Logger = Logger(label: "bus")
  ) async throws(BusError) -> ZeroMQBus {
    let signal: EventSignal
    do throws(SystemError) {
      signal = try EventSignal()
    } catch {
      throw BusError(.socket, "no file descriptor for the hub", errorNumber: error.code)
    }
    let mailbox = Mailbox<HubCommand>(maxElements: options.limits.maxMailboxCommands + reservedCommands, signal: signal)
    let board = StatisticsBoard()
    let pulled = BusInbox(limits: options.limits)
    let ending = Ending()
    let started: Result<BusPeer, BusError> = await withCheckedContinuation { continuation in
      _ = PinnedThread(name: "bus") {
        do throws(BusError) {
          let hub = try ZeroMQHub(
            options: options, mailbox: mailbox, signal: signal, board: board, pulled: pulled, logger: logger)
          continuation.resume(returning: .success(hub.ownPeer))
          hub.run()
        } catch {
          continuation.resume(returning: .failure(error))
        }
        pulled.finish()
        board.close()
        ending.reach()
      }
    }
    let peer = try started.get()
    return ZeroMQBus(
      limits: options.limits, mailbox: mailbox, board: board, peer: peer, pulled: pulled, ending: ending)
  }

  private init(
    limits: BusLimits, mailbox: Mailbox<HubCommand>, board: StatisticsBoard, peer: BusPeer, pulled: BusInbox,
    ending: Ending
  ) {
    self.limits = limits
    self.mailbox = mailbox
    self.board = board
    self.peer = peer
    self.pulled = pulled
    self.ending = ending
  }

  deinit {
    mailbox.close()
  }

  @discardableResult
  public func publish(_ messages: [BusMessage]) -> Bool {
    for message in messages { requireTerminated(message.topic) }
    let admitted = messages.allSatisfy(limits.admits) ? messages : messages.filter(limits.admits)
    let refused = messages.count - admitted.count
    if refused > 0 { board.refuse { $0.malformed += refused } }
    guard !admitted.isEmpty else { return refused == 0 }
    return post(.publish(admitted), messages: admitted.count) && refused == 0
  }

  @discardableResult
  public func push(to service: String, frames: [[UInt8]]) -> Bool {
    guard limits.admits(frames) else {
      board.refuse { $0.malformed += 1 }
      return false
    }
    return post(.push(service: service, frames: frames), messages: 1)
  }

  public func subscribe(prefix: [UInt8]) -> BusInbox {
    requireTerminated(prefix, orEmpty: true)
    let inbox = BusInbox(limits: limits)
    // A consumer that is not told of a missing subscription would wait for ever, so its inbox ends.
    if !post(.subscribe(WeakInbox(inbox: inbox), prefix: prefix), messages: 0) { inbox.finish() }
    ending.finishAtEnd(inbox)
    return inbox
  }

  public func setPeers(_ peers: [BusPeer]) {
    post(.setPeers(peers), messages: 0)
  }

  public func setAllowedKeys(_ keys: Set<CurvePublicKey>) {
    post(.setAllowedKeys(keys), messages: 0)
  }

  public var ownPeer: BusPeer? { peer }
  public var statistics: BusStatistics { board.statistics }
  public var isReady: Bool { !mailbox.isClosed && !ending.isReached }

  public func wait(until condition: @escaping @Sendable (BusStatistics) -> Bool) async -> Bool {
    await board.wait(until: condition)
  }

  public func stop() async {
    mailbox.close()
    await ending.wait()
  }

  @discardableResult
  private func post(_ command: HubCommand, messages: Int) -> Bool {
    let hasRoom = messages == 0 || mailbox.count < limits.maxMailboxCommands
    if hasRoom, mailbox.offer(command) == .accepted { return true }
    if messages > 0 { board.refuse { $0.dropped += messages } }
    return false
  }
}

/// Traps on a topic or prefix without its terminator: it would be the beginning of others.
func requireTerminated(_ topic: [UInt8], orEmpty: Bool = false) {
  precondition(
    topic.last == BusMessage.topicTerminator || (orEmpty && topic.isEmpty),
    "a topic of the bus must end in its terminator")
}

/// The end of a hub's thread: ends the inboxes and lets those go who wait for it.
final class Ending: Sendable {
  private struct State {
    var isReached = false
    var waiters: [CheckedContinuation<Void, Never>] = []
    var inboxes: [WeakInbox] = []
  }

  private let state = Locked(State())

  var isReached: Bool { state.withLock { $0.isReached } }

  /// Has `inbox` end with the hub.
  func finishAtEnd(_ inbox: BusInbox) {
    let isReached = state.withLock { state in
      if !state.isReached {
        state.inboxes.removeAll { $0.inbox == nil }
        state.inboxes.append(WeakInbox(inbox: inbox))
      }
      return state.isReached
    }
    if isReached { inbox.finish() }
  }

  func reach() {
    let ended = state.withLock { state in
      state.isReached = true
      defer { (state.waiters, state.inboxes) = ([], []) }
      return (state.waiters, state.inboxes)
    }
    for target in ended.1 { target.inbox?.finish() }
    for waiter in ended.0 { waiter.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        if !state.isReached { state.waiters.append(continuation) }
        return state.isReached
      }
      if isReached { continuation.resume() }
    }
  }
}
