public import Domain
public import PostgresClient

/// What a change of grids touches besides the plan: cases that stay with the grids they lie in, and people who must be
/// given another.
public struct GridChangeImpact: Sendable, Hashable {
  public struct Person: Sendable, Hashable {
    public let username: String
    public let role: String
    public let unit: UnitCode
  }

  public struct Cases: Sendable, Hashable {
    public let grid: UnitCode
    /// Those that are neither closed nor void nor merged.
    public let open: Int64
    public let all: Int64
  }

  /// Someone on the roster of a post at a grid that is no longer, now or in days to come.
  public struct Duty: Sendable, Hashable {
    public let username: String
    public let role: String
    public let unit: UnitCode
  }

  /// Of each grid of the change.
  public let cases: [Cases]
  /// Who may sign in and whose unit is a grid that is no longer. They go on seeing its cases, and nothing new.
  public let people: [Person]
  /// Shifts at posts of such grids, each person and post once.
  public let duties: [Duty]

  private static let cases = Statement(
    "grid_change_cases",
    """
    SELECT g.code, count(c.number) FILTER (WHERE c.state NOT IN ('closed', 'void', 'merged')), count(c.number)
    FROM unnest($2::text[]) WITH ORDINALITY AS g(code, place)
    LEFT JOIN cases AS c ON c.district = $1 AND c.unit = g.code
    GROUP BY g.code, g.place ORDER BY g.place
    """)

  private static let people = Statement(
    "grid_change_people",
    """
    SELECT username, role, unit FROM users WHERE district = $1 AND unit = ANY ($2) AND disabled_at IS NULL
    ORDER BY username
    """)

  private static let duties = Statement(
    "grid_change_duties",
    """
    SELECT username, role, unit FROM duty_shifts
    WHERE district = $1 AND unit = ANY ($2) AND removed_at IS NULL AND ends_at > $3
    UNION
    SELECT username, role, unit FROM duty_patterns
    WHERE district = $1 AND unit = ANY ($2) AND removed_at IS NULL
      AND (valid_until IS NULL OR valid_until >= $4::text::date)
    ORDER BY 3, 1, 2
    """)

  /// - Parameters:
  ///   - now: shifts that have ended by then are passed over.
  ///   - today: the local day.
  /// - Throws: `PostgresError`.
  public static func read(
    _ plan: GridChangePlan, district: UnitCode, at now: Instant, today: CivilDate, _ pool: PostgresPool
  ) async throws -> GridChangeImpact {
    let results = try await pool.pipeline([
      PostgresCall(cases, [.text(district.text), .texts(plan.grids.map(\.text))]),
      PostgresCall(people, [.text(district.text), .texts(plan.retired.map(\.text))]),
      PostgresCall(
        duties,
        [
          .text(district.text), .texts(plan.retired.map(\.text)), .timestamp(microseconds: now.microseconds),
          .text("\(today)"),
        ]),
    ])
    return GridChangeImpact(
      cases: try results[0].map {
        Cases(grid: UnitCode(try $0.text(0)), open: try $0.int64(1), all: try $0.int64(2))
      },
      people: try results[1].map {
        Person(username: try $0.text(0), role: try $0.text(1), unit: UnitCode(try $0.text(2)))
      },
      duties: try results[2].map {
        Duty(username: try $0.text(0), role: try $0.text(1), unit: UnitCode(try $0.text(2)))
      })
  }
}
