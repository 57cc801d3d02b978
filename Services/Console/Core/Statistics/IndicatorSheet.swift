import Domain
import GridNetwork

/// Indicators as comma-separated values (RFC 4180), marked as UTF-8 so that spreadsheets read Chinese names: a row for
/// each group, and one over all.
struct IndicatorSheet {
  private(set) var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]
  private let document: StatisticsDocument
  private let grouping: StatisticsGrouping

  init(_ document: StatisticsDocument, by grouping: StatisticsGrouping) {
    self.document = document
    self.grouping = grouping
    write(
      ["key", "name_zh", "name_en"] + IndicatorTally.names + ["overdue_open"] + IndicatorRate.all.map(\.name) + [
        "mean_handle_minutes", "p50_handle_minutes", "p90_handle_minutes",
      ])
  }

  mutating func add(_ key: String, _ tally: IndicatorTally) {
    let (zh, en) = document.name(of: key, by: grouping)
    write([key, zh, en] + figures(tally))
  }

  mutating func addTotal(_ tally: IndicatorTally) { write(["total", "", ""] + figures(tally)) }

  private func figures(_ tally: IndicatorTally) -> [String] {
    let rates = IndicatorRate.all.map { rate -> String in
      let (numerator, denominator) = rate.fraction(tally)
      return denominator > 0 ? "\(Double(numerator) / Double(denominator))" : ""
    }
    let minutes = [tally.handleMinutes?.mean, tally.handleMinutes?.p50, tally.handleMinutes?.p90]
    return tally.counts.map { "\($0)" } + ["\(tally.overdueOpen)"] + rates + minutes.map { $0.map { "\($0)" } ?? "" }
  }

  private mutating func write(_ cells: [String]) {
    bytes += cells.map(AccountabilityTable.cell).joined(separator: ",").utf8
    bytes += "\r\n".utf8
  }
}
