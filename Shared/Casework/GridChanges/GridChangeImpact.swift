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

  /// Of each grid of the change.
  public let cases: [Cases]
  /// Who may sign in and whose unit is a grid that is no longer. They go on seeing its cases, and nothing new.
  public let people: [Person]

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

  /// - Throws: `PostgresError`.
  public static func read(_ plan: GridChangePlan, district: UnitCode, _ pool: PostgresPool) async throws
    -> GridChangeImpact
  {
    let results = try await pool.pipeline([
      PostgresCall(cases, [.text(district.text), .texts(plan.grids.map(\.text))]),
      PostgresCall(people, [.text(district.text), .texts(plan.retired.map(\.text))]),
    ])
    return GridChangeImpact(
      cases: try results[0].map {
        Cases(grid: UnitCode(try $0.text(0)), open: try $0.int64(1), all: try $0.int64(2))
      },
      people: try results[1].map {
        Person(username: try $0.text(0), role: try $0.text(1), unit: UnitCode(try $0.text(2)))
      })
  }
}
