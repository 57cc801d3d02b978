import Casework
import Domain

/// The figures of a period, of the one before it and of each day, as the page shows them.
struct IndicatorFigures: Sendable {
  let request: PageRequest
  let scope: StatisticsScope
  let before: StatisticsScope
  let period: StatisticsPeriod
  let grouping: StatisticsGrouping
  let units: UnitGroups
  let table: IndicatorTable
  let earlier: IndicatorTable
  let days: [Int32: IndicatorTally]

  private var words: IndicatorWords { IndicatorWords(request) }
  private var address: PageAddress { PageAddress(request.request) }

  /// One card for each indicator: its value, its change, its course in small.
  func cards(_ indicators: [Indicator], chosen: Indicator) -> [PageData] {
    indicators.map { indicator in
      var data = head(indicator)
      data["path"] = address.with(["indicator": indicator.name]) + "#chosen"
      data["isChosen"] = indicator.name == chosen.name
      if indicator.hasDays {
        data["points"] = course(indicator).map { $0.value.map(Self.number) ?? "" }.joined(separator: ",")
      }
      if case .count = indicator.kind, (indicator.value(table.total) ?? 0) > 0 {
        data["cases"] = Self.list(DrillDown(scope), counted: indicator.name)
      }
      return data
    }
  }

  private func head(_ indicator: Indicator) -> PageData {
    let value = indicator.value(table.total)
    var data: PageData = [
      "id": indicator.name, "name": words.name(indicator.name), "definition": words.definition(indicator),
      "value": words.value(value, of: indicator),
      "before": words.value(indicator.value(earlier.total), of: indicator),
    ]
    // What is overdue is so now; the period before has no such figure.
    if indicator.name != "overdue_open" {
      data["change"] = words.change(value, from: indicator.value(earlier.total), of: indicator)
    }
    return data
  }

  /// One indicator in full: its terms with their cases, its course by day, its ranking.
  func detail(_ indicator: Indicator) -> PageData {
    var data = head(indicator)
    if case .rate(let rate) = indicator.kind {
      data["formula"] =
        [
          "numerator": rate.numerator.enumerated().map { term($1, sign: $0 == 0 ? nil : "+") },
          "denominator": rate.denominator.enumerated().map { term($1, sign: $0 == 0 ? nil : "+") }
            + rate.excluded.map { term($0, sign: "−") },
        ] as PageData
    } else if case .count = indicator.kind {
      data["cases"] = Self.list(DrillDown(scope), counted: indicator.name)
    }
    if indicator.hasDays {
      data["days"] = course(indicator).reversed().map { entry in
        var row: PageData = [
          "day": CivilDate(dayNumber: Int(entry.day)).description, "value": words.value(entry.value, of: indicator),
          "cases": Self.list(DrillDown(scope, day: entry.day), counted: Self.counted(indicator)),
        ]
        row["point"] = entry.value.map(Self.number) ?? "-"
        return row
      }
      data["hasDays"] = true
      if case .rate = indicator.kind { data["isRate"] = true }
    }
    data["ranking"] = ranking(indicator)
    data["hasRanking"] = !table.groups.isEmpty
    return data
  }

  /// One term of a formula, with the list of exactly its cases.
  private func term(_ name: String, sign: String?) -> PageData {
    var data: PageData = [
      "name": words.name(name), "count": "\(table.total.count(name))", "id": name,
      "cases": Self.list(DrillDown(scope), counted: name),
    ]
    data["sign"] = sign
    return data
  }

  /// Each day of the period with its figure.
  private func course(_ indicator: Indicator) -> [(day: Int32, value: Double?)] {
    (period.firstDay...period.lastDay).map { day in (day, indicator.value(days[day] ?? IndicatorTally())) }
  }

  /// The groups, the best first; of what is neither good nor bad the most.
  private func ranking(_ indicator: Indicator) -> [PageData] {
    let groups = keys.map { key in
      (
        key: key, value: indicator.value(table.groups[key] ?? IndicatorTally()),
        before: indicator.value(earlier.groups[key] ?? IndicatorTally())
      )
    }
    let isMoreFirst = indicator.isMoreBetter ?? true
    let sorted = groups.sorted { left, right in
      guard let first = left.value, let second = right.value, first != second else {
        return (left.value == nil ? 1 : 0, left.key) < (right.value == nil ? 1 : 0, right.key)
      }
      return isMoreFirst ? first > second : first < second
    }
    let greatest = max(sorted.compactMap(\.value).max() ?? 0, 0)
    return sorted.map { group in
      let name = name(of: group.key)
      let tally = table.groups[group.key] ?? IndicatorTally()
      let isDirect = grouping == .unit && units.isDirect(UnitCode(group.key))
      let drill = DrillDown(scope, grouping: grouping, key: group.key, isDirect: isDirect)
      var data: PageData = [
        "name": name, "key": group.key, "value": words.value(group.value, of: indicator),
        "before": words.value(group.before, of: indicator), "cases": Self.list(drill, counted: Self.counted(indicator)),
        "terms": terms(indicator, tally, drill, name),
      ]
      if let value = group.value {
        // Equal values share a rank.
        data["rank"] = "\((sorted.firstIndex { $0.value == value } ?? 0) + 1)"
        let whole = { if case .rate = indicator.kind { 1.0 } else { greatest } }()
        data["bar"] = "\(whole > 0 ? Int((min(value / whole, 1) * 1_000).rounded()) : 0)"
      }
      if indicator.name != "overdue_open" {
        data["change"] = words.change(group.value, from: group.before, of: indicator)
      }
      return data
    }
  }

  /// The counts behind a group's figure, each with its cases.
  private func terms(
    _ indicator: Indicator, _ tally: IndicatorTally, _ drill: DrillDown, _ group: String
  ) -> [PageData] {
    let names: [String] =
      switch indicator.kind {
      case .rate(let rate):
        (rate.numerator + rate.denominator + rate.excluded).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
      case .count: [indicator.name]
      case .minutes: ["handled"]
      }
    return names.map { name in
      let count = tally.count(name)
      var data: PageData = ["name": words.name(name), "count": "\(count)", "id": name]
      if count > 0 { data["link"] = Self.list(drill, counted: name) }
      data["label"] = "\(group) \(words.name(name)) \(count)"
      return data
    }
  }

  /// The groups; of units also those without a case, since nothing found is a figure, too.
  private var keys: [String] {
    let found = Set(table.groups.filter { !$0.value.isEmpty }.keys)
    guard grouping == .unit else { return found.sorted() }
    let members = units.members.map(\.text)
    return members + found.subtracting(members).sorted()
  }

  private func name(of key: String) -> String {
    switch grouping {
    case .unit:
      let name = request.names.unit(UnitCode(key))
      return units.isDirect(UnitCode(key)) ? request.texts("inspection.direct", ["unit": name]) : name
    case .department:
      return key.isEmpty ? request.texts("cases.no_lead") : request.names.department(DepartmentCode(key))
    case .category: return request.names.category(CategoryCode(key))
    case .source: return request.texts.word("source", key)
    case .officer: return request.names.actor(key)
    }
  }

  /// What of a day or group is listed: the cases that a count counts, or all of them.
  private static func counted(_ indicator: Indicator) -> String? {
    if case .count = indicator.kind { indicator.name } else { nil }
  }

  /// The page of the list that the interface names.
  private static func list(_ drill: DrillDown, counted: String?) -> String {
    String(drill.address(counted: counted).dropFirst("/v1".count))
  }

  private static func number(_ value: Double) -> String {
    let rounded = (value * 10_000).rounded() / 10_000
    return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
  }
}
