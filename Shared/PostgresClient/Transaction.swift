import Platform

/// What a transaction sees of the others (PostgreSQL's manual, 13.2).
public enum IsolationLevel: Hashable, Sendable {
  /// Each statement sees what was committed before it began.
  case readCommitted
  /// All statements see what was committed before the first one.
  case repeatableRead
  /// As if the transactions had run one after the other; may fail with `serialization_failure`.
  case serializable
  /// `repeatableRead`, and nothing may be changed.
  case readOnlySnapshot

  var begin: Statement {
    switch self {
    case .readCommitted: Self.beginReadCommitted
    case .repeatableRead: Self.beginRepeatableRead
    case .serializable: Self.beginSerializable
    case .readOnlySnapshot: Self.beginReadOnlySnapshot
    }
  }

  private static let beginReadCommitted = Statement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED")
  private static let beginRepeatableRead = Statement("begin_rr", "BEGIN ISOLATION LEVEL REPEATABLE READ")
  private static let beginSerializable = Statement("begin_serializable", "BEGIN ISOLATION LEVEL SERIALIZABLE")
  private static let beginReadOnlySnapshot = Statement(
    "begin_read_only", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
}

/// An open transaction, handed to a synchronous closure on the connection's thread.
///
/// BEGIN travels with the first statement; COMMIT is sent when the closure returns, or travels with the statements
/// given to `finalQuery` or `finalPipeline`. So `finalQuery` alone is one round trip for the whole transaction. A
/// closure that throws rolls back. Once a statement has failed the transaction is lost, whatever the closure does (but
/// see `savepoint`). Not to be kept beyond the closure.
public final class Transaction {
  private enum State {
    case notBegun
    case open
    case failed(PostgresError)
    case committed
    case ended
  }

  private let session: Session
  private let bounds: OperationBounds
  private let begin: Statement
  private var state = State.notBegun

  private static let commit = Statement("commit", "COMMIT")
  private static let rollback = Statement("rollback", "ROLLBACK")

  private init(_ session: Session, _ isolation: IsolationLevel, _ bounds: OperationBounds) {
    self.session = session
    self.bounds = bounds
    begin = isolation.begin
  }

  /// Runs one statement and returns its rows. Throws `PostgresError`.
  public func query(
    _ statement: Statement, _ parameters: [PostgresParameter] = []
  ) throws(PostgresError) -> PostgresRows {
    try exchange([PostgresCall(statement, parameters)], commits: false)[0]
  }

  /// Runs one statement and returns how many rows it touched. Throws `PostgresError`.
  @discardableResult
  public func execute(_ statement: Statement, _ parameters: [PostgresParameter] = []) throws(PostgresError) -> Int {
    try query(statement, parameters).affectedRows
  }

  /// Runs several statements in one round trip and returns the rows of each. The first failure fails all.
  public func pipeline(_ calls: [PostgresCall]) throws(PostgresError) -> [PostgresRows] {
    try exchange(calls, commits: false)
  }

  /// Runs the last statement together with COMMIT. The rows are returned only once the transaction is committed.
  ///
  /// Nothing may follow, and the closure can no longer roll back: what must be decided on the way is decided in SQL.
  @discardableResult
  public func finalQuery(
    _ statement: Statement, _ parameters: [PostgresParameter] = []
  ) throws(PostgresError) -> PostgresRows {
    try exchange([PostgresCall(statement, parameters)], commits: true)[0]
  }

  /// Runs the last statements together with COMMIT; as `finalQuery`.
  @discardableResult
  public func finalPipeline(_ calls: [PostgresCall]) throws(PostgresError) -> [PostgresRows] {
    try exchange(calls, commits: true)
  }

  /// Runs `body` so that a statement failing in it undoes only what `body` did. Costs two round trips more.
  ///
  /// Rethrows what `body` throws, after which the transaction can go on, unless the connection is lost.
  @discardableResult
  public func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
    _ = try exchange([PostgresCall(Self.makeSavepoint)], commits: false)
    let result: Result
    do {
      result = try body()
    } catch {
      try undoSavepoint()
      throw error
    }
    _ = try exchange([PostgresCall(Self.releaseSavepoint)], commits: false)
    return result
  }

  private static let makeSavepoint = Statement("savepoint", "SAVEPOINT gridloop")
  private static let releaseSavepoint = Statement("savepoint_release", "RELEASE SAVEPOINT gridloop")
  private static let rollbackToSavepoint = Statement("savepoint_rollback", "ROLLBACK TO SAVEPOINT gridloop")
}

extension Transaction {
  /// Runs a whole transaction on the session.
  static func run<Result>(
    on session: Session, _ isolation: IsolationLevel, _ bounds: OperationBounds,
    _ body: (Transaction) throws -> Result
  ) throws -> Result {
    let transaction = Transaction(session, isolation, bounds)
    defer { transaction.state = .ended }
    let result: Result
    do {
      result = try body(transaction)
    } catch {
      transaction.rollBack()
      throw error
    }
    try transaction.commitIfOpen()
    return result
  }

  private func exchange(_ calls: [PostgresCall], commits: Bool) throws(PostgresError) -> [PostgresRows] {
    var begins = false
    switch state {
    case .notBegun: begins = true
    case .open: break
    case .failed: throw .transactionAborted
    case .committed: preconditionFailure("a statement was given to a transaction after its final one")
    case .ended: preconditionFailure("a transaction was used after its closure had returned")
    }
    var all = calls
    if begins { all.insert(PostgresCall(begin), at: 0) }
    if commits { all.append(PostgresCall(Self.commit)) }
    do throws(PostgresError) {
      let rows = try session.run(all, commitCall: commits ? all.count - 1 : nil, bounds: bounds)
      state = commits ? .committed : .open
      return Array(rows.dropFirst(begins ? 1 : 0).prefix(calls.count))
    } catch {
      state = .failed(error)
      throw error
    }
  }

  private func undoSavepoint() throws(PostgresError) {
    guard !session.isBroken else { return }
    if case .failed = state { state = .open }
    _ = try exchange([PostgresCall(Self.rollbackToSavepoint), PostgresCall(Self.releaseSavepoint)], commits: false)
  }

  private func commitIfOpen() throws(PostgresError) {
    switch state {
    case .notBegun, .committed, .ended: return
    case .failed(let error):
      rollBack()
      throw error
    case .open: break
    }
    do throws(PostgresError) {
      _ = try session.run([PostgresCall(Self.commit)], commitCall: 0, bounds: bounds)
      state = .committed
    } catch {
      state = .failed(error)
      rollBack()
      throw error
    }
  }

  /// Leaves the session without an open transaction, or broken.
  private func rollBack() {
    guard !session.isBroken, session.isInTransaction else { return }
    let limit = OperationBounds.uninterrupted(timeoutMilliseconds: session.stopGraceMilliseconds)
    do throws(PostgresError) {
      _ = try session.run([PostgresCall(Self.rollback)], bounds: limit)
    } catch {
      session.markBroken()
    }
  }
}
