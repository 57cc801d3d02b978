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

  /// What is asked for.
  private struct Asked {
    let ground: Territory
    let from: Instant
    let before: Instant
    let minReports: Int
    let source: ReportSource?
    let limit: Int
  }

  private typealias Found = (id: CaseID, reports: Int64, row: PostgresRow)

  /// `?from=&to=&min=3&source=&unit=`: cases to which a report came in the period and that have `min` reports or more
  /// by its end, those merged into them counted with them. With `source` only reports of that source count.
  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    guard view.sight.restriction == .none, view.caller.role != .officer else {
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    let page = try await read(asked(request, view))
    return try .json { writer in
      try writer.page(page.rows, next: nil) { writer, found in try write(found, view, to: &writer) }
    }
  }

  private func asked(_ request: Request, _ view: CallerView) throws -> Asked {
    var fields = try QueryFields(request)
    let unit = view.unit(&fields) ?? view.caller.unit
    let before = fields.moment("to")?.endExclusive(in: view.zone) ?? console.now + 1
    let asked = Asked(
      // A unit above the caller's shows no more than the caller's own.
      ground: view.policy.units.territory(of: view.covers(unit) ? unit : view.caller.unit),
      from: fields.moment("from")?.start(in: view.zone) ?? before - Self.defaultDays * 86_400, before: before,
      minReports: fields.number("min", in: 2...Self.maxMinReports) ?? Self.defaultMinReports,
      source: fields.choice("source", of: ReportSource.self), limit: fields.limit(max: Self.maxListedCases))
    try fields.finish()
    return asked
  }

  /// Of each district, and then of all together, the most often reported first.
  private func read(_ asked: Asked) async throws -> MergedPage<Found> {
    let districts = asked.ground.districts
    let answers = try await console.pool.ask(
      districts.map { district in
        let path = asked.ground.unitPath.isEmpty ? "\(district)/" : asked.ground.unitPath
        return PostgresCall(
          Self.read,
          [
            .text(district.text), .timestamp(microseconds: asked.from.microseconds),
            .timestamp(microseconds: asked.before.microseconds), .text(asked.source?.rawValue ?? ""),
            .int64(Int64(asked.minReports)), .text(path), .text(path.dropLast() + "0"), .int64(Int64(asked.limit)),
          ])
      })
    let lists = try zip(districts, answers).map { district, rows -> [Found] in
      try rows.map { (CaseID(district: district, number: try $0.int64(0)), try $0.int64(1), $0) }
    }
    return MergedPage(lists, limit: asked.limit) {
      ($1.reports, $0.id.district, $0.id.number) < ($0.reports, $1.id.district, $1.id.number)
    }
  }

  private func write(_ found: Found, _ view: CallerView, to writer: inout JSONWriter) throws {
    let row = found.row
    writer.beginObject()
    writer.member("case_id", found.id.description)
    writer.member("state", try row.text(5))
    writer.member("category", try row.text(6))
    writer.member("unit", unit: UnitCode(try row.text(7)), policy: view.policy)
    writer.member("source", try row.text(8))
    writer.member("department", try row.textOrNil(9))
    writer.member("reports", found.reports)
    writer.member("duplicates", found.reports - 1)
    writer.member("reporters", try row.int64(2))
    writer.member("first_at", try row.timestamp(3).instant, in: view.zone)
    writer.member("last_at", try row.timestamp(4).instant, in: view.zone)
    writer.endObject()
  }
}
