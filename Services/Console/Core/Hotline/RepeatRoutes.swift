import Casework
import Domain
import Hummingbird
import Journal
import Operations
import PostgresClient
import WebAuth
import Wire

/// Orders that came again and again: by default those that came three times or more in the last two weeks.
struct RepeatRoutes: Sendable {
  static let maxListedCases = 500
  static let defaultDays: Int64 = 14
  static let defaultMinReports = 3
  static let maxMinReports = 1_000_000

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("stats/repeats") { request, context in try await list(request, context) }
  }

  private static let read = Statement(
    "repeats_read",
    """
    SELECT r.number, r.reports, r.reporters, r.first_at, r.last_at, c.state, c.category, c.unit, c.source, c.lead
    FROM repeated_cases($1, $2, $3, $4, $5) AS r
    JOIN cases AS c ON c.district = $1 AND c.number = r.number
    WHERE c.unit_path >= $6 AND c.unit_path < $7
    ORDER BY r.reports DESC, r.number LIMIT $8
    """)

  /// `?from=&to=&min=3&source=&unit=`: cases to which a report came in the period and that have `min` reports or more
  /// by its end, those merged into them counted with them. With `source` only reports of that source count.
  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    guard view.sight.restriction == .none, view.caller.role != .officer else {
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    var fields = try QueryFields(request)
    let unit = view.unit(&fields) ?? view.caller.unit
    let before = fields.moment("to")?.endExclusive(in: view.zone) ?? console.now + 1
    let from = fields.moment("from")?.start(in: view.zone) ?? before - Self.defaultDays * 86_400
    let min = fields.number("min", in: 2...Self.maxMinReports) ?? Self.defaultMinReports
    let source = fields.choice("source", of: ReportSource.self)
    let limit = fields.limit(max: Self.maxListedCases)
    try fields.finish()
    // A unit above the caller's shows no more than the caller's own.
    let ground = view.policy.units.territory(of: view.covers(unit) ? unit : view.caller.unit)
    let found = try await console.pool.ask(
      ground.districts.map { district in
        let path = ground.unitPath.isEmpty ? "\(district)/" : ground.unitPath
        return PostgresCall(
          Self.read,
          [
            .text(district.text), .timestamp(microseconds: from.microseconds),
            .timestamp(microseconds: before.microseconds),
            .text(source?.rawValue ?? ""), .int64(Int64(min)), .text(path), .text(path.dropLast() + "0"),
            .int64(Int64(limit)),
          ])
      })
    let lists = try zip(ground.districts, found).map { district, rows in
      try rows.map { (id: CaseID(district: district, number: try $0.int64(0)), reports: try $0.int64(1), row: $0) }
    }
    let page = MergedPage(lists, limit: limit) {
      ($1.reports, $0.id.district, $0.id.number) < ($0.reports, $1.id.district, $1.id.number)
    }
    return try .json { writer in
      try writer.page(page.rows, next: nil) { writer, item in
        let row = item.row
        writer.beginObject()
        writer.member("case_id", item.id.description)
        writer.member("state", try row.text(5))
        writer.member("category", try row.text(6))
        writer.member("unit", unit: UnitCode(try row.text(7)), policy: view.policy)
        writer.member("source", try row.text(8))
        writer.member("department", try row.textOrNil(9))
        writer.member("reports", try row.int64(1))
        writer.member("duplicates", try row.int64(1) - 1)
        writer.member("reporters", try row.int64(2))
        writer.member("first_at", try row.timestamp(3).instant, in: view.zone)
        writer.member("last_at", try row.timestamp(4).instant, in: view.zone)
        writer.endObject()
      }
    }
  }
}
