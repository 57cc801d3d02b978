import Platform

/// Everything a pool decides, without doing any of it: each event returns the actions its shell must perform, in order.
///
/// Times are microseconds on a monotonic clock and never run backwards; random bits are handed in. Connections and
/// waiters are known by numbers; a connection's number is never used again.
///
/// A connection is `connecting` → `idle` ⇄ `leased`, and gone after `disconnect`. After a failed attempt to connect only
/// one attempt at a time is made, after a pause that grows, until one succeeds; waiters keep their places meanwhile and
/// fail at their own deadlines.
struct PoolStateMachine: Sendable {
  /// Names a connection.
  struct ConnectionID: Hashable, Sendable {
    let number: Int
  }

  /// Names a task that asked for a connection.
  struct WaiterID: Hashable, Sendable {
    let number: Int
  }

  /// What the shell must do.
  enum Action: Hashable, Sendable {
    /// Begin to connect; report `connected` or `connectFailed`.
    case connect(ConnectionID)
    /// Give the connection to the waiter.
    case hand(ConnectionID, to: WaiterID)
    /// Tell the waiter that it gets none.
    case fail(WaiterID, Failure)
    /// Close and forget the connection.
    case disconnect(ConnectionID)
    /// Call `timerFired` at this time, or earlier.
    case wake(atMicroseconds: Int64)
    /// The pool is closed and empty.
    case drained
  }

  /// Why a waiter gets no connection.
  enum Failure: Hashable, Sendable {
    /// Every connection was in use until the deadline, or too many waited already.
    case exhausted
    /// The last attempts to connect failed.
    case unavailable
    /// The waiter's task was cancelled.
    case cancelled
    /// The pool is closed.
    case closed
  }

  private enum Stage: Hashable, Sendable {
    case connecting
    case idle(since: Int64)
    case leased
  }

  private struct Waiter: Hashable, Sendable {
    let id: WaiterID
    let deadline: Int64
  }

  private let limits: PostgresPoolLimits
  private var stages: [ConnectionID: Stage] = [:]
  // The most recently used last: it is the one used next, so that the others can grow old and be closed.
  private var idle: [ConnectionID] = []
  private var waiters: [Waiter] = []
  private var made = 0
  private var backoff: Backoff
  private var retryAt: Int64?
  private var wakeAt: Int64?
  private var isClosing = false
  private var isDrained = false

  init(limits: PostgresPoolLimits) {
    limits.check()
    self.limits = limits
    backoff = Backoff(
      initialMilliseconds: limits.minReconnectMilliseconds, maximumMilliseconds: limits.maxReconnectMilliseconds)
  }

  // MARK: Events

  /// A task wants a connection.
  mutating func lease(_ id: WaiterID, deadline: Int64, now: Int64) -> [Action] {
    if isClosing { return [.fail(id, .closed)] }
    if waiters.isEmpty, let connection = idle.popLast() {
      stages[connection] = .leased
      return [.hand(connection, to: id)]
    }
    guard waiters.count < limits.maxWaiters else { return [.fail(id, .exhausted)] }
    waiters.append(Waiter(id: id, deadline: deadline))
    return connectWhatIsWanted(now) + wake()
  }

