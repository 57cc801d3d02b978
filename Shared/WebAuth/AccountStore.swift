public import Domain
public import PostgresClient

/// Users, API keys and sessions in PostgreSQL.
///
/// Tables: `users`, `api_keys` and `sessions`, all with `district` as first column. Times are handed in, so that the
/// statements also run on a sharded database. Every function throws `PostgresError`.
///
/// A function that changes an account takes a `note`, a statement that writes down who did it: it runs in the same
/// transaction, and only where something was changed.
public struct AccountStore: Sendable {
  let pool: PostgresPool

  public init(pool: PostgresPool) {
    self.pool = pool
  }

  /// Runs the statements and, where the first of them changed something, the note: all or nothing. Whether it did.
  func change(_ calls: [PostgresCall], noting note: PostgresCall?) async throws -> Bool {
    try await pool.transaction { transaction in
      guard try transaction.pipeline(calls)[0].affectedRows > 0 else { return false }
      if let note { try transaction.finalPipeline([note]) }
      return true
    }
  }
}

/// A user as it is stored.
public struct UserAccount: Sendable, Hashable {
  public let district: UnitCode
  public let username: String
  public let role: Role
  public let unit: UnitCode
  public let department: DepartmentCode?
  /// argon2id text.
  let passwordHash: String
  public let disabledAt: Instant?
  public let createdAt: Instant

  public var caller: Caller {
    Caller(name: username, kind: .user, role: role, unit: unit, department: department, district: district)
  }
}

/// An API key as it is stored, without its secret.
public struct APIKeyAccount: Sendable, Hashable {
  public let district: UnitCode
  public let identifier: String
  public let name: String
  public let role: Role
  public let unit: UnitCode
  public let source: String?
  public let createdAt: Instant
  public let revokedAt: Instant?
  /// What it may hand in in a minute; nil: as much as it likes.
  public let reportsPerMinute: Int32?

  public var caller: Caller {
    Caller(
      name: name, kind: .key, role: role, unit: unit, department: nil, source: source, district: district,
      allowance: reportsPerMinute.map { ReportAllowance(key: identifier, reportsPerMinute: $0) })
  }
}

/// A row that this version cannot read, e.g. of a role that is not known.
public struct AccountUnreadable: Error, Sendable, CustomStringConvertible {
  public let description: String
}

extension PostgresRow {
  func instant(_ column: Int) throws(PostgresError) -> Instant {
    Instant(microseconds: try timestamp(column).microseconds)
  }

  func instantOrNil(_ column: Int) throws(PostgresError) -> Instant? {
    try timestampOrNil(column).map { Instant(microseconds: $0.microseconds) }
  }

  func role(_ column: Int) throws -> Role {
    guard let role = Role(rawValue: try text(column)) else {
      throw AccountUnreadable(description: "an account has a role that is not known")
    }
    return role
  }

  func departmentOrNil(_ column: Int) throws(PostgresError) -> DepartmentCode? {
    try textOrNil(column).map { DepartmentCode($0) }
  }
}

extension PostgresParameter {
  static func instant(_ instant: Instant) -> PostgresParameter { .timestamp(microseconds: instant.microseconds) }
}
