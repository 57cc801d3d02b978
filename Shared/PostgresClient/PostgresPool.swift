public import Logging
import Platform

/// A few connections shared by the tasks of a process.
///
/// Connections are made when they are needed, replaced when they break, and closed when they lie idle. A restart of the
/// server is survived without anyone's help: operations under way fail with an error that says whether they may be
/// repeated, later ones wait for the server to come back, up to `leaseTimeoutMilliseconds`.
///
/// Never ask for a second connection while holding one: when everybody does, nobody gets one.
public final class PostgresPool: Sendable {
  private let configuration: PostgresConfiguration
  private let limits: PostgresPoolLimits
  private let logger: Logger
  private let state: Locked<State>

  typealias ConnectionID = PoolStateMachine.ConnectionID
  typealias WaiterID = PoolStateMachine.WaiterID
  private typealias Waiting = CheckedContinuation<Lease, any Error>

  /// A connection in the hands of one task.
  private struct Lease: Sendable {
    let id: ConnectionID
    let connection: PostgresConnection
  }

  private struct State: Sendable {
    var machine: PoolStateMachine
    var connections: [ConnectionID: PostgresConnection] = [:]
    var waiting: [WaiterID: Waiting] = [:]
    var closing: [CheckedContinuation<Void, Never>] = []
    var lastWaiter = 0
    var lastRefusal: SQLState?
  }

  /// Makes a pool; it connects when it is first used.
  /// - Parameters:
  ///   - configuration: of every connection.
  ///   - limits: how many and how long.
  ///   - logger: hears of lost and remade connections.
  public init(_ configuration: PostgresConfiguration, limits: PostgresPoolLimits = .init(), logger: Logger) {
    self.configuration = configuration
    self.limits = limits
    self.logger = logger
    state = Locked(State(machine: PoolStateMachine(limits: limits)))
  }

  /// Makes a pool, lends it to `body`, and closes it whatever came of that.
  public static func lend<Result: Sendable>(
    _ configuration: PostgresConfiguration, limits: PostgresPoolLimits = .init(), logger: Logger,
    to body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    let pool = PostgresPool(configuration, limits: limits, logger: logger)
    do {
      let result = try await body(pool)
      await pool.close()
      return result
    } catch {
      await pool.close()
      throw error
    }
  }

  /// Runs one statement outside a transaction; see `PostgresConnection.query`.
  public func query(
    _ statement: Statement, _ parameters: [PostgresParameter] = [], timeoutMilliseconds: Int64? = nil
  ) async throws -> PostgresRows {
    try await withLiveConnection { connection in
      try await connection.query(statement, parameters, timeoutMilliseconds: timeoutMilliseconds)
    }
  }

  /// Runs one statement outside a transaction and returns how many rows it touched.
  @discardableResult
  public func execute(
    _ statement: Statement, _ parameters: [PostgresParameter] = [], timeoutMilliseconds: Int64? = nil
  ) async throws -> Int {
    try await query(statement, parameters, timeoutMilliseconds: timeoutMilliseconds).affectedRows
  }

  /// Runs several statements as one transaction in one round trip; see `PostgresConnection.pipeline`.
  public func pipeline(
    _ calls: [PostgresCall], timeoutMilliseconds: Int64? = nil
  ) async throws -> [PostgresRows] {
    try await withLiveConnection { connection in
      try await connection.pipeline(calls, timeoutMilliseconds: timeoutMilliseconds)
    }
  }

  /// Runs several statements separated by semicolons; see `PostgresConnection.execute(script:)`.
  public func execute(script: String, timeoutMilliseconds: Int64? = nil) async throws {
    try await withLiveConnection { connection in
      try await connection.execute(script: script, timeoutMilliseconds: timeoutMilliseconds)
    }
  }

  /// Runs a transaction; see `PostgresConnection.transaction`. It is never repeated by the pool.
  @discardableResult
  public func transaction<Result: Sendable>(
    _ isolation: IsolationLevel = .readCommitted, timeoutMilliseconds: Int64? = nil,
    _ body: @Sendable (Transaction) throws -> Result
  ) async throws -> Result {
    try await withLiveConnection { connection in
      try await connection.transaction(isolation, timeoutMilliseconds: timeoutMilliseconds, body)
    }
  }

  /// Lends one connection for several operations, e.g. under an advisory lock, which belongs to a connection.
  ///
  /// Whatever `body` set on the session it must undo; a transaction left open makes the pool drop the connection.
  @discardableResult
  public func withConnection<Result: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let lease = try await leaseAlive()
    defer { release(lease) }
    return try await body(lease.connection)
  }

  /// Closes idle connections at once and lent ones when they come back; returns when none is left. Waiting tasks fail
  /// with `PostgresError.closed`.
  public func close() async {
    await withCheckedContinuation { continuation in
      let actions = state.withLock { state in
        state.closing.append(continuation)
        return state.machine.close()
      }
      perform(actions)
    }
  }

  /// How many connections there are and how many tasks wait, for metrics.
  public var statistics: PostgresPoolStatistics {
    let counts = state.withLock { $0.machine.counts }
    return PostgresPoolStatistics(
      connecting: counts.connecting, idle: counts.idle, leased: counts.leased, waiting: counts.waiters)
  }
}

