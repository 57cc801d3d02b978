import Domain
import PostgresClient
import WebAuth

/// The parts that a department has to do in cases that others lead.
enum DepartmentParts {
  private static let open = Statement(
    "department_parts",
    """
    SELECT district, case_number, state FROM case_parts WHERE district = ANY($1) AND department = $2 AND state IN ('assigned', 'signed')
    """)

  /// State of the part by its case.
  static func of(_ department: DepartmentCode, request: PageRequest) async throws -> [CaseID: String] {
    let rows = try await request.console.pool.query(
      Self.open, [.texts(request.view.territory.districts.map(\.text)), .text(department.text)])
    return Dictionary(
      try rows.map { (CaseID(district: UnitCode(try $0.text(0)), number: try $0.int64(1)), try $0.text(2)) },
      uniquingKeysWith: { first, _ in first })
  }
}
