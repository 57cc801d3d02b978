import Casework
import Domain
import PostgresClient
import WebAuth

/// Figures from the rollups and, where these do not have them, from the cases. Both count the same facts.
struct StatisticsStore: Sendable {
  let pool: PostgresPool

  /// `sum(reported), sum(valid), …` over the rollups.
  private static let rollupSums = IndicatorTally.names.map { "sum(d.\($0))::bigint" }.joined(separator: ", ")

  /// The same counts over the cases.
  private static let caseCounts = CaseFacts.named
    .map { "count(*) FILTER (WHERE c.facts & \($0.fact.rawValue) <> 0)" }.joined(separator: ", ")

  private static let minutes = "(extract(epoch FROM c.handled_at - c.dispatched_at) / 60)::double precision"

  /// The figures of every group and over all.
  ///
  /// - Parameter units: how units are gathered, for that grouping.
  func table(
    _ scope: StatisticsScope, by grouping: StatisticsGrouping, units: UnitGroups, now: Instant
  ) async throws -> IndicatorTable {
    if scope.parts { return try await partTable(scope, now: now) }
    var table = try await live(scope, by: grouping, units: units, now: now)
    if grouping == .officer { return table }
    table.total.counts = IndicatorTally().counts
    for key in table.groups.keys { table.groups[key]?.counts = IndicatorTally().counts }
    for (key, counts) in try await rollups(scope, by: grouping) {
      let group = grouping == .unit ? units.group(of: UnitCode(key)).text : key
      table.groups[group, default: IndicatorTally()].add(counts)
      table.total.add(counts)
    }
    return table
  }

  /// The sums of the rollups by the column that the grouping stands for.
  private func rollups(
    _ scope: StatisticsScope, by grouping: StatisticsGrouping
  ) async throws -> [(key: String, tally: IndicatorTally)] {
    let column =
      switch grouping {
      case .unit: "d.unit"
      case .department: "d.department"
      case .category: "d.category"
      case .source: "d.source"
      case .officer: preconditionFailure("rollups do not know who found a case")
      }
    return try await rollups(scope, column) { try $0.text(0) }
  }