/// What a pool holds at one moment.
public struct PostgresPoolStatistics: Hashable, Sendable {
  /// Connections being made.
  public let connecting: Int
  /// Connections nobody uses.
  public let idle: Int
  /// Connections in use.
  public let leased: Int
  /// Tasks waiting for a connection.
  public let waiting: Int
}

extension PostgresPool {
  /// Lends a connection that is known to stand, for one operation. A connection found lost before anything was sent on
  /// it is replaced without the caller hearing of it.
  private func withLiveConnection<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) async throws -> Result
  ) async throws -> Result {
    var replaced = 0
    while true {
      let lease = try await lease()
      defer { release(lease) }
      do {
        return try await lease.connection.alive(body)
      } catch is StaleConnection {
        replaced += 1
        guard replaced <= limits.maxConnections else { throw PostgresError.connectionLost }
      }
    }
  }

  private func leaseAlive() async throws -> Lease {
    for _ in 0...limits.maxConnections {
      let lease = try await lease()
      if await lease.connection.checkAlive() { return lease }
      release(lease)
    }
    throw PostgresError.connectionLost
  }

  private func lease() async throws -> Lease {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return WaiterID(number: state.lastWaiter)
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        begin(id, continuation)
        // A cancellation that came before the waiter was known found nobody to cancel.
        if Task.isCancelled { cancel(id) }
      }
    } onCancel: {
      cancel(id)
    }
  }

  private func begin(_ id: WaiterID, _ continuation: Waiting) {
    let now = MonotonicClock.microseconds
    let deadline = now + limits.leaseTimeoutMilliseconds * 1_000
    perform(
      state.withLock { state in
        state.waiting[id] = continuation
        return state.machine.lease(id, deadline: deadline, now: now)
      })
  }

  private func cancel(_ id: WaiterID) {
    perform(state.withLock { $0.machine.cancel(id) })
  }

  private func release(_ lease: Lease) {
    let isUsable = lease.connection.isUsable
    if !isUsable { logger.info("a database connection is dropped") }
    perform(
      state.withLock {
        $0.machine.release(lease.id, isUsable: isUsable, now: MonotonicClock.microseconds)
      })
  }

  private func perform(_ actions: [PoolStateMachine.Action]) {
    for action in actions {
      switch action {
      case .connect(let id): Task { await connect(id) }
      case .hand(let id, let waiter): hand(id, to: waiter)
      case .fail(let waiter, let failure): fail(waiter, failure)
      case .disconnect(let id): disconnect(id)
      case .wake(let time): wake(at: time)
      case .drained: finishClosing()
      }
    }
  }

  private func connect(_ id: ConnectionID) async {
    do {
      let name = "postgres-\(id.number)"
      let connection = try await PostgresConnection.connect(configuration, threadName: name)
      perform(
        state.withLock { state in
          state.connections[id] = connection
          return state.machine.connected(id, now: MonotonicClock.microseconds)
        })
    } catch {
      let refusal = (error as? PostgresError)?.sqlState
      logger.warning("no database connection", metadata: ["reason": "\(error)"])
      var isPermanent = refusal?.isPermanentRefusal ?? false
      if case PostgresError.configuration = error { isPermanent = true }
      perform(
        state.withLock { state in
          state.lastRefusal = refusal
          return state.machine.connectFailed(
            id, isPermanent: isPermanent, now: MonotonicClock.microseconds, random: .random(in: .min ... .max))
        })
    }
  }

  private func hand(_ id: ConnectionID, to waiter: WaiterID) {
    let (continuation, connection) = state.withLock { ($0.waiting.removeValue(forKey: waiter), $0.connections[id]) }
    guard let continuation, let connection else {
      preconditionFailure("a pool handed out a connection, or to a waiter, that it does not know")
    }
    continuation.resume(returning: Lease(id: id, connection: connection))
  }

  private func fail(_ waiter: WaiterID, _ failure: PoolStateMachine.Failure) {
    let (continuation, refusal) = state.withLock { ($0.waiting.removeValue(forKey: waiter), $0.lastRefusal) }
    let error: PostgresError =
      switch failure {
      case .exhausted: .poolExhausted
      case .unavailable: .unavailable(refusal)
      case .cancelled: .cancelled
      case .closed: .closed
      }
    continuation?.resume(throwing: error)
  }

  private func disconnect(_ id: ConnectionID) {
    let connection = state.withLock { $0.connections.removeValue(forKey: id) }
    // Ending a connection writes to its socket: on its own thread, not here.
    if let connection { Task { await connection.close() } }
  }

  private func wake(at time: Int64) {
    Task { [weak self] in
      // Ends early only with the process; an early call of the machine does no harm.
      try? await MonotonicClock.wait(until: time)
      self?.timerFired()
    }
  }

  private func timerFired() {
    perform(state.withLock { $0.machine.timerFired(now: MonotonicClock.microseconds) })
  }

  private func finishClosing() {
    let closing = state.withLock { state in
      defer { state.closing = [] }
      return state.closing
    }
    for continuation in closing { continuation.resume() }
  }
}
