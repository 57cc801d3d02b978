public import Domain
import PostgresClient

/// One entry of a roster, or one absence, as it is stored.
public struct DutyEntry: Sendable, Hashable {
  public let id: String
  /// Nil: the person is away.
  public let post: ReceiverAddress?
  public let username: String
  public let starts: Instant
  public let ends: Instant
  public let substituteFor: String?
  public let createdBy: String

  public init(
    id: String, post: ReceiverAddress?, username: String, starts: Instant, ends: Instant, substituteFor: String? = nil,
    createdBy: String
  ) {
    self.id = id
    self.post = post
    self.username = username
    self.starts = starts
    self.ends = ends
    self.substituteFor = substituteFor
    self.createdBy = createdBy
  }
}

extension DutyStore {
  private static let read = Statement(
    "duty_read",
    """
    SELECT id, role, unit, department, username, starts_at, ends_at, substitute_for, created_by FROM duty_shifts
    WHERE district = $1 AND removed_at IS NULL AND ends_at > $2 AND starts_at < $3
      AND ($4::text[] IS NULL OR unit = ANY($4))
    UNION ALL
    SELECT a.id, NULL, u.unit, u.department, a.username, a.starts_at, a.ends_at, NULL, a.created_by
    FROM duty_absences AS a JOIN users AS u ON u.district = $1 AND u.username = a.username
    WHERE a.district = $1 AND a.removed_at IS NULL AND a.ends_at > $2 AND a.starts_at < $3
      AND ($4::text[] IS NULL OR u.unit = ANY($4))
    ORDER BY 6, 1 LIMIT $5
    """)

  /// Shifts at these units (all of the district if nil) and absences of people there that touch the time between two
  /// moments, in order of their beginning; ``maxListedEntries`` at most.
  public func entries(
    _ district: UnitCode, units: [UnitCode]?, from: Instant, before: Instant
  ) async throws -> [DutyEntry] {
    try await pool.query(
      Self.read,
      [
        .text(district.text), .timestamp(microseconds: from.microseconds),
        .timestamp(microseconds: before.microseconds),
        units.map { .texts($0.map(\.text)) } ?? .null(PostgresType.text.array), .int64(Int64(Self.maxListedEntries)),
      ]
    ).map { try Self.entry($0) }
  }

  private static let one = Statement(
    "duty_one",
    """
    SELECT id, role, unit, department, username, starts_at, ends_at, substitute_for, created_by FROM duty_shifts
    WHERE district = $1 AND id = $2 AND removed_at IS NULL
    UNION ALL
    SELECT a.id, NULL, NULL, NULL, a.username, a.starts_at, a.ends_at, NULL, a.created_by FROM duty_absences AS a
    WHERE a.district = $1 AND a.id = $2 AND a.removed_at IS NULL
    """)

  /// The entry with that id; nil when there is none or it was taken off.
  public func entry(_ id: String, of district: UnitCode) async throws -> DutyEntry? {
    try await pool.query(Self.one, [.text(district.text), .text(id)]).first.map { try Self.entry($0) }
  }

  private static let insertShift = Statement(
    "duty_insert_shift",
    """
    INSERT INTO duty_shifts (district, id, role, unit, department, username, starts_at, ends_at, substitute_for,
                             created_at, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    """)

  private static let insertAbsence = Statement(
    "duty_insert_absence",
    """
    INSERT INTO duty_absences (district, id, username, starts_at, ends_at, created_at, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  /// Adds entries, all or none. Whoever asks has checked who they name.
  public func add(_ entries: [DutyEntry], to district: UnitCode, at now: Instant) async throws {
    let calls = entries.map { entry -> PostgresCall in
      let times: [PostgresParameter] = [
        .timestamp(microseconds: entry.starts.microseconds), .timestamp(microseconds: entry.ends.microseconds),
      ]
      let made: [PostgresParameter] = [.timestamp(microseconds: now.microseconds), .text(entry.createdBy)]
      guard let post = entry.post else {
        return PostgresCall(
          Self.insertAbsence, [.text(district.text), .text(entry.id), .text(entry.username)] + times + made)
      }
      return PostgresCall(
        Self.insertShift,
        [
          .text(district.text), .text(entry.id), .text(post.role), .text(post.unit.text),
          .text(post.department?.text ?? ""), .text(entry.username),
        ] + times + [.text(entry.substituteFor)] + made)
    }
    _ = try await pool.transaction { try $0.finalPipeline(calls) }
  }

  private static let removeShift = Statement(
    "duty_remove_shift",
    "UPDATE duty_shifts SET removed_at = $3, removed_by = $4 WHERE district = $1 AND id = $2 AND removed_at IS NULL")

  private static let removeAbsence = Statement(
    "duty_remove_absence",
    "UPDATE duty_absences SET removed_at = $3, removed_by = $4 WHERE district = $1 AND id = $2 AND removed_at IS NULL")

  private static let removePattern = Statement(
    "duty_remove_pattern",
    "UPDATE duty_patterns SET removed_at = $3, removed_by = $4 WHERE district = $1 AND id = $2 AND removed_at IS NULL")

  /// Takes an entry, or a recurring shift, off the roster; it stays stored. Returns false when there is none.
  public func remove(_ id: String, of district: UnitCode, by actor: String, at now: Instant) async throws -> Bool {
    let key: [PostgresParameter] = [
      .text(district.text), .text(id), .timestamp(microseconds: now.microseconds), .text(actor),
    ]
    let removed = try await pool.pipeline([
      PostgresCall(Self.removeShift, key), PostgresCall(Self.removeAbsence, key), PostgresCall(Self.removePattern, key),
    ])
    return removed.contains { $0.affectedRows > 0 }
  }

  private static let person = Statement(
    "duty_person",
    "SELECT role, unit, department FROM users WHERE district = $1 AND username = $2 AND (disabled_at IS NULL OR $3)")

  /// The post that someone holds; nil for someone unknown or, unless they are asked for too, disabled.
  public func post(
    of username: String, in district: UnitCode, orDisabled: Bool = false
  ) async throws -> ReceiverAddress? {
    let key: [PostgresParameter] = [.text(district.text), .text(username), .bool(orDisabled)]
    return try await pool.query(Self.person, key).first.map { row in
      Self.post(try row.text(0), try row.text(1), try row.textOrNil(2))
    }
  }

  private static func entry(_ row: PostgresRow) throws -> DutyEntry {
    let role = try row.textOrNil(1)
    return DutyEntry(
      id: try row.text(0),
      post: try role.map { Self.post($0, try row.text(2), try row.textOrNil(3)) }, username: try row.text(4),
      starts: Instant(microseconds: try row.timestamp(5).microseconds),
      ends: Instant(microseconds: try row.timestamp(6).microseconds), substituteFor: try row.textOrNil(7),
      createdBy: try row.text(8))
  }
}
