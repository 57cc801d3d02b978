/// The five-character code by which PostgreSQL names a condition (appendix A of its manual).
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The five characters.
  public let rawValue: String

  /// Takes any code.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Takes any code.
  public init(_ code: String) {
    rawValue = code
  }

  public static let featureNotSupported = SQLState("0A000")
  public static let foreignKeyViolation = SQLState("23503")
  public static let uniqueViolation = SQLState("23505")
  public static let checkViolation = SQLState("23514")
  public static let idleInTransactionTimeout = SQLState("25P03")
  public static let invalidStatementName = SQLState("26000")
  public static let invalidPassword = SQLState("28P01")
  public static let unknownDatabase = SQLState("3D000")
  public static let serializationFailure = SQLState("40001")
  public static let deadlockDetected = SQLState("40P01")
  public static let insufficientPrivilege = SQLState("42501")
  public static let undefinedTable = SQLState("42P01")
  public static let lockNotAvailable = SQLState("55P03")
  public static let queryCanceled = SQLState("57014")
  public static let adminShutdown = SQLState("57P01")
  public static let crashShutdown = SQLState("57P02")
  public static let cannotConnectNow = SQLState("57P03")

  /// The first two characters, which name a family of conditions.
  public var classCode: String { String(rawValue.prefix(2)) }

  /// Whether the condition is one of our own, raised by a function of the schema (`GL0xx`).
  public var isOwn: Bool { rawValue.hasPrefix("GL") }

  /// The name PostgreSQL's manual gives the condition, or the class and code for one that has no name here.
  public var conditionName: String {
    Self.names[rawValue] ?? (isOwn ? "gridloop_condition" : "condition_of_class_\(classCode)")
  }

  public var description: String { "\(conditionName) (\(rawValue))" }

  private static let names = [
    "0A000": "feature_not_supported", "23502": "not_null_violation", "23503": "foreign_key_violation",
    "23505": "unique_violation", "23514": "check_violation", "23P01": "exclusion_violation",
    "25P03": "idle_in_transaction_session_timeout", "26000": "invalid_sql_statement_name",
    "28000": "invalid_authorization_specification", "28P01": "invalid_password", "3D000": "invalid_catalog_name",
    "40001": "serialization_failure", "40P01": "deadlock_detected", "42501": "insufficient_privilege",
    "42601": "syntax_error", "42P01": "undefined_table", "53300": "too_many_connections",
    "55P03": "lock_not_available", "57014": "query_canceled", "57P01": "admin_shutdown", "57P02": "crash_shutdown",
    "57P03": "cannot_connect_now", "P0001": "raise_exception",
  ]

  /// Conditions after which the same transaction may succeed when tried again.
  var isRetriable: Bool {
    switch self {
    case .serializationFailure, .deadlockDetected, .lockNotAvailable, .queryCanceled, .idleInTransactionTimeout,
      .adminShutdown, .crashShutdown, .cannotConnectNow:
      true
    default: classCode == "08" || classCode == "53" || classCode == "58"
    }
  }

  /// Refusals at connecting that only an operator can mend.
  var isPermanentRefusal: Bool {
    classCode == "28" || self == .unknownDatabase || self == .insufficientPrivilege
  }
}
