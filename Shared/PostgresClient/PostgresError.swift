/// Everything that can go wrong between this process and PostgreSQL.
///
/// `description` holds no SQL text, no parameter, no row and no password, so it may be logged and shown.
public enum PostgresError: Error, Hashable, Sendable {
  /// The server refused a statement; inside a transaction nothing of it was kept.
  case server(PostgresServerError)
  /// The connection broke. A transaction was rolled back; whether a statement outside one took effect is unknown.
  case connectionLost
  /// No connection could be made in time; the server's reason where it gave one.
  case unavailable(SQLState?)
  /// The operation's deadline passed; the server was told to stop and the transaction was rolled back.
  case timeout
  /// The task was cancelled; the server was told to stop and the transaction was rolled back.
  case cancelled
  /// The connection broke while COMMIT was on its way: the transaction may or may not have been kept.
  /// Resolve it by an idempotency key, never by guessing or blind repetition.
  case commitOutcomeUnknown
  /// The transaction had already failed and its body went on: it was rolled back.
  case transactionAborted
  /// Every connection stayed in use until the deadline, or `maxWaiters` were waiting already.
  case poolExhausted
  /// The pool or connection was closed by its owner.
  case closed
  /// A value of a result was read as something it is not.
  case decoding(PostgresDecodingError)
  /// A connection URL or setting that cannot be used; the text names the setting, not its value.
  case configuration(String)
  /// A request larger than `PostgresLimits.maxRequestBytes`.
  case requestTooLarge

  /// Whether the same work may succeed when it is tried again, knowing that nothing of it was kept.
  ///
  /// False for `commitOutcomeUnknown`, where that is not known.
  public var isRetriable: Bool {
    switch self {
    case .server(let error): error.sqlState.isRetriable
    case .connectionLost, .timeout, .poolExhausted: true
    case .unavailable(let state): !(state?.isPermanentRefusal ?? false)
    case .cancelled, .commitOutcomeUnknown, .transactionAborted, .closed, .decoding, .configuration, .requestTooLarge:
      false
    }
  }

  /// The server's code, where the server gave one.
  public var sqlState: SQLState? {
    switch self {
    case .server(let error): error.sqlState
    case .unavailable(let state): state
    default: nil
    }
  }

  /// The violated constraint, where the server named one.
  public var constraintName: String? {
    guard case .server(let error) = self else { return nil }
    return error.constraintName
  }
}

extension PostgresError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .server(let error): error.description
    case .connectionLost: "the connection to PostgreSQL was lost"
    case .unavailable(nil): "PostgreSQL cannot be reached"
    case .unavailable(let state?): "PostgreSQL takes no connection: \(state)"
    case .timeout: "PostgreSQL did not answer within the deadline"
    case .cancelled: "the database operation was cancelled"
    case .commitOutcomeUnknown: "the connection was lost at COMMIT; its outcome is unknown"
    case .transactionAborted: "the transaction had failed before and was rolled back"
    case .poolExhausted: "no database connection became free within the deadline"
    case .closed: "the database connection is closed"
    case .decoding(let error): error.description
    case .configuration(let reason): "the database configuration cannot be used: \(reason)"
    case .requestTooLarge: "a database request is larger than \(PostgresLimits.maxRequestBytes) bytes"
    }
  }
}

/// What the server said when it refused a statement.
public struct PostgresServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The condition.
  public let sqlState: SQLState
  /// `ERROR`, `FATAL` or `PANIC`; after the last two the connection is gone.
  public let severity: String
  /// Name of the statement as its `Statement` gives it; nil for scripts and unprepared statements.
  public let statementName: String?
  /// The constraint that was violated, where the server names one.
  public let constraintName: String?
  /// The table concerned, where the server names one.
  public let tableName: String?
  /// The column concerned, where the server names one.
  public let columnName: String?
  /// The server's sentence. It can quote values: do not log or show it, except for our own conditions (`GL0xx`).
  public let message: String

  /// Whether the server ended the connection with this error.
  public var endsConnection: Bool { severity == "FATAL" || severity == "PANIC" }

  public var description: String {
    var text = "PostgreSQL refused"
    text += statementName.map { " the statement \($0)" } ?? " a statement"
    text += ": \(sqlState)"
    if let constraintName { text += ", constraint \(constraintName)" }
    if let tableName { text += ", table \(tableName)" }
    if let columnName { text += ", column \(columnName)" }
    return text
  }
}

/// A column of a result that was read as something it is not.
public struct PostgresDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why the value could not be read.
  public enum Reason: Hashable, Sendable {
    /// The value, or an element of the array, is NULL.
    case null
    /// The column has another type; its object identifier.
    case type(UInt32)
    /// The bytes are not what the type prescribes.
    case malformed
    /// The result has no such column.
    case noSuchColumn
    /// A result of exactly one row was asked for; how many there are.
    case rowCount(Int)
  }

  /// Index of the column from 0.
  public let column: Int
  /// Why.
  public let reason: Reason

  public var description: String {
    switch reason {
    case .null: "column \(column) of a database result is NULL where a value was expected"
    case .type(let oid): "column \(column) of a database result has the unexpected type \(oid)"
    case .malformed: "column \(column) of a database result is malformed"
    case .noSuchColumn: "a database result has no column \(column)"
    case .rowCount(let count): "a database result has \(count) rows where one was expected"
    }
  }
}

/// Limits of the client that are not configuration.
public enum PostgresLimits {
  /// The most bytes of parameters one statement may carry.
  public static let maxRequestBytes = 256 * 1024 * 1024
  /// The parameter buffer of a connection is kept for the next statement up to this size, in bytes.
  public static let maxRetainedParameterBytes = 1024 * 1024
}
