import Casework
import Domain
import Journal
import WebAuth

/// Figures as they stood at a moment of the past, by folding the journal up to it: right, and slower than the rollups.
struct PastStatistics: Sendable {
  let console: Console

  func table(
    _ scope: StatisticsScope, by grouping: StatisticsGrouping, units: UnitGroups, at moment: Instant
  ) async throws -> IndicatorTable {
    if scope.parts { return try await partTable(scope, at: moment) }
    var table = IndicatorTable()
    var minutes: [String: [Double]] = [:]
    var allMinutes: [Double] = []
    try await forEach(scope, at: moment) { value in
      guard scope.held(value) else { return }
      let key = scope.key(of: value, by: grouping, units: units)
      let isOverdue = value.nextDueAt.map { $0 < moment } ?? false
      table.groups[key, default: IndicatorTally()].add(value.facts)
      table.total.add(value.facts)
      if isOverdue {
        table.groups[key, default: IndicatorTally()].overdueOpen += 1
        table.total.overdueOpen += 1
      }
      if let handledAt = value.handledAt, let dispatchedAt = value.dispatchedAt {
        let taken = handledAt.seconds(since: dispatchedAt) / 60
        minutes[key, default: []].append(taken)
        allMinutes.append(taken)
      }
    }
    for (key, taken) in minutes { table.groups[key]?.handleMinutes = HandleMinutes(of: taken) }
    table.total.handleMinutes = HandleMinutes(of: allMinutes)
    return table
  }

  /// Calls `body` with each case of the scope's districts as it stood at `moment`.
  private func forEach(_ scope: StatisticsScope, at moment: Instant, _ body: (Case) throws -> Void) async throws {
    for district in scope.sight.territory.districts {
      try await PastCases(console: console).forEach(district, at: moment) { try body($1) }
    }
  }

  private func partTable(_ scope: StatisticsScope, at moment: Instant) async throws -> IndicatorTable {
    var table = IndicatorTable()
    try await forEach(scope, at: moment) { value in
      guard scope.held(value) else { return }
      for part in value.parts where scope.lead == nil || scope.lead == .department(part.department) {
        let isOverdue = part.isOpen && !part.facts.isDisjoint(with: .late)
        table.groups[part.department.text, default: IndicatorTally()].add(part.facts)
        table.groups[part.department.text]?.overdueOpen += isOverdue ? 1 : 0
        table.total.add(part.facts)
        table.total.overdueOpen += isOverdue ? 1 : 0
      }
    }
    return table
  }
}

extension StatisticsScope {
  /// Whether the scope holds the case as it stood.
  fileprivate func held(_ value: Case) -> Bool {
    let subject = value.subject
    guard covers(subject.unit), categories.isEmpty || categories.contains(subject.category),
      source == nil || source == subject.source
    else { return false }
    switch parts ? nil : lead {
    case .department(let department): if value.lead?.department != department { return false }
    case .some(.none): if value.lead != nil { return false }
    case nil: break
    }
    let day = view.policy.filedDay(subject.filedAt)
    return firstDay.map { day >= $0 } ?? true && lastDay.map { day <= $0 } ?? true
  }

  fileprivate func key(of value: Case, by grouping: StatisticsGrouping, units: UnitGroups) -> String {
    switch grouping {
    case .unit: units.group(of: value.subject.unit).text
    case .department: value.lead?.department.text ?? ""
    case .category: value.subject.category.text
    case .source: value.subject.source.rawValue
    case .officer: value.subject.finder
    }
  }
}
