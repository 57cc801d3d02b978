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
        let name = name(row.key, section.grouping, .chinese)
        lines.append([section.grouping.rawValue, row.key, name] + figures(row.tally))
      }
    }
    let text = lines.map { $0.map(AccountabilityTable.cell).joined(separator: ",") + "\r\n" }.joined()
    return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
  }

  func page(_ language: PageLanguage) -> Response {
    let title = language.text("周报 \(week)", "Weekly report \(week)")
    let frame = PageFrame(language: language, title: title, path: "/v1/reports/weekly/\(week).html")
    var content = "<p>\(period.firstText) – \(period.lastText) · \(escaped(name(scope.unit.text, .unit, language)))</p>"
    let total = language.text("合计", "Total")
    let previous = language.text("上周", "Week before")
    content += rows(language, language.text("总览", "Overview"), [(total, self.total), (previous, before)])
    for section in sections {
      content += rows(
        language, heading(section.grouping, language),
        section.rows.map { (name($0.key, section.grouping, language), $0.tally) })
    }
    return frame.response(content: content)
  }

  private func rows(_ language: PageLanguage, _ heading: String, _ rows: [(String, IndicatorTally)]) -> String {
    let head = Self.shown.map { "<th scope=\"col\">\(escaped(Self.label($0, language)))</th>" }.joined()
    let body = rows.map { name, tally in
      "<tr><th scope=\"row\">\(escaped(name))</th>" + figures(tally).map { "<td>\($0)</td>" }.joined() + "</tr>"
    }.joined(separator: "\n")
    return """
      <h2>\(escaped(heading))</h2>
      <table><thead><tr><td></td>\(head)</tr></thead><tbody>
      \(body)
      </tbody></table>

      """
  }

  private func figures(_ tally: IndicatorTally) -> [String] { Self.shown.map { String(tally.count($0)) } }

  private func name(_ key: String, _ grouping: StatisticsGrouping, _ language: PageLanguage) -> String {
    let (zh, en) = StatisticsDocument(scope: scope).name(of: key, by: grouping)
    return language.text(zh, en)
  }

  private func heading(_ grouping: StatisticsGrouping, _ language: PageLanguage) -> String {
    switch grouping {
    case .unit: language.text("按单元", "By unit")
    case .department: language.text("按部门", "By department")
    case .category: language.text("按类别", "By category")
    case .source: language.text("按来源", "By source")
    case .officer: language.text("按人员", "By officer")
    }
  }

  private static func label(_ indicator: String, _ language: PageLanguage) -> String {
    switch indicator {
    case "filed": language.text("立案", "Filed")
    case "dispatched": language.text("派遣", "Dispatched")
    case "handled": language.text("处置", "Handled")
    case "closed": language.text("结案", "Closed")
    case "on_spot": language.text("现场处置", "Settled on the spot")
    case "late_sign": language.text("签收超时", "Signed late")
    case "late_handle": language.text("处置超时", "Handled late")
    case "reworked": language.text("返工", "Reworked")
    case "overdue_open": language.text("超时未结", "Overdue, open")
    default: indicator
    }
  }
}
