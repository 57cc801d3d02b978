import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Operations
import PostgresClient
import WebAuth
import Wire

/// Indicators, their course by day, and where cases gather.
struct StatisticsRoutes: Sendable {
  /// Days of one trend at most.
  static let maxTrendDays: Int32 = 400
  /// Days of a trend or of hotspots when the query names no period.
  static let defaultTrendDays: Int32 = 30
  static let defaultHotspotDays: Int32 = 7
  static let maxHotspots = 500

  let console: Console

  private var store: StatisticsStore { StatisticsStore(pool: console.pool) }

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("stats/indicators") { request, context in try await indicators(request, context) }
    group.get("stats/indicators.csv") { request, context in try await sheet(request, context) }
    group.get("stats/trend") { request, context in try await trend(request, context) }
    group.get("stats/hotspots") { request, context in try await hotspots(request, context) }
    AssessmentRoutes(console: console).add(to: group)
    WeeklyRoutes(console: console).add(to: group)
  }

  /// What a request for indicators asks, and the figures.
  private struct Asked {
    let scope: StatisticsScope
    let grouping: StatisticsGrouping
    let units: UnitGroups
    let table: IndicatorTable
  }

  private func ask(_ request: Request, _ context: AuthenticatedContext) async throws -> Asked {
    let view = try console.view(context)
    let now = console.now
    var fields = try QueryFields(request)
    let grouping = fields.choice("by", of: StatisticsGrouping.self) ?? .unit
    let scope = try StatisticsScope(view, &fields, now: now)
    if scope.parts && grouping != .department {
      fields.fault("part", "needs_department", "Parts of assisting departments are counted by=department.")
    }
    let tier = fields.tier(of: view.policy.units)
    try fields.finish()
    let units = UnitGroups(scope, tier: tier)
    let table =
      if let moment = scope.asOf?.end(in: view.zone) {
        try await PastStatistics(console: console).table(scope, by: grouping, units: units, at: moment)
      } else {
        try await store.table(scope, by: grouping, units: units, now: now)
      }
    return Asked(scope: scope, grouping: grouping, units: units, table: table)
  }

  private func indicators(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let asked = try await ask(request, context)
    let (scope, grouping, units, table) = (asked.scope, asked.grouping, asked.units, asked.table)
    let document = StatisticsDocument(scope: scope)
    return .json { writer in
      writer.beginObject()
      writer.member("unit", scope.unit.text)
      writer.member("by", grouping.rawValue)
      writer.member("from", scope.firstDay.map { CivilDate(dayNumber: Int($0)).description })
      writer.member("to", scope.lastDay.map { CivilDate(dayNumber: Int($0)).description })
      writer.member("as_of", scope.asOf?.text)
      writer.objects("items", keys(of: table, units, by: grouping)) { writer, key in
        let isDirect = grouping == .unit && units.isDirect(UnitCode(key))
        writer.member("key", key)
        document.writeName(of: key, by: grouping, to: &writer)
        if grouping == .unit { writer.member("direct", isDirect) }
        let drill = DrillDown(scope, grouping: grouping, key: key, isDirect: isDirect)
        document.writeMembers(of: table.groups[key] ?? IndicatorTally(), drill, to: &writer)
      }
      writer.member("next_cursor", String?.none)
      writer.object("total") { document.writeMembers(of: table.total, DrillDown(scope), to: &$0) }
      StatisticsDocument.writeDefinitions(to: &writer)
      writer.endObject()
    }
  }

  /// The same figures as a table.
  private func sheet(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let asked = try await ask(request, context)
    var sheet = IndicatorSheet(StatisticsDocument(scope: asked.scope), by: asked.grouping)
    for key in keys(of: asked.table, asked.units, by: asked.grouping) {
      sheet.add(key, asked.table.groups[key] ?? IndicatorTally())
    }
    sheet.addTotal(asked.table.total)
    return .of(
      contentType: "text/csv; charset=utf-8",
      headers: [.contentDisposition: "attachment; filename=\"indicators.csv\""], bytes: sheet.bytes)
  }

  /// The groups in order; of units also those without a case, since nothing found is a figure, too.
  private func keys(
    of table: IndicatorTable, _ units: UnitGroups, by grouping: StatisticsGrouping
  ) -> [String] {
    let found = table.groups.filter { !$0.value.isEmpty }.keys.sorted()
    guard grouping == .unit else { return found }
    return units.members.map(\.text) + found.filter { units.isDirect(UnitCode($0)) }
  }

  private func trend(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    let scope = try StatisticsScope(view, &fields, defaultDays: Self.defaultTrendDays, now: console.now)
    let (first, last) = (scope.firstDay ?? 0, scope.lastDay ?? 0)
    if first > last || last - first >= Self.maxTrendDays {
      fields.fault("from", "out_of_range", "A trend covers 1 to \(Self.maxTrendDays) days.")
    }
    try fields.finish()
    let days = try await store.days(scope)
    let document = StatisticsDocument(scope: scope)
    return .json { writer in
      writer.page(first...last, next: nil) { writer, day in
        writer.beginObject()
        writer.member("day", CivilDate(dayNumber: Int(day)).description)
        let tally = days[day] ?? IndicatorTally()
        for (place, name) in IndicatorTally.names.enumerated() { writer.member(name, tally.counts[place]) }
        for rate in IndicatorRate.all {
          let (numerator, denominator) = rate.fraction(tally)
          writer.member(rate.name, denominator > 0 ? Double(numerator) / Double(denominator) : nil)
        }
        writer.member("cases", DrillDown(document.scope, day: day).address())
        writer.endObject()
      }
    }
  }

  /// The finest units in which most cases were filed, with the middle of their places and what was most common there.
  private func hotspots(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let now = console.now
    var fields = try QueryFields(request)
    let scope = try StatisticsScope(view, &fields, defaultDays: Self.defaultHotspotDays, now: now)
    let limit = fields.limit(max: Self.maxHotspots)
    try fields.finish()
    let spots = try await store.hotspots(scope, limit: limit, now: now)
    return .json { writer in
      writer.page(spots, next: nil) { writer, spot in
        writer.beginObject()
        writer.member("unit", unit: spot.unit, policy: view.policy)
        let known = view.policy.units[spot.unit]
        writer.names(known?.nameZh ?? spot.unit.text, known?.nameEn ?? spot.unit.text)
        writer.member("count", spot.count)
        writer.member("overdue_open", spot.overdueOpen)
        writer.member("location", point: spot.middle)
        writer.member("most_common_category", spot.commonCategory.text)
        writer.member(
          "cases", DrillDown(scope, grouping: .unit, key: spot.unit.text, isDirect: true).address())
        writer.endObject()
      }
    }
  }
}
