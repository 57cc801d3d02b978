import Casework
import Domain
import WebAuth
import Wire

/// Indicators: every figure with what it means, its course, what it was before, and the cases behind it; one of them in
/// full, ranked by unit, department, category, source or officer. Period, grouping and indicator stand in the address.
enum IndicatorPage: Page {
  static let route = PageRoute(
    "indicators", template: "indicators", roles: PageRoute.everybody.subtracting([.inspector]),
    menu: PageMenu(order: 50, icon: "indicators", text: "indicators.menu"))

  static let defaultDays: Int32 = 30

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (view, texts) = (request.view, request.texts)
    var fields = try request.query()
    let grouping = fields.choice("by", of: StatisticsGrouping.self) ?? .unit
    let asked = fields.text("indicator") ?? Indicator.usual
    if !Indicator.all.contains(where: { $0.name == asked }) {
      fields.fault("indicator", "unknown_value", "There is no such indicator.")
    }
    let scope = try StatisticsScope(view, &fields, defaultDays: defaultDays, now: request.now)
    let (first, last) = (scope.firstDay ?? 0, scope.lastDay ?? 0)
    if first > last || last - first >= StatisticsRoutes.maxTrendDays {
      fields.fault("from", "out_of_range", "A trend covers 1 to \(StatisticsRoutes.maxTrendDays) days.")
    }
    try fields.finish()
    let chosen = Indicator.all.first { $0.name == asked } ?? Indicator.rates[0]

    let store = StatisticsStore(pool: request.console.pool)
    let units = UnitGroups(scope, tier: nil)
    let period = StatisticsPeriod(firstDay: first, lastDay: last)
    let before = scope.over(period.previous)
    async let daily = store.days(scope)
    async let earlier = store.table(before, by: grouping, units: UnitGroups(before, tier: nil), now: request.now)
    let table = try await store.table(scope, by: grouping, units: units, now: request.now)
    let figures = IndicatorFigures(
      request: request, scope: scope, before: before, period: period, grouping: grouping, units: units, table: table,
      earlier: try await earlier, days: try await daily)

    let address = PageAddress(request.request)
    var data: PageData = [
      "cards": figures.cards(Indicator.rates + Indicator.minutes, chosen: chosen),
      "counts": figures.cards(Indicator.counts, chosen: chosen),
      "chosen": figures.detail(chosen), "filters": filters(request, scope, grouping, chosen),
      "periods": periods(request, period, address), "groupings": groupings(grouping, address, texts),
      "export": "/v1/stats/indicators.csv" + query(address, period),
      "unit": request.names.unit(scope.unit),
      "period": texts("indicators.period", ["from": period.firstText, "to": period.lastText]),
      "previous": texts(
        "indicators.previous", ["from": period.previous.firstText, "to": period.previous.lastText]),
    ]
    data["weekly"] = weekly(request)
    return PageContent(texts("indicators.title"), data)
  }

  /// The fields of the interface, without what only the page knows, and with the period where the address names none.
  private static func query(_ address: PageAddress, _ period: StatisticsPeriod) -> String {
    let whole = address.with(["indicator": nil, "from": period.firstText, "to": period.lastText])
    return String(whole.dropFirst(address.path.count))
  }

  private static func groupings(
    _ current: StatisticsGrouping, _ address: PageAddress, _ texts: PageTexts
  ) -> [PageData] {
    StatisticsGrouping.allCases.map {
      [
        "name": texts("indicators.by.\($0.rawValue)"), "isCurrent": $0 == current,
        "path": address.with(["by": $0.rawValue]) + "#ranking",
      ]
    }
  }

  /// The usual periods, each as days of the address.
  private static func periods(
    _ request: PageRequest, _ period: StatisticsPeriod, _ address: PageAddress
  ) -> [PageData] {
    let today = request.view.zone.date(of: request.now)
    let day = Int32(today.dayNumber)
    var choices: [(name: String, period: StatisticsPeriod)] = [
      ("today", StatisticsPeriod(firstDay: day, lastDay: day)),
      ("week", StatisticsPeriod(firstDay: day - Int32(today.weekday.rawValue) + 1, lastDay: day)),
      ("days", StatisticsPeriod(firstDay: day - defaultDays + 1, lastDay: day)),
    ]
    if let month = CivilDate(year: today.year, month: today.month, day: 1) {
      choices.append(("month", StatisticsPeriod(firstDay: Int32(month.dayNumber), lastDay: day)))
      let end = month.adding(days: -1)
      if let start = CivilDate(year: end.year, month: end.month, day: 1) {
        let last = StatisticsPeriod(firstDay: Int32(start.dayNumber), lastDay: Int32(end.dayNumber))
        choices.append(("last_month", last))
      }
    }
    return choices.map { choice in
      [
        "name": request.texts("indicators.period_of.\(choice.name)"), "isCurrent": choice.period == period,
        "path": address.with(["from": choice.period.firstText, "to": choice.period.lastText]),
      ]
    }
  }

  private static func filters(
    _ request: PageRequest, _ scope: StatisticsScope, _ grouping: StatisticsGrouping, _ chosen: Indicator
  ) -> PageData {
    var departments: Set<DepartmentCode> = []
    if case .department(let department) = scope.lead { departments.insert(department) }
    var data: PageData = [
      "units": UnitChoices(request: request, chosen: scope.unit.text).data,
      "departments": request.names.departmentChoices(selected: departments),
      "hasDepartments": request.role != .handler,
      "categories": request.view.policy.catalogue.categories.map { category in
        [
          "value": category.code.text, "selected": category.code.text == scope.categoryText,
          "label": (category.parent != nil ? "\u{3000}" : "") + request.names.category(category.code),
        ] as PageData
      },
      "sources": ReportSource.allCases.map {
        [
          "value": $0.rawValue, "label": request.texts.word("source", $0.rawValue), "selected": $0 == scope.source,
        ] as PageData
      },
      "by": grouping.rawValue, "indicator": chosen.name,
    ]
    data["from"] = scope.firstDay.map { CivilDate(dayNumber: Int($0)).description }
    data["to"] = scope.lastDay.map { CivilDate(dayNumber: Int($0)).description }
    return data
  }

  /// The report of the last whole week.
  private static func weekly(_ request: PageRequest) -> String {
    let today = request.view.zone.date(of: request.now)
    let thursday = today.adding(days: -7 - today.weekday.rawValue + 4)
    let yearStart = CivilDate(year: thursday.year, month: 1, day: 1)?.dayNumber ?? thursday.dayNumber
    let week = (thursday.dayNumber - yearStart) / 7 + 1
    return "/v1/reports/weekly/\(thursday.year)-W\(week < 10 ? "0" : "")\(week).html"
  }
}
