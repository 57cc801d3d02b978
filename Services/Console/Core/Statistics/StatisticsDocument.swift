import Domain
import GridNetwork
import Wire

/// Figures as JSON: counts by name, rates with numerator and denominator, minutes, and where the cases are listed.
struct StatisticsDocument {
  let scope: StatisticsScope

  func writeMembers(of tally: IndicatorTally, _ drill: DrillDown, to writer: inout JSONWriter) {
    for (place, name) in IndicatorTally.names.enumerated() { writer.member(name, tally.counts[place]) }
    writer.member("overdue_open", tally.overdueOpen)
    for rate in IndicatorRate.all {
      let (numerator, denominator) = rate.fraction(tally)
      writer.object(rate.name) { writer in
        writer.member("value", denominator > 0 ? Double(numerator) / Double(denominator) : nil)
        writer.member("numerator", numerator)
        writer.member("denominator", denominator)
      }
    }
    writer.member("mean_handle_minutes", tally.handleMinutes?.mean)
    writer.member("p50_handle_minutes", tally.handleMinutes?.p50)
    writer.member("p90_handle_minutes", tally.handleMinutes?.p90)
    writer.member("cases", drill.address())
    writer.object("drill") { writer in
      for name in IndicatorTally.names + ["overdue_open"] { writer.member(name, drill.address(counted: name)) }
    }
  }

  /// The names of a group's key.
  func writeName(of key: String, by grouping: StatisticsGrouping, to writer: inout JSONWriter) {
    let (zh, en) = name(of: key, by: grouping)
    writer.names(zh, en)
    if grouping == .unit { writer.member("tier", unit(key)?.tier) }
  }

  /// What people call a group, in Chinese and in English; its key where nothing has a name.
  func name(of key: String, by grouping: StatisticsGrouping) -> (zh: String, en: String) {
    let policy = scope.view.policy
    switch grouping {
    case .unit: return unit(key).map { ($0.nameZh, $0.nameEn) } ?? (key, key)
    case .department:
      if key.isEmpty { return ("未派遣", "none") }
      return policy.departments[DepartmentCode(key)].map { ($0.nameZh, $0.nameEn) } ?? (key, key)
    case .category: return policy.catalogue[CategoryCode(key)].map { ($0.nameZh, $0.nameEn) } ?? (key, key)
    case .source, .officer: return (key, key)
    }
  }

  private func unit(_ key: String) -> Unit? {
    scope.view.policy.units.place(UnitCode(key)) ?? scope.view.network.retiredUnits.first { $0.code.text == key }
  }

  /// What each rate divides by what.
  static func writeDefinitions(to writer: inout JSONWriter) {
    writer.object("definitions") { writer in
      for rate in IndicatorRate.all {
        writer.object(rate.name) { writer in
          writer.member("numerator", texts: rate.numerator)
          writer.member("denominator", texts: rate.denominator)
          if !rate.excluded.isEmpty { writer.member("without", texts: rate.excluded) }
          writer.member("zh", rate.textZh)
          writer.member("en", rate.textEn)
        }
      }
    }
  }
}
