import HTTPTypes
public import PostgresClient

extension PostgresError: ProblemConvertible {
  /// 503 where the database cannot do it now and nothing was kept; 500 for everything that is a fault of ours.
  public var problem: Problem {
    switch self {
    case .connectionLost, .unavailable, .timeout, .cancelled, .poolExhausted, .closed: .databaseUnavailable
    case .server(let error): Self.refusesWrites(error.sqlState) || isRetriable ? .databaseUnavailable : .ofDatabase
    case .commitOutcomeUnknown:
      .unavailable(
        code: "outcome_unknown",
        "Whether this was kept is not known. Send it again with the same Idempotency-Key to learn it.")
    case .transactionAborted, .decoding, .configuration, .requestTooLarge: .ofDatabase
    }
  }

  /// `read_only_sql_transaction`: this server is a standby, as after a failover.
  private static func refusesWrites(_ state: SQLState) -> Bool { state == SQLState("25006") }
}

extension Problem {
  fileprivate static let databaseUnavailable = Problem.unavailable(
    code: "database_unavailable", retryAfterSeconds: 2, "The database cannot take this now. Nothing was changed.")

  fileprivate static let ofDatabase = Problem(
    .internalServerError, code: "internal", detail: "The service failed. The trace id names the log line.")
}
