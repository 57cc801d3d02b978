import Casework
import Domain
import GridNetwork
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
    group.get("stats/trend") { request, context in try await trend(request, context) }
    group.get("stats/hotspots") { request, context in try await hotspots(request, context) }
  }

  private func indicators(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let now = console.now
    var fields = try QueryFields(request)
    let grouping = fields.choice("by", of: StatisticsGrouping.self) ?? .unit
    let scope = try StatisticsScope(view, &fields, now: now)
    try fields.finish()
    let table =
      if let moment = scope.asOf?.end(in: view.zone) {
        try await PastStatistics(console: console).table(scope, by: grouping, at: moment)
      } else {
        try await store.table(scope, by: grouping, now: now)
      }
    let document = StatisticsDocument(scope: scope)
    return .json { writer in
      writer.beginObject()
      writer.member("unit", scope.unit.text)
      writer.member("by", grouping.rawValue)
      writer.member("from", scope.firstDay.map { CivilDate(dayNumber: Int($0)).description })
      writer.member("to", scope.lastDay.map { CivilDate(dayNumber: Int($0)).description })
      writer.member("as_of", scope.asOf?.text)
      writer.objects("items", keys(of: table, scope, by: grouping)) { writer, key in
        writer.member("key", key)
        document.writeName(of: key, by: grouping, to: &writer)
        let drill = DrillDown(scope, grouping: grouping, key: key)
        document.writeMembers(of: table.groups[key] ?? IndicatorTally(), drill, to: &writer)
      }
      writer.member("next_cursor", String?.none)
      writer.object("total") { document.writeMembers(of: table.total, DrillDown(scope), to: &$0) }
      StatisticsDocument.writeDefinitions(to: &writer)
      writer.endObject()
    }
  }

  /// The groups in order; of units also those without a case, since nothing found is a figure, too.
  private func keys(
    of table: IndicatorTable, _ scope: StatisticsScope, by grouping: StatisticsGrouping
  ) -> [String] {
    let found = table.groups.filter { !$0.value.isEmpty }.keys.sorted()
    guard grouping == .unit else { return found }
    let children = scope.view.policy.units.children(of: scope.unit).map(\.code.text)
    return children + found.filter { !children.contains($0) }
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
    var conditions = Conditions()
    conditions.add(view.sight)
    conditions.add(scope.filter, now: now)
    let moment = conditions.bind(.timestamp(microseconds: now.microseconds))
    let rowLimit = conditions.bind(.int64(Int64(limit)))
    let text = """
      SELECT c.unit, count(*), count(*) FILTER (WHERE c.due_at < \(moment)), avg(c.latitude), avg(c.longitude),
        mode() WITHIN GROUP (ORDER BY c.category)
      FROM cases c WHERE \(conditions.text) GROUP BY c.unit ORDER BY count(*) DESC, c.unit LIMIT \(rowLimit)
      """
    let rows = try await console.pool.query(.unprepared(text), conditions.parameters)
    return try .json { writer in
      try writer.page(rows, next: nil) { writer, row in
        let unit = UnitCode(try row.text(0))
        writer.beginObject()
        writer.member("unit", unit: unit, policy: view.policy)
        let known = view.policy.units[unit]
        writer.names(known?.nameZh ?? unit.text, known?.nameEn ?? unit.text)
        writer.member("count", try row.int64(1))
        writer.member("overdue_open", try row.int64(2))
        let (latitude, longitude) = (try row.doubleOrNil(3), try row.doubleOrNil(4))
        writer.member("location", point: GeoPoint(latitude: latitude ?? .nan, longitude: longitude ?? .nan))
        writer.member("most_common_category", try row.text(5))
        writer.member("cases", DrillDown(scope, at: unit).address())
        writer.endObject()
      }
    }
  }
}

extension DrillDown {
  /// The cases that lie exactly at a unit.
  init(_ scope: StatisticsScope, at unit: UnitCode) {
    self.init(scope)
    replaceUnit(unit)
  }
}
