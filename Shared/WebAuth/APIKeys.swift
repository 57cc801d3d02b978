import Cryptography
public import Domain
public import PostgresClient

extension AccountStore {
  /// Makes a key and stores its hash. The key itself cannot be had again.
  ///
  /// - Parameter reportsPerMinute: what it may hand in in a minute, within ``ReportAllowance/perMinute``; nil: as much as
  ///   it likes.
  public func createKey(
    district: UnitCode, name: String, role: Role, unit: UnitCode, source: String? = nil,
    reportsPerMinute: Int32? = nil, at: Instant, noting note: PostgresCall? = nil
  ) async throws -> APIKey {
    let key = APIKey(district: district)
    let insert = PostgresCall(
      Self.insertKey,
      [
        .text(district.text), .text(key.identifier), .text(name), .text(role.rawValue), .text(unit.text),
        .text(source), .bytes(key.secretHash), .instant(at), .int32(reportsPerMinute),
      ])
    _ = try await change([insert], noting: note)
    return key
  }

  /// The keys of a district by name, revoked ones as well.
  public func keys(of district: UnitCode) async throws -> [APIKeyAccount] {
    try await pool.query(Self.keysOfDistrict, [.text(district.text)]).map(Self.key)
  }

  /// Gives a key another limit, or none; services hear of it within the time that callers are cached. False when there is
  /// no such key or it was revoked.
  public func limitKey(
    district: UnitCode, identifier: String, reportsPerMinute: Int32?, noting note: PostgresCall? = nil
  ) async throws -> Bool {
    let limit = PostgresCall(
      Self.limitKey, [.text(district.text), .text(identifier), .int32(reportsPerMinute)])
    return try await change([limit], noting: note)
  }

  /// Revokes a key. False when there is no such key or it was revoked before.
  public func revokeKey(
    district: UnitCode, identifier: String, at: Instant, noting note: PostgresCall? = nil
  ) async throws -> Bool {
    let revoke = PostgresCall(Self.revokeKey, [.text(district.text), .text(identifier), .instant(at)])
    return try await change([revoke], noting: note)
  }

  /// Whose key this is; nil when it is unknown, wrong or revoked.
  func account(of key: APIKey) async throws -> APIKeyAccount? {
    let rows = try await pool.query(Self.keyByIdentifier, [.text(key.district.text), .text(key.identifier)])
    guard let row = rows.first, constantTimeEquals(try row.bytes(9), key.secretHash) else { return nil }
    let account = try Self.key(row)
    return account.revokedAt == nil ? account : nil
  }

  private static func key(_ row: PostgresRow) throws -> APIKeyAccount {
    try APIKeyAccount(
      district: UnitCode(row.text(0)), identifier: row.text(1), name: row.text(2), role: row.role(3),
      unit: UnitCode(row.text(4)), source: row.textOrNil(5), createdAt: row.instant(6),
      revokedAt: row.instantOrNil(7), reportsPerMinute: row.int32OrNil(8))
  }

  private static let columns =
    "district, key_id, name, role, unit, source, created_at, revoked_at, reports_per_minute, secret_hash"

  private static let insertKey = Statement(
    "api_keys_insert",
    """
    INSERT INTO api_keys (district, key_id, name, role, unit, source, secret_hash, created_at, reports_per_minute)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """)

  private static let keysOfDistrict = Statement(
    "api_keys_of_district", "SELECT \(columns) FROM api_keys WHERE district = $1 ORDER BY name, key_id")

  private static let keyByIdentifier = Statement(
    "api_keys_by_id", "SELECT \(columns) FROM api_keys WHERE district = $1 AND key_id = $2")

  private static let limitKey = Statement(
    "api_keys_limit",
    "UPDATE api_keys SET reports_per_minute = $3 WHERE district = $1 AND key_id = $2 AND revoked_at IS NULL")

  private static let revokeKey = Statement(
    "api_keys_revoke",
    "UPDATE api_keys SET revoked_at = $3 WHERE district = $1 AND key_id = $2 AND revoked_at IS NULL")
}
