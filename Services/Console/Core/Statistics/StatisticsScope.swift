import Casework
import Domain
import GridNetwork
import Hummingbird
import Operations
import WebAuth
import Wire

/// What figures are grouped by.
enum StatisticsGrouping: String, CaseIterable, Sendable {
  case unit, department, category, source, officer
}

/// Which cases figures are asked of: a unit's subtree and, by local day of filing, a period; further filters narrow it.
struct StatisticsScope: Sendable {
  let view: CallerView
  /// Figures are of this unit and what lies under it.
  let unit: UnitCode
  let categories: [CategoryCode]
  /// The category as the query named it.
  let categoryText: String?
  let lead: CaseFilter.Lead?
  let source: ReportSource?
  var firstDay: Int32?
  var lastDay: Int32?
  let asOf: Moment?
  /// Counts the parts of assisting departments, each under its own, rather than cases.
  var parts: Bool
  /// Leaves out what an accepted appeal took out of the assessment.
  var assessed = false

  /// Reads the scope of a request. Statistics are for those who see all cases of their unit, or of their department.
  ///
  /// - Throws: 403 for a machine and for discipline inspection, which see single cases only.
  init(_ view: CallerView, _ fields: inout QueryFields, defaultDays: Int32? = nil, now: Instant) throws(Problem) {
    guard view.caller.role != .source, view.caller.role != .inspector else {
      throw .forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    self.view = view
    let asked = view.unit(&fields)
    // A unit above the caller's own means what the caller may see of it.
    unit = asked.map { view.covers($0) ? $0 : view.caller.unit } ?? view.caller.unit
    categories = view.categories(&fields)
    categoryText = fields.text("category")
    let lead = view.lead(&fields)
    if view.caller.role == .handler, let own = view.caller.department {
      self.lead = .department(own)
      if let lead, lead != .department(own) {
        fields.fault("department", "outside_department", "Only your own department's figures are for you to see.")
      }
    } else {
      self.lead = lead
    }
    source = fields.choice("source")
    let zone = view.zone
    let to = fields.moment("to")?.dayNumber(in: zone)
    let from = fields.moment("from")?.dayNumber(in: zone)
    let today = Int32(zone.date(of: now).dayNumber)
    lastDay = to ?? defaultDays.map { _ in today }
    firstDay = from ?? defaultDays.map { (to ?? today) - $0 + 1 }
    asOf = fields.moment("as_of")
    parts = fields.flag("part") ?? false
  }

  /// The same scope over another period.
  func over(_ period: StatisticsPeriod) -> StatisticsScope {
    var scope = self
    (scope.firstDay, scope.lastDay) = (period.firstDay, period.lastDay)
    return scope
  }

  /// The ground of the figures: a part of one district, or all districts of a city.
  var territory: Territory { view.policy.units.territory(of: unit) }

  /// What the caller may see there.
  var sight: CaseSight { view.sight.among(territory.districts) }

  /// The unit's path from the top, the city where there is one, also of one that is no longer in force: its cases still lie where it lay.
  func path(to unit: UnitCode) -> [UnitCode] {
    let known = view.policy.units.placePath(to: unit)
    if !known.isEmpty { return known.map(\.code) }
    guard let retired = view.network.retiredUnits.first(where: { $0.code == unit }), let parent = retired.parent else {
      return [unit]
    }
    return view.policy.units.placePath(to: parent).map(\.code) + [unit]
  }

  func covers(_ unit: UnitCode) -> Bool {
    let path = path(to: unit)
    if path.contains(self.unit) { return true }
    // A unit that is no longer in force, and of which nothing more is known, lies in whatever is whole.
    return path == [unit] && view.policy.units.place(unit) == nil && territory.isWhole
  }

  /// Every unit of the scope, retired ones as well; nil for whole districts.
  var unitCodes: [UnitCode]? {
    if territory.isWhole { return nil }
    let known = view.policy.units.units.map(\.code).filter { view.policy.units.contains(unit, $0) }
    return known + view.network.retiredUnits.map(\.code).filter { covers($0) }
  }

  /// The same cases as a filter of lists.
  var filter: CaseFilter {
    var filter = CaseFilter()
    filter.territory = territory
    filter.categories = categories
    filter.lead = lead
    filter.sources = source.map { [$0] } ?? []
    filter.firstDay = firstDay
    filter.lastDay = lastDay
    return filter
  }
}

/// The address of the list that holds exactly the cases of a group.
struct DrillDown: Sendable {
  private var fields: [(name: String, value: String)] = []

  /// - Parameter isDirect: whether a group of units is one unit alone, without what lies under it.
  init(
    _ scope: StatisticsScope, grouping: StatisticsGrouping? = nil, key: String = "", isDirect: Bool = false,
    day: Int32? = nil
  ) {
    if isDirect {
      set("at_unit", key)
    } else {
      set("unit", grouping == .unit ? key : scope.unit.text)
    }
    set("category", grouping == .category ? key : scope.categoryText)
    if grouping == .department {
      set("department", key.isEmpty ? "none" : key)
    } else {
      switch scope.lead {
      case .department(let department): set("department", department.text)
      case .some(.none): set("department", "none")
      case nil: break
      }
    }
    set("source", grouping == .source ? key : scope.source?.rawValue)
    if grouping == .officer { set("finder", key) }
    set("from", (day ?? scope.firstDay).map { CivilDate(dayNumber: Int($0)).description })
    set("to", (day ?? scope.lastDay).map { CivilDate(dayNumber: Int($0)).description })
    set("as_of", scope.asOf?.text)
    if scope.parts { set("part", "true") }
  }

  private mutating func set(_ name: String, _ value: String?) {
    if let value { fields.append((name, value)) }
  }

  /// With `counted`, only what this indicator counts.
  func address(counted: String? = nil) -> String {
    let all = fields + (counted.map { [(name: "counted", value: $0)] } ?? [])
    return "/v1/cases?" + all.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
  }
}

extension Moment {
  /// As a query writes it.
  var text: String {
    switch self {
    case .day(let day): day.description
    case .instant(let instant): instant.rfc3339()
    }
  }
}
