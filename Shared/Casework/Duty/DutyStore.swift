public import Domain
public import PostgresClient

/// Rosters and absences in PostgreSQL (`duty_shifts`, `duty_patterns`, `duty_absences`). Every function throws `PostgresError`.
public struct DutyStore: Sendable {
  /// Entries read for one list at most.
  public static let maxListedEntries = 1_000
  /// How far ahead of the moment asked for a book holds shifts, in days.
  public static let bookDaysAhead: Int64 = 7

  let pool: PostgresPool

  public init(pool: PostgresPool) {
    self.pool = pool
  }

  private static let holders = Statement(
    "duty_holders",
    "SELECT username, role, unit, department FROM users WHERE district = ANY($1) AND disabled_at IS NULL")

  private static let shifts = Statement(
    "duty_shifts_near",
    """
    SELECT role, unit, department, username, starts_at, ends_at, substitute_for FROM duty_shifts
    WHERE district = ANY($1) AND removed_at IS NULL AND ends_at > $2 AND starts_at < $3
    """)

  private static let absences = Statement(
    "duty_absences_near",
    """
    SELECT username, starts_at, ends_at FROM duty_absences
    WHERE district = ANY($1) AND removed_at IS NULL AND ends_at > $2 AND starts_at < $3
    """)

  /// Whose accounts and rosters a district's book holds: its own and those of the city it lies in.
  private static func homes(_ district: UnitCode, _ units: UnitTree) -> PostgresParameter {
    .texts(([district] + (units.city.flatMap { $0.code == district ? nil : [$0.code] } ?? [])).map(\.text))
  }

  /// The book of a district, or of a city, as it stands now, good for moments around the one named: shifts are in it from
  /// ``DutyBook/rosterMemoryDays`` before to ``bookDaysAhead`` after.
  public func book(_ district: UnitCode, around moment: Instant, policy: NetworkPolicy) async throws -> DutyBook {
    try await book(district, from: moment, before: moment + Self.bookDaysAhead * 86_400, policy: policy)
  }

  /// The same, good for all moments from the first to the last.
  public func book(
    _ district: UnitCode, from first: Instant, before last: Instant, policy: NetworkPolicy
  ) async throws -> DutyBook {
    let (from, before) = (first - (DutyBook.rosterMemoryDays + 1) * 86_400, last + 86_400)
    let homes = Self.homes(district, policy.units)
    let span: [PostgresParameter] = [
      homes, .timestamp(microseconds: from.microseconds), .timestamp(microseconds: before.microseconds),
    ]
    let rows = try await pool.pipeline([
      PostgresCall(Self.holders, [homes]), PostgresCall(Self.shifts, span), PostgresCall(Self.absences, span),
      Self.patternsCall(homes),
    ])
    let recurring = try rows[3].flatMap { row in
      try Self.pattern(row).shifts(from: from, before: before, calendar: policy.calendar)
    }
    return DutyBook(
      district: district,
      holders: try rows[0].map { row in
        DutyBook.Holder(
          username: try row.text(0),
          post: Self.post(try row.text(1), try row.text(2), try row.textOrNil(3)))
      },
      shifts: try rows[1].map { row in
        DutyBook.Shift(
          post: Self.post(try row.text(0), try row.text(1), try row.text(2)), username: try row.text(3),
          starts: Instant(microseconds: try row.timestamp(4).microseconds),
          ends: Instant(microseconds: try row.timestamp(5).microseconds), substituteFor: try row.textOrNil(6))
      } + recurring,
      absences: try rows[2].map { row in
        DutyBook.Absence(
          username: try row.text(0), starts: Instant(microseconds: try row.timestamp(1).microseconds),
          ends: Instant(microseconds: try row.timestamp(2).microseconds))
      }, units: policy.units)
  }

  private static let mark = Statement(
    "duty_mark",
    """
    SELECT concat_ws(' ',
      (SELECT concat(count(*), '/', sum(hashtextextended(concat_ws(' ', username, role, unit, department), 0)::numeric))
       FROM users WHERE district = ANY($1) AND disabled_at IS NULL),
      (SELECT concat(count(*), '/', sum(hashtextextended(id, 0)::numeric)) FROM duty_shifts
       WHERE district = ANY($1) AND removed_at IS NULL AND ends_at > $2 AND starts_at < $3),
      (SELECT concat(count(*), '/', sum(hashtextextended(id, 0)::numeric)) FROM duty_absences
       WHERE district = ANY($1) AND removed_at IS NULL AND ends_at > $2 AND starts_at < $3),
      (SELECT concat(count(*), '/', sum(hashtextextended(id, 0)::numeric)) FROM duty_patterns
       WHERE district = ANY($1) AND removed_at IS NULL))
    """)

  /// A text that changes with anything a book around that moment would hold, and from day to day, since shifts that come
  /// again are spelled out for the days to come.
  func mark(_ district: UnitCode, around moment: Instant, units: UnitTree) async throws -> String {
    let day = moment.microseconds / (86_400 * Instant.microsecondsPerSecond)
    let mark = try await pool.query(
      Self.mark,
      [
        Self.homes(district, units),
        .timestamp(microseconds: (moment - (DutyBook.rosterMemoryDays + 1) * 86_400).microseconds),
        .timestamp(microseconds: (moment + (Self.bookDaysAhead + 1) * 86_400).microseconds),
      ]
    ).onlyRow().text(0)
    return "\(day) \(mark)"
  }

  static func post(_ role: String, _ unit: String, _ department: String?) -> ReceiverAddress {
    ReceiverAddress(
      role: role, unit: UnitCode(unit), department: department.flatMap { $0.isEmpty ? nil : DepartmentCode($0) })
  }
}
