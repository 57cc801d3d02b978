import Platform

/// One connection to PostgreSQL with a thread of its own, on which libpq may block.
///
/// Operations run one after the other. Cancelling the task that waits for one makes the server stop it. Most code takes
/// a connection from a `PostgresPool` instead of making one.
public actor PostgresConnection {
  private let executor: PinnedThreadExecutor
  private let configuration: PostgresConfiguration
  private let wake: EventSignal
  private let condition = Locked(Condition.fresh)
  private var session: Session?

  /// How a connection was left by its last operation.
  private enum Condition: Sendable {
    case fresh
    case usable
    case broken
  }

  /// The connection's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private init(_ configuration: PostgresConfiguration, threadName: String) throws(PostgresError) {
    executor = PinnedThreadExecutor(name: threadName)
    self.configuration = configuration
    do {
      wake = try EventSignal()
    } catch {
      throw .unavailable(nil)
    }
  }

  deinit {
    executor.shutdown()
  }

  /// Connects within `connectTimeoutMilliseconds`. Throws `PostgresError.unavailable` or `.cancelled`.
  /// - Parameter threadName: name of the connection's thread; the kernel keeps the first 15 bytes.
  public static func connect(
    _ configuration: PostgresConfiguration, threadName: String = "postgres"
  ) async throws -> PostgresConnection {
    let connection = try PostgresConnection(configuration, threadName: threadName)
    try await connection.open()
    return connection
  }

  private func open() async throws {
    let interruption = Interruption()
    try await withTaskCancellationHandler {
      let limit = OperationBounds(
        timeoutMilliseconds: configuration.connectTimeoutMilliseconds, interruption: interruption)
      session = try Session(configuration, wake: wake, bounds: limit)
      condition.withLock { $0 = .usable }
    } onCancel: {
      interruption.raise(waking: wake)
    }
  }

  /// Whether the last operation left the connection fit for another. From any thread.
  nonisolated var isUsable: Bool { condition.withLock { $0 == .usable } }

  /// Ends the connection; operations throw `PostgresError.closed` from then on.
  public func close() {
    session = nil
    condition.withLock { $0 = .broken }
  }

  /// Runs one statement outside a transaction and returns its rows, in one round trip.
  ///
  /// When the connection is lost meanwhile (`connectionLost`), whether it took effect is unknown: for what must not
  /// happen twice use `transaction` with `finalQuery`, which says so.
  public func query(
    _ statement: Statement, _ parameters: [PostgresParameter] = [], timeoutMilliseconds: Int64? = nil
  ) async throws -> PostgresRows {
    try await perform(timeoutMilliseconds) { session, bounds in
      try session.run([PostgresCall(statement, parameters)], bounds: bounds)[0]
    }
  }

  /// Runs several statements as one transaction of their own in one round trip; as `query`.
  public func pipeline(
    _ calls: [PostgresCall], timeoutMilliseconds: Int64? = nil
  ) async throws -> [PostgresRows] {
    try await perform(timeoutMilliseconds) { session, bounds in try session.run(calls, bounds: bounds) }
  }

  /// Runs several statements separated by semicolons, without parameters and rows: for schema changes.
  public func execute(script: String, timeoutMilliseconds: Int64? = nil) async throws {
    try await perform(timeoutMilliseconds) { session, bounds in try session.run(script: script, bounds: bounds) }
  }

  /// Runs a transaction; see `Transaction` for round trips.
  /// - Parameters:
  ///   - timeoutMilliseconds: for the whole transaction; `operationTimeoutMilliseconds` when nil.
  ///   - body: runs on the connection's thread, to its end without interruption by other tasks. Throwing rolls back.
  /// - Throws: what `body` throws, or `PostgresError`; `commitOutcomeUnknown` when the connection broke at COMMIT.
  @discardableResult
  public func transaction<Result: Sendable>(
    _ isolation: IsolationLevel = .readCommitted, timeoutMilliseconds: Int64? = nil,
    _ body: @Sendable (Transaction) throws -> Result
  ) async throws -> Result {
    try await perform(timeoutMilliseconds) { session, bounds in
      try Transaction.run(on: session, isolation, bounds, body)
    }
  }

  /// Looks, without a round trip, whether the connection still stands as far as this side has heard.
  func checkAlive() -> Bool {
    guard let session, session.isAlive() else {
      condition.withLock { $0 = .broken }
      return false
    }
    return true
  }

  /// Waits up to `timeoutMilliseconds` for notifications and returns those that have come, perhaps none.
  func notifications(timeoutMilliseconds: Int64) async throws -> [PostgresNotification] {
    try await perform(timeoutMilliseconds) { session, bounds in try session.notifications(bounds) }
  }

  /// Runs `body` with the session, on the connection's thread.
  private func perform<Result: Sendable>(
    _ timeoutMilliseconds: Int64?, _ body: (Session, OperationBounds) throws -> Result
  ) async throws -> Result {
    let interruption = Interruption()
    return try await withTaskCancellationHandler {
      guard let session else { throw PostgresError.closed }
      let limit = OperationBounds(
        timeoutMilliseconds: timeoutMilliseconds ?? configuration.operationTimeoutMilliseconds,
        interruption: interruption)
      defer { note(session) }
      return try body(session, limit)
    } onCancel: {
      interruption.raise(waking: wake)
    }
  }

  private func note(_ session: Session) {
    let isUsable = !session.isBroken && !session.isInTransaction
    condition.withLock { $0 = isUsable ? .usable : .broken }
  }
}

/// The connection of a pool had been lost while it lay idle; nothing was sent on it.
struct StaleConnection: Error {}

extension PostgresConnection {
  /// Throws `StaleConnection` when the connection was lost while idle; then does what `query` and the others do.
  func alive<Result: Sendable>(
    _ body: (isolated PostgresConnection) async throws -> Result
  ) async throws -> Result {
    guard checkAlive() else { throw StaleConnection() }
    return try await body(self)
  }
}
