import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// `GET /v1/reports/weekly/{iso_week}.{html,csv,json}`: what a unit's centre reads every week.
struct WeeklyRoutes: Sendable {
  static let maxSpots = 10

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("reports/weekly/:file") { request, context in try await show(request, context) }
  }

  private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let parts = (context.parameters.get("file") ?? "").split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let period = StatisticsPeriod.week(String(parts[0])),
      ["html", "csv", "json"].contains(parts[1])
    else { throw Problem.notFound("A weekly report is named 2026-W10.html, .csv or .json.") }
    var fields = try QueryFields(request)
    let scope = try StatisticsScope(view, &fields, now: console.now)
    try fields.finish()
    let report = try await gather(scope.over(period), week: String(parts[0]), period)
    switch parts[1] {
    case "json": return .json { report.write(to: &$0) }
    case "csv":
      return .of(
        contentType: "text/csv; charset=utf-8",
        headers: [.contentDisposition: "attachment; filename=\"\(report.week).csv\""], bytes: report.table)
    default: return await console.page(request, context, view, template: "weekly") { report.content($0) }
    }
  }

  private func gather(
    _ scope: StatisticsScope, week: String, _ period: StatisticsPeriod
  ) async throws -> WeeklyReport {
    let store = StatisticsStore(pool: console.pool)
    let now = console.now
    let units = UnitGroups(scope, tier: nil)
    let before = try await store.table(scope.over(period.previous), by: .source, units: units, now: now)
    var sections: [WeeklyReport.Section] = []
    var total = IndicatorTally()
    for grouping in [StatisticsGrouping.unit, .department, .category, .source] {
      let table = try await store.table(scope, by: grouping, units: units, now: now)
      total = table.total
      let rows = table.groups.filter { !$0.value.isEmpty }
        .sorted { ($1.value.count("filed"), $0.key) < ($0.value.count("filed"), $1.key) }
      sections.append(WeeklyReport.Section(grouping: grouping, rows: rows.map { ($0.key, $0.value) }))
    }
    return WeeklyReport(
      scope: scope, week: week, period: period, total: total, before: before.total, sections: sections,
      spots: try await store.hotspots(scope, limit: Self.maxSpots, now: now))
  }
}
