import Domain
import GridNetwork
import Hummingbird
import Wire

/// A week's figures of a unit: totals beside those of the week before, by unit, department, category and source, and
/// where cases gathered.
struct WeeklyReport: Sendable {
  struct Section: Sendable {
    let grouping: StatisticsGrouping
    let rows: [(key: String, tally: IndicatorTally)]
  }

  /// What the table and the page show of each group.
  static let shown = [
    "filed", "dispatched", "handled", "closed", "on_spot", "late_sign", "late_handle", "reworked", "overdue_open",
  ]

  let scope: StatisticsScope
  let week: String
  let period: StatisticsPeriod
  let total: IndicatorTally
  let before: IndicatorTally
  let sections: [Section]
  let spots: [Hotspot]

  func write(to writer: inout JSONWriter) {
    let document = StatisticsDocument(scope: scope)
    writer.beginObject()
    writer.member("week", week)
    writer.member("unit", scope.unit.text)
    writer.member("from", period.firstText)
    writer.member("to", period.lastText)
    writer.object("total") { document.writeMembers(of: total, DrillDown(scope), to: &$0) }
    writer.object("previous") { document.writeMembers(of: before, DrillDown(scope.over(period.previous)), to: &$0) }
    let units = UnitGroups(scope, tier: nil)
    for section in sections {
      writer.objects("by_\(section.grouping.rawValue)", section.rows) { writer, row in
        writer.member("key", row.key)
        document.writeName(of: row.key, by: section.grouping, to: &writer)
        let isDirect = section.grouping == .unit && units.isDirect(UnitCode(row.key))
        let drill = DrillDown(scope, grouping: section.grouping, key: row.key, isDirect: isDirect)
        document.writeMembers(of: row.tally, drill, to: &writer)
      }
    }
    writer.objects("hotspots", spots) { writer, spot in
      writer.member("unit", unit: spot.unit, policy: scope.view.policy)
      writer.member("count", spot.count)
      writer.member("most_common_category", spot.commonCategory.text)
    }
    StatisticsDocument.writeDefinitions(to: &writer)
    writer.endObject()
  }

  /// Comma-separated values: a row for each group of each section.
  var table: [UInt8] {
    var lines = [["section", "key", "name"] + Self.shown]
    lines.append(["total", scope.unit.text, ""] + figures(total))
    lines.append(["previous", scope.unit.text, ""] + figures(before))
    for section in sections {
      for row in section.rows {
        let name = StatisticsDocument(scope: scope).name(of: row.key, by: section.grouping).zh
        lines.append([section.grouping.rawValue, row.key, name] + figures(row.tally))
      }
    }
    let text = lines.map { $0.map(AccountabilityTable.cell).joined(separator: ",") + "\r\n" }.joined()
    return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
  }

  /// For the template `weekly`.
  func content(_ request: PageRequest) -> PageContent {
    let texts = request.texts
    let sections: [PageData] =
      [section(texts("weekly.overview"), [(texts("weekly.total"), total), (texts("weekly.previous"), before)])]
      + sections.map { section in
        self.section(
          texts("weekly.by.\(section.grouping.rawValue)"),
          section.rows.map { (name($0.key, section.grouping, request.names), $0.tally) })
      }
    return PageContent(
      texts("weekly.title", ["week": week]),
      [
        "period": "\(period.firstText) – \(period.lastText)", "unit": request.names.unit(scope.unit),
        "columns": Self.shown.map { texts.word("indicator", $0) }, "sections": sections,
      ])
  }

  private func section(_ heading: String, _ rows: [(String, IndicatorTally)]) -> PageData {
    [
      "heading": heading,
      "rows": rows.map { name, tally in ["name": name, "figures": figures(tally)] as PageData },
    ]
  }

  private func figures(_ tally: IndicatorTally) -> [String] { Self.shown.map { String(tally.count($0)) } }

  /// In both of the network's languages the name is chosen by the caller.
  private func name(_ key: String, _ grouping: StatisticsGrouping, _ names: PageNames) -> String {
    let (zh, en) = StatisticsDocument(scope: scope).name(of: key, by: grouping)
    return names.choose(zh, en)
  }
}