  /// The sums of each day.
  func days(_ scope: StatisticsScope) async throws -> [Int32: IndicatorTally] {
    let rows = try await rollups(scope, "d.day - DATE '1970-01-01'") { try $0.int32(0) }
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.tally) })
  }

  /// The sums of the rollups of each key: an expression over columns of `rollup_daily d`, fixed text.
  func rollups<Key>(
    _ scope: StatisticsScope, _ column: String, _ key: (PostgresRow) throws -> Key
  ) async throws -> [(key: Key, tally: IndicatorTally)] {
    var conditions = Conditions()
    conditions.add("d.district", among: scope.sight.territory.districts)
    if let units = scope.unitCodes { conditions.add("d.unit = ANY(?)", .texts(units.map(\.text))) }
    if !scope.categories.isEmpty { conditions.add("d.category = ANY(?)", .texts(scope.categories.map(\.text))) }
    switch scope.lead {
    case .department(let department): conditions.add("d.department = ?", .text(department.text))
    case .some(.none): conditions.add("d.department = ''")
    case nil: break
    }
    if let source = scope.source { conditions.add("d.source = ?", .text(source.rawValue)) }
    conditions.add(scope.parts ? "d.part" : "NOT d.part")
    if scope.assessed { conditions.add("NOT d.excluded") }
    if let day = scope.firstDay { conditions.add("d.day >= DATE '1970-01-01' + ?", .int32(day)) }
    if let day = scope.lastDay { conditions.add("d.day <= DATE '1970-01-01' + ?", .int32(day)) }
    let text = """
      SELECT \(column), \(Self.rollupSums) FROM rollup_daily d WHERE \(conditions.text) GROUP BY 1 ORDER BY 1
      """
    return try await pool.query(.unprepared(text), conditions.parameters).map { row in
      var tally = IndicatorTally()
      for place in tally.counts.indices { tally.counts[place] = try row.int64(place + 1) }
      return (try key(row), tally)
    }
  }

  /// The figures of assisting departments, by department. Overdue is an open part whose clock was found over.
  private func partTable(_ scope: StatisticsScope, now: Instant) async throws -> IndicatorTable {
    var table = IndicatorTable()
    for (key, counts) in try await rollups(scope, by: .department) {
      table.groups[key, default: IndicatorTally()].add(counts)
      table.total.add(counts)
    }
    var filter = scope.filter
    filter.lead = nil
    var conditions = Conditions()
    conditions.add(scope.sight)
    conditions.add(filter, now: now)
    conditions.add("p.facts & ? <> 0 AND p.state IN ('assigned', 'signed')", .int32(Int32(CaseFacts.late.rawValue)))
    if case .department(let department) = scope.lead { conditions.add("p.department = ?", .text(department.text)) }
    if scope.assessed { conditions.add("p.facts & ? = 0", .int32(Int32(CaseFacts.appealedOut.rawValue))) }
    let text = """
      SELECT p.department, count(*) FROM cases c
      JOIN case_parts p ON p.district = c.district AND p.case_number = c.number
      WHERE \(conditions.text) GROUP BY 1
      """
    for row in try await pool.query(.unprepared(text), conditions.parameters) {
      let count = try row.int64(1)
      table.groups[try row.text(0), default: IndicatorTally()].overdueOpen += count
      table.total.overdueOpen += count
    }
    return table
  }

  /// What assessments ask: without what an appeal took out, and of departments with what they did as assisting ones,
  /// which counts alike (主协办同等考核).
  func assessed(
    _ scope: StatisticsScope, by grouping: StatisticsGrouping, units: UnitGroups, now: Instant
  ) async throws -> IndicatorTable {
    var scope = scope
    scope.assessed = true
    scope.parts = false
    var table = try await table(scope, by: grouping, units: units, now: now)
    guard grouping == .department else { return table }
    scope.parts = true
    let parts = try await partTable(scope, now: now)
    for (key, tally) in parts.groups { table.groups[key, default: IndicatorTally()].add(tally) }
    table.total.add(parts.total)
    return table
  }

  /// What the rollups do not have: who is overdue now, how long handling took, and who found a case.
  private func live(
    _ scope: StatisticsScope, by grouping: StatisticsGrouping, units: UnitGroups, now: Instant
  ) async throws -> IndicatorTable {
    var conditions = Conditions()
    conditions.add(scope.sight)
    conditions.add(scope.filter, now: now)
    if scope.assessed { conditions.add("c.facts & ? = 0", .int32(Int32(CaseFacts.appealedOut.rawValue))) }
    let moment = conditions.bind(.timestamp(microseconds: now.microseconds))
    var source = "cases c"
    let column: String
    switch grouping {
    case .unit:
      let mapping = units.mapping
      let (codes, groups) = (conditions.bind(.texts(mapping.units)), conditions.bind(.texts(mapping.groups)))
      source += " LEFT JOIN unnest(\(codes), \(groups)) AS m(code, held_by) ON m.code = c.unit"
      column = "coalesce(m.held_by, c.unit)"
    case .department: column = "coalesce(c.lead, '')"
    case .category: column = "c.category"
    case .source: column = "c.source"
    case .officer: column = "c.finder"
    }
    let counts = grouping == .officer ? Self.caseCounts : "count(*)"
    let text = """
      SELECT g.key, grouping(g.key), count(*) FILTER (WHERE c.due_at < \(moment)),
        avg(\(Self.minutes)) FILTER (WHERE c.handled_at IS NOT NULL),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY \(Self.minutes)) FILTER (WHERE c.handled_at IS NOT NULL),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY \(Self.minutes)) FILTER (WHERE c.handled_at IS NOT NULL),
        \(counts)
      FROM \(source) CROSS JOIN LATERAL (SELECT \(column) AS key) g
      WHERE \(conditions.text) GROUP BY GROUPING SETS ((g.key), ())
      """
    var table = IndicatorTable()
    for row in try await pool.query(.unprepared(text), conditions.parameters) {
      var tally = IndicatorTally()
      tally.overdueOpen = try row.int64(2)
      if let mean = try row.doubleOrNil(3), let p50 = try row.doubleOrNil(4), let p90 = try row.doubleOrNil(5) {
        tally.handleMinutes = HandleMinutes(mean: mean, p50: p50, p90: p90)
      }
      if grouping == .officer {
        for place in tally.counts.indices { tally.counts[place] = try row.int64(place + 6) }
      }
      if try row.int32(1) == 1 {
        table.total = tally
      } else {
        table.groups[try row.text(0)] = tally
      }
    }
    return table
  }
}

/// A finest unit in which cases were filed.
struct Hotspot: Sendable {
  let unit: UnitCode
  let count: Int64
  let overdueOpen: Int64
  /// The middle of the cases' places.
  let middle: GeoPoint?
  let commonCategory: CategoryCode
}

extension StatisticsStore {
  /// The units with most cases, first the most.
  func hotspots(_ scope: StatisticsScope, limit: Int, now: Instant) async throws -> [Hotspot] {
    var conditions = Conditions()
    conditions.add(scope.sight)
    conditions.add(scope.filter, now: now)
    let moment = conditions.bind(.timestamp(microseconds: now.microseconds))
    let rowLimit = conditions.bind(.int64(Int64(limit)))
    let text = """
      SELECT c.unit, count(*), count(*) FILTER (WHERE c.due_at < \(moment)), avg(c.latitude), avg(c.longitude),
        mode() WITHIN GROUP (ORDER BY c.category)
      FROM cases c WHERE \(conditions.text) GROUP BY c.unit ORDER BY count(*) DESC, c.unit LIMIT \(rowLimit)
      """
    return try await pool.query(.unprepared(text), conditions.parameters).map { row in
      let (latitude, longitude) = (try row.doubleOrNil(3), try row.doubleOrNil(4))
      return Hotspot(
        unit: UnitCode(try row.text(0)), count: try row.int64(1), overdueOpen: try row.int64(2),
        middle: GeoPoint(latitude: latitude ?? .nan, longitude: longitude ?? .nan),
        commonCategory: CategoryCode(try row.text(5)))
    }
  }
}
