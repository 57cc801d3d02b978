public import Domain
import PostgresClient

extension AccountStore {
  /// Ended sessions that one clean-up removes at most.
  static let maxRemovedSessions: Int64 = 1_000

  /// Stores the session of a fresh token.
  func insertSession(_ token: SessionToken, username: String, at: Instant, expiresAt: Instant) async throws {
    try await pool.execute(
      Self.insertSession,
      [.text(token.district.text), .bytes(token.hash), .text(username), .instant(at), .instant(expiresAt)])
  }

  /// Whose session this is, with its end; nil when it is unknown, over or revoked, or the user is disabled.
  func account(of token: SessionToken, at: Instant) async throws -> (caller: Caller, expiresAt: Instant)? {
    let rows = try await pool.query(
      Self.sessionByHash, [.text(token.district.text), .bytes(token.hash), .instant(at)])
    guard let row = rows.first else { return nil }
    let caller = try Caller(
      name: row.text(0), kind: .user, role: row.role(1), unit: UnitCode(row.text(2)),
      department: row.departmentOrNil(3), district: token.district)
    return (caller, try row.instant(4))
  }

  /// Ends a session. False when it is unknown or had ended before.
  func revokeSession(_ token: SessionToken, at: Instant) async throws -> Bool {
    try await pool.execute(
      Self.revokeSession, [.text(token.district.text), .bytes(token.hash), .instant(at)]) > 0
  }

  /// Removes sessions of a district that were over before `before`, a bounded number at a time. Returns how many.
  @discardableResult
  public func removeSessions(of district: UnitCode, endedBefore before: Instant) async throws -> Int {
    try await pool.execute(
      Self.removeSessions, [.text(district.text), .instant(before), .int64(Self.maxRemovedSessions)])
  }

  private static let insertSession = Statement(
    "sessions_insert",
    "INSERT INTO sessions (district, token_hash, username, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")

  private static let sessionByHash = Statement(
    "sessions_by_hash",
    """
    SELECT u.username, u.role, u.unit, u.department, s.expires_at
    FROM sessions s JOIN users u ON u.district = s.district AND u.username = s.username
    WHERE s.district = $1 AND s.token_hash = $2 AND s.expires_at > $3 AND s.revoked_at IS NULL
      AND u.disabled_at IS NULL
    """)

  private static let revokeSession = Statement(
    "sessions_revoke",
    "UPDATE sessions SET revoked_at = $3 WHERE district = $1 AND token_hash = $2 AND revoked_at IS NULL")

  private static let removeSessions = Statement(
    "sessions_remove",
    """
    DELETE FROM sessions WHERE district = $1 AND token_hash IN (
      SELECT token_hash FROM sessions WHERE district = $1 AND expires_at < $2 LIMIT $3)
    """)
}
