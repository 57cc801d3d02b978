public import Domain
public import PostgresClient

/// An act of an administrator or of an operator, as it was noted.
public struct AdministrativeAct: Sendable, Hashable {
  public let district: UnitCode
  public let at: Instant
  /// `user:<name>`, or who ran gridctl.
  public let actor: String
  /// A code such as `release_case`, `resend_notices`, `test_channel`, `load_network`, `user_made`.
  public let act: String
  public let subject: String
}

/// The table `administrative_acts`: only ever added to.
public struct AdministrativeActs: Sendable {
  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  fileprivate static let insert = Statement(
    "administrative_acts_insert",
    "INSERT INTO administrative_acts (district, at, actor, act, subject) VALUES ($1, $2, $3, $4, $5)")

  private static let read = Statement(
    "administrative_acts_read",
    """
    SELECT district, at, actor, act, subject FROM administrative_acts WHERE district = ANY($1)
    ORDER BY at DESC, id DESC LIMIT $2
    """)

  /// Those of the districts, the newest first.
  public func newest(of districts: [UnitCode], limit: Int) async throws -> [AdministrativeAct] {
    try await pool.query(Self.read, [.texts(districts.map(\.text)), .int64(Int64(limit))]).map { row in
      AdministrativeAct(
        district: UnitCode(try row.text(0)), at: Instant(microseconds: try row.timestamp(1).microseconds),
        actor: try row.text(2), act: try row.text(3), subject: try row.text(4))
    }
  }
}

extension AdministrativeAct {
  /// The statement that notes it, for the transaction of the deed itself: neither is there without the other.
  public var note: PostgresCall {
    PostgresCall(
      AdministrativeActs.insert,
      [.text(district.text), .timestamp(microseconds: at.microseconds), .text(actor), .text(act), .text(subject)])
  }

  public init(_ act: String, _ subject: String, in district: UnitCode, by actor: String, at now: Instant) {
    self.init(district: district, at: now, actor: actor, act: act, subject: subject)
  }
}
