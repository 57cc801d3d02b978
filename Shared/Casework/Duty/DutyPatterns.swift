public import Domain
import PostgresClient

extension DutyStore {
  private static let columns = """
    id, name, role, unit, department, username, days, weekdays, skips_holidays, starts_minute, ends_minute, every_weeks,
    valid_from::text, valid_until::text, substitute_for, created_by
    """

  private static let read = Statement(
    "duty_patterns_read",
    """
    SELECT \(columns) FROM duty_patterns
    WHERE district = ANY($1) AND removed_at IS NULL AND ($2::text[] IS NULL OR unit = ANY($2))
    ORDER BY unit, role, department, starts_minute, id
    """)

  /// The recurring shifts at these units, all of the district if nil.
  public func patterns(_ district: UnitCode, units: [UnitCode]? = nil) async throws -> [DutyPattern] {
    let named = units.map { PostgresParameter.texts($0.map(\.text)) } ?? .null(PostgresType.text.array)
    return try await pool.query(Self.read, [.texts([district.text]), named]).map { try Self.pattern($0) }
  }

  private static let one = Statement(
    "duty_pattern_one",
    "SELECT \(columns) FROM duty_patterns WHERE district = $1 AND id = $2 AND removed_at IS NULL")

  /// The recurring shift with that id; nil when there is none or it was taken off.
  public func pattern(_ id: String, of district: UnitCode) async throws -> DutyPattern? {
    try await pool.query(Self.one, [.text(district.text), .text(id)]).first.map { try Self.pattern($0) }
  }

  /// The call that reads them, for a pipeline; ``pattern(_:)`` reads its rows.
  static func patternsCall(_ districts: PostgresParameter) -> PostgresCall {
    PostgresCall(read, [districts, .null(PostgresType.text.array)])
  }

  private static let ofPerson = Statement(
    "duty_patterns_of_person",
    """
    SELECT \(columns), s.substitute_for IS NULL
        OR EXISTS (SELECT FROM duty_absences AS a WHERE a.district = $1 AND a.username = s.substitute_for
                   AND a.removed_at IS NULL AND a.starts_at <= $6 AND a.ends_at > $6)
        OR NOT EXISTS (SELECT FROM users AS u WHERE u.district = $1 AND u.username = s.substitute_for
                       AND u.disabled_at IS NULL)
    FROM duty_patterns AS s
    WHERE s.district = $1 AND s.removed_at IS NULL
      AND (s.username = $2 OR (s.role = $3 AND s.unit = $4 AND s.department = $5))
    """)

  /// Recurring shifts as they concern one person at a moment: the posts at which they are on duty by them, and whether
  /// their own post keeps a roster by them.
  public func duties(
    of username: String, own: ReceiverAddress, in district: UnitCode, at moment: Instant, calendar: WorkingCalendar
  ) async throws -> (posts: [ReceiverAddress], ownKeepsRoster: Bool) {
    let rows = try await pool.query(
      Self.ofPerson,
      [
        .text(district.text), .text(username), .text(own.role), .text(own.unit.text), .text(own.department?.text ?? ""),
        .timestamp(microseconds: moment.microseconds),
      ])
    var posts: [ReceiverAddress] = []
    var keepsRoster = false
    for row in rows {
      let (pattern, counts) = (try Self.pattern(row), try row.bool(16))
      if pattern.username == username, counts,
        !pattern.shifts(from: moment, before: moment + 1, calendar: calendar).filter({ $0.covers(moment) }).isEmpty
      {
        posts.append(pattern.post)
      }
      if pattern.post == own, pattern.substituteFor == nil, !keepsRoster {
        let remembered = moment - DutyBook.rosterMemoryDays * 86_400
        keepsRoster = pattern.shifts(from: remembered, before: moment + 1, calendar: calendar)
          .contains { $0.starts <= moment }
      }
    }
    return (posts, keepsRoster)
  }

  private static let insert = Statement(
    "duty_pattern_insert",
    """
    INSERT INTO duty_patterns (district, id, name, role, unit, department, username, days, weekdays, skips_holidays,
      starts_minute, ends_minute, every_weeks, valid_from, valid_until, substitute_for, created_at, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::date, $15::date, $16, $17, $18)
    """)

  private static let clear = Statement(
    "duty_patterns_clear",
    """
    UPDATE duty_patterns AS p SET removed_at = $5, removed_by = $6
    FROM unnest($2::text[], $3::text[], $4::text[]) AS n(role, unit, department)
    WHERE p.district = $1 AND p.removed_at IS NULL AND p.role = n.role AND p.unit = n.unit
      AND p.department = n.department
    """)

  /// Adds recurring shifts, all or none. Whoever asks has checked whom they name.
  ///
  /// - Parameter replaces: whether those that stand at the same posts are taken off.
  public func add(
    _ patterns: [DutyPattern], replaces: Bool, to district: UnitCode, by actor: String, at now: Instant
  ) async throws {
    let at = PostgresParameter.timestamp(microseconds: now.microseconds)
    var calls: [PostgresCall] = []
    if replaces {
      let posts = Set(patterns.map(\.post)).sorted { $0.text < $1.text }
      calls.append(
        PostgresCall(
          Self.clear,
          [
            .text(district.text), .texts(posts.map(\.role)), .texts(posts.map(\.unit.text)),
            .texts(posts.map { $0.department?.text ?? "" }), at, .text(actor),
          ]))
    }
    calls += patterns.map { pattern in
      let (days, mask, skips): (String, Int32, Bool) =
        switch pattern.days {
        case .workDays: ("work_days", 0, false)
        case .daysOff: ("days_off", 0, false)
        case .weekdays(let weekdays, let skipsHolidays):
          ("weekdays", weekdays.reduce(0) { $0 | 1 << Int32($1.rawValue - 1) }, skipsHolidays)
        }
      return PostgresCall(
        Self.insert,
        [
          .text(district.text), .text(pattern.id), .text(pattern.name), .text(pattern.post.role),
          .text(pattern.post.unit.text), .text(pattern.post.department?.text ?? ""), .text(pattern.username),
          .text(days), .int32(mask), .bool(skips), .int32(Int32(pattern.startsMinute)),
          .int32(Int32(pattern.endsMinute)), .int32(Int32(pattern.everyWeeks)), .text(pattern.validFrom.description),
          .text(pattern.validUntil?.description), .text(pattern.substituteFor), at, .text(pattern.createdBy),
        ])
    }
    guard !calls.isEmpty else { return }
    let final = calls
    _ = try await pool.transaction { try $0.finalPipeline(final) }
  }

  /// The row of a pattern.
  static func pattern(_ row: PostgresRow) throws -> DutyPattern {
    let mask = try row.int32(7)
    let days: DutyPattern.Days =
      switch try row.text(6) {
      case "work_days": .workDays
      case "days_off": .daysOff
      default:
        .weekdays(
          Set(Weekday.allCases.filter { mask & 1 << Int32($0.rawValue - 1) != 0 }), skipsHolidays: try row.bool(8))
      }
    return DutyPattern(
      id: try row.text(0), name: try row.text(1),
      post: post(try row.text(2), try row.text(3), try row.text(4)), username: try row.text(5), days: days,
      startsMinute: Int(try row.int32(9)), endsMinute: Int(try row.int32(10)), everyWeeks: Int(try row.int32(11)),
      validFrom: try CivilDate(try row.text(12)), validUntil: try row.textOrNil(13).map { try CivilDate($0) },
      substituteFor: try row.textOrNil(14), createdBy: try row.text(15))
  }
}
