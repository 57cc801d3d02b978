public import Cryptography
public import Domain
public import PostgresClient

extension AccountStore {
  /// The longest username, in bytes.
  public static let maxUsernameBytes = 64

  /// Adds a user, or puts role, unit, department and password of an existing one anew and enables it.
  ///
  /// - Returns: false when the name is taken in another district: names are unique over all, as one signs in with the
  ///   name alone.
  public func putUser(
    district: UnitCode, username: String, role: Role, unit: UnitCode, department: DepartmentCode?,
    password: PasswordHash, at: Instant, noting note: PostgresCall? = nil
  ) async throws -> Bool {
    precondition(
      (1...Self.maxUsernameBytes).contains(username.utf8.count), "A username has 1 to \(Self.maxUsernameBytes) bytes.")
    let holders = try await users(named: username)
    guard holders.allSatisfy({ $0.district == district }) else { return false }
    let put = PostgresCall(
      Self.putUser,
      [
        .text(district.text), .text(username), .text(role.rawValue), .text(unit.text), .text(department?.text),
        .text(password.text), .instant(at),
      ])
    return try await change([put], noting: note)
  }

  /// The users of this name; more than one only if two were added in different districts at the same moment.
  public func users(named username: String) async throws -> [UserAccount] {
    try await pool.query(Self.usersByName, [.text(username)]).map(Self.user)
  }

  /// The users of a district by name.
  public func users(of district: UnitCode) async throws -> [UserAccount] {
    try await pool.query(Self.usersOfDistrict, [.text(district.text)]).map(Self.user)
  }

  /// Disables a user and ends its sessions. False when there is no such user.
  public func disableUser(
    district: UnitCode, username: String, at: Instant, noting note: PostgresCall? = nil
  ) async throws -> Bool {
    try await change(
      [
        Self.disable(.text(district.text), .text(username), .instant(at)),
        Self.endSessionsOfUser(.text(district.text), .text(username), .instant(at)),
      ], noting: note)
  }

  private static func user(_ row: PostgresRow) throws -> UserAccount {
    try UserAccount(
      district: UnitCode(row.text(0)), username: row.text(1), role: row.role(2), unit: UnitCode(row.text(3)),
      department: row.departmentOrNil(4), passwordHash: row.text(5), disabledAt: row.instantOrNil(6),
      createdAt: row.instant(7))
  }

  private static let columns =
    "district, username, role, unit, department, password_hash, disabled_at, created_at"

  private static let putUser = Statement(
    "users_put",
    """
    INSERT INTO users (district, username, role, unit, department, password_hash, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (district, username) DO UPDATE SET role = excluded.role, unit = excluded.unit,
      department = excluded.department, password_hash = excluded.password_hash, disabled_at = NULL
    """)

  private static let usersByName = Statement(
    "users_by_name", "SELECT \(columns) FROM users WHERE username = $1 ORDER BY district")

  private static let usersOfDistrict = Statement(
    "users_of_district", "SELECT \(columns) FROM users WHERE district = $1 ORDER BY username")

  private static let disable = Statement(
    "users_disable",
    "UPDATE users SET disabled_at = coalesce(disabled_at, $3) WHERE district = $1 AND username = $2")

  private static let endSessionsOfUser = Statement(
    "sessions_end_of_user",
    "UPDATE sessions SET revoked_at = $3 WHERE district = $1 AND username = $2 AND revoked_at IS NULL")
}

/// A sign-in that the database still knows.
public struct SignInRecord: Sendable, Hashable {
  public let username: String
  public let at: Instant
  public let expiresAt: Instant
  /// Signed out, or ended by the administration.
  public let endedAt: Instant?
}

extension AccountStore {
  /// Gives a user another role, unit and department. False when there is no such user.
  public func changeUser(
    district: UnitCode, username: String, role: Role, unit: UnitCode, department: DepartmentCode?,
    noting note: PostgresCall? = nil
  ) async throws -> Bool {
    let post = PostgresCall(
      Self.changePost,
      [.text(district.text), .text(username), .text(role.rawValue), .text(unit.text), .text(department?.text)])
    return try await change([post], noting: note)
  }

  /// Gives a user another password and ends its sessions. False when there is no such user.
  public func setPassword(
    district: UnitCode, username: String, password: PasswordHash, at: Instant, noting note: PostgresCall? = nil
  ) async throws -> Bool {
    try await change(
      [
        PostgresCall(Self.password, [.text(district.text), .text(username), .text(password.text)]),
        Self.endSessionsOfUser(.text(district.text), .text(username), .instant(at)),
      ], noting: note)
  }

  /// Lets a disabled user sign in again. False when there is no such user.
  public func enableUser(
    district: UnitCode, username: String, noting note: PostgresCall? = nil
  ) async throws -> Bool {
    try await change([PostgresCall(Self.enable, [.text(district.text), .text(username)])], noting: note)
  }

  /// The newest sign-ins of a district's people; sessions that ended long ago are no longer known.
  public func signIns(of district: UnitCode, limit: Int) async throws -> [SignInRecord] {
    try await pool.query(Self.signIns, [.text(district.text), .int64(Int64(limit))]).map { row in
      SignInRecord(
        username: try row.text(0), at: try row.instant(1), expiresAt: try row.instant(2),
        endedAt: try row.instantOrNil(3))
    }
  }

  private static let changePost = Statement(
    "users_change",
    "UPDATE users SET role = $3, unit = $4, department = $5 WHERE district = $1 AND username = $2")

  private static let password = Statement(
    "users_password", "UPDATE users SET password_hash = $3 WHERE district = $1 AND username = $2")

  private static let enable = Statement(
    "users_enable", "UPDATE users SET disabled_at = NULL WHERE district = $1 AND username = $2")

  private static let signIns = Statement(
    "sessions_newest",
    """
    SELECT username, created_at, expires_at, revoked_at FROM sessions WHERE district = $1
    ORDER BY expires_at DESC LIMIT $2
    """)
}