  /// The task of a waiter was cancelled. Nothing happens when it has its connection already.
  mutating func cancel(_ id: WaiterID) -> [Action] {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return [] }
    waiters.remove(at: index)
    return [.fail(id, .cancelled)]
  }

  /// A connection was made.
  mutating func connected(_ id: ConnectionID, now: Int64) -> [Action] {
    precondition(stages[id] == .connecting, "a connection was reported made that was not being made")
    backoff.reset()
    retryAt = nil
    if isClosing { return drop(id) }
    return place(id, now) + connectWhatIsWanted(now) + wake()
  }

  /// A connection could not be made.
  /// - Parameter isPermanent: only an operator can mend it (a wrong password); the waiters hear of it at once.
  mutating func connectFailed(_ id: ConnectionID, isPermanent: Bool, now: Int64, random: UInt64) -> [Action] {
    precondition(stages[id] == .connecting, "a connection was reported failed that was not being made")
    stages[id] = nil
    if isClosing { return drainedIfEmpty() }
    retryAt = now + backoff.next(random: random)
    guard isPermanent else { return wake() }
    let failed = waiters.map { Action.fail($0.id, .unavailable) }
    waiters.removeAll()
    return failed
  }

  /// A connection comes back from the task that had it.
  /// - Parameter isUsable: false when it was lost or left in an unknown state.
  mutating func release(_ id: ConnectionID, isUsable: Bool, now: Int64) -> [Action] {
    precondition(stages[id] == .leased, "a connection was given back that was not lent")
    if isClosing { return drop(id) }
    guard isUsable else { return drop(id) + connectWhatIsWanted(now) + wake() }
    return place(id, now) + wake()
  }

  /// The time asked for by `wake` has come.
  mutating func timerFired(now: Int64) -> [Action] {
    wakeAt = nil
    return failLateWaiters(now) + closeOldIdle(now) + connectWhatIsWanted(now) + wake()
  }

  /// The owner wants no more: waiters fail, idle connections close, lent ones close when they come back.
  mutating func close() -> [Action] {
    guard !isClosing else { return isDrained ? [.drained] : [] }
    isClosing = true
    var actions = waiters.map { Action.fail($0.id, .closed) }
    waiters.removeAll()
    for id in idle {
      stages[id] = nil
      actions.append(.disconnect(id))
    }
    idle.removeAll()
    return actions + drainedIfEmpty()
  }

  // MARK: Facts

  /// How many connections there are, by stage.
  var counts: (connecting: Int, idle: Int, leased: Int, waiters: Int) {
    let connecting = stages.values.count { $0 == .connecting }
    return (connecting, idle.count, stages.count - connecting - idle.count, waiters.count)
  }
}

extension PoolStateMachine {
  /// Gives a free connection to whoever waits longest, or parks it.
  private mutating func place(_ id: ConnectionID, _ now: Int64) -> [Action] {
    guard !waiters.isEmpty else {
      stages[id] = .idle(since: now)
      idle.append(id)
      return []
    }
    stages[id] = .leased
    return [.hand(id, to: waiters.removeFirst().id)]
  }

  private mutating func drop(_ id: ConnectionID) -> [Action] {
    stages[id] = nil
    return [.disconnect(id)] + drainedIfEmpty()
  }

  private mutating func drainedIfEmpty() -> [Action] {
    guard isClosing && stages.isEmpty && !isDrained else { return [] }
    isDrained = true
    return [.drained]
  }

  /// One attempt for each waiter that no attempt is under way for; after a failure one in all, and not before its time.
  private mutating func connectWhatIsWanted(_ now: Int64) -> [Action] {
    guard !isClosing else { return [] }
    if let retryAt, now < retryAt { return [] }
    let connecting = counts.connecting
    let room = limits.maxConnections - stages.count
    var wanted = min(waiters.count - connecting, room)
    if retryAt != nil { wanted = min(wanted, 1 - connecting) }
    guard wanted > 0 else { return [] }
    return (0..<wanted).map { _ in
      made += 1
      let id = ConnectionID(number: made)
      stages[id] = .connecting
      return .connect(id)
    }
  }

  private mutating func failLateWaiters(_ now: Int64) -> [Action] {
    // While the last attempt failed the server is away; otherwise everyone else was faster.
    let failure: Failure = retryAt == nil ? .exhausted : .unavailable
    let late = waiters.filter { $0.deadline <= now }
    waiters.removeAll { $0.deadline <= now }
    return late.map { .fail($0.id, failure) }
  }

  private mutating func closeOldIdle(_ now: Int64) -> [Action] {
    var actions: [Action] = []
    while stages.count > limits.keptConnections, let oldest = idle.first, idleEnd(oldest) <= now {
      idle.removeFirst()
      stages[oldest] = nil
      actions.append(.disconnect(oldest))
    }
    return actions
  }

  private func idleEnd(_ id: ConnectionID) -> Int64 {
    guard case .idle(let since) = stages[id] else { return .max }
    return since + limits.idleMilliseconds * 1_000
  }

  /// Asks to be woken when something is due earlier than what was asked for already.
  private mutating func wake() -> [Action] {
    var due = waiters.map(\.deadline).min() ?? .max
    if let retryAt, !waiters.isEmpty, counts.connecting == 0, stages.count < limits.maxConnections {
      due = min(due, retryAt)
    }
    if stages.count > limits.keptConnections, let oldest = idle.first { due = min(due, idleEnd(oldest)) }
    guard due < wakeAt ?? .max else { return [] }
    wakeAt = due
    return [.wake(atMicroseconds: due)]
  }
}
