public import Domain
public import PostgresClient

/// The table `suppressions`. Every function throws `PostgresError`.
public struct SuppressionStore: Sendable {
  /// Those of one district that have not ended, at most.
  public static let maxRunning = 200
  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  /// What became of a suppression that was to be stored.
  public enum Storing: Sendable, Hashable {
    case stored(Suppression)
    /// There are ``maxRunning`` already.
    case tooMany
  }

  /// Stores a suppression whose draft has no faults.
  public func add(
    _ draft: SuppressionDraft, district: UnitCode, by actor: String, at now: Instant
  ) async throws -> Storing {
    guard let unit = draft.unit, let until = draft.until else {
      preconditionFailure("a suppression without unit or end was to be stored")
    }
    let rows = try await pool.query(
      Self.insert,
      [
        .text(district.text), .text(Self.freshID), .text(draft.reason ?? ""),
        .text(unit.text), .texts(draft.categories.map(\.text)), .texts(draft.sources.map(\.rawValue)),
        .timestamp(microseconds: max(draft.from ?? now, now).microseconds),
        .timestamp(microseconds: until.microseconds), .text(actor), .timestamp(microseconds: now.microseconds),
      ])
    return try rows.first.map { .stored(try Self.suppression($0)) } ?? .tooMany
  }

  /// The newest first; those created before `before` where a list goes on.
  public func list(
    _ district: UnitCode, onlyOpenAt now: Instant? = nil, before: (at: Instant, id: String)? = nil, limit: Int
  ) async throws -> [Suppression] {
    try await pool.query(
      Self.read,
      [
        .text(district.text), .timestamp(now.map { PostgresTimestamp(microseconds: $0.microseconds) }),
        .timestamp(before.map { PostgresTimestamp(microseconds: $0.at.microseconds) }), .text(before?.id),
        .int64(Int64(limit)),
      ]
    ).map(Self.suppression)
  }

  /// Nil when there is none of that id.
  public func suppression(_ id: String, of district: UnitCode) async throws -> Suppression? {
    try await pool.query(Self.one, [.text(district.text), .text(id)]).first.map(Self.suppression)
  }

  /// Ends a suppression before its time. Nil when it had ended, or there is none.
  public func end(_ id: String, of district: UnitCode, by actor: String, at now: Instant) async throws -> Suppression? {
    try await pool.query(
      Self.finish, [.text(district.text), .text(id), .text(actor), .timestamp(microseconds: now.microseconds)]
    ).first.map(Self.suppression)
  }

  /// Nine digits and letters. Nothing is hidden behind them: whoever may see the district may see its suppressions.
  private static var freshID: String { String(UInt64.random(in: 1 << 40..<1 << 45), radix: 32) }

  private static func suppression(_ row: PostgresRow) throws -> Suppression {
    let district = UnitCode(try row.text(0))
    return Suppression(
      district: district, id: try row.text(1), reason: try row.text(2), unit: UnitCode(try row.text(3)),
      categories: try row.texts(4).map { CategoryCode($0) },
      sources: try row.texts(5).compactMap { ReportSource(rawValue: $0) },
      from: Instant(microseconds: try row.timestamp(6).microseconds),
      until: Instant(microseconds: try row.timestamp(7).microseconds), createdBy: try row.text(8),
      createdAt: Instant(microseconds: try row.timestamp(9).microseconds), endedBy: try row.textOrNil(10),
      endedAt: try row.timestampOrNil(11).map { Instant(microseconds: $0.microseconds) },
      anchor: try row.int64OrNil(12).map { CaseID(district: district, number: $0) }, reports: try row.int64(13))
  }
}

extension SuppressionStore {
  private static let columns =
    """
    district, id, reason, unit, categories, sources, from_at, until_at, created_by, created_at, ended_by, ended_at,
    case_number, reports
    """

  private static let insert = Statement(
    "suppressions_insert",
    """
    INSERT INTO suppressions (district, id, reason, unit, categories, sources, from_at, until_at, created_by, created_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
    WHERE (SELECT count(*) FROM suppressions
           WHERE district = $1 AND ended_at IS NULL AND until_at > $10) < \(maxRunning)
    RETURNING \(columns)
    """)

  private static let read = Statement(
    "suppressions_read",
    """
    SELECT \(columns) FROM suppressions
    WHERE district = $1 AND ($2::timestamptz IS NULL OR (ended_at IS NULL AND until_at > $2))
      AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
    ORDER BY created_at DESC, id DESC LIMIT $5
    """)

  private static let one = Statement(
    "suppressions_one", "SELECT \(columns) FROM suppressions WHERE district = $1 AND id = $2")

  private static let finish = Statement(
    "suppressions_end",
    """
    UPDATE suppressions SET ended_by = $3, ended_at = $4
    WHERE district = $1 AND id = $2 AND ended_at IS NULL AND until_at > $4 RETURNING \(columns)
    """)
}
