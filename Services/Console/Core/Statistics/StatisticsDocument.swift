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
    let policy = scope.view.policy
    switch grouping {
    case .unit:
      let unit = policy.units[UnitCode(key)] ?? scope.view.network.retiredUnits.first { $0.code.text == key }
      writer.names(unit?.nameZh ?? key, unit?.nameEn ?? key)
      writer.member("tier", unit?.tier)
      writer.member("direct", key == scope.unit.text)
    case .department:
      let department = policy.departments[DepartmentCode(key)]
      writer.names(department?.nameZh ?? (key.isEmpty ? "未派遣" : key), department?.nameEn ?? (key.isEmpty ? "none" : key))
    case .category:
      let category = policy.catalogue[CategoryCode(key)]
      writer.names(category?.nameZh ?? key, category?.nameEn ?? key)
    case .source, .officer: writer.names(key, key)
    }
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
