import Domain
import GridNetwork
import Hummingbird
import Operations
import WebAuth
import Wire

/// `GET /v1/stats/assessments/{period}`: the network's formulas over a month or week of filing, with ranks.
struct AssessmentRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("stats/assessments/:period") { request, context in try await show(request, context) }
  }

  private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    guard let text = context.parameters.get("period"), let period = StatisticsPeriod(text) else {
      throw Problem.malformed(code: "malformed_period", "A period is a month, 2026-03, or a week, 2026-W10.")
    }
    var fields = try QueryFields(request)
    let scope = try StatisticsScope(view, &fields, now: console.now).over(period)
    try fields.finish()
    var assessed: [(formula: AssessmentPolicy.Formula, rows: [Assessed], units: UnitGroups)] = []
    for formula in view.network.assessment.formulas {
      let units = UnitGroups(scope, tier: formula.tier.isEmpty ? nil : formula.tier)
      let table = try await StatisticsStore(pool: console.pool).assessed(
        scope, by: formula.subject.grouping, units: units, now: console.now)
      assessed.append((formula, Assessment.rank(formula, subjects(of: table, formula, units)), units))
    }
    let document = StatisticsDocument(scope: scope)
    return .json { writer in
      writer.page(assessed, next: nil) { writer, item in
        write(item.formula, item.rows, period, document, to: &writer)
      }
    }
  }

  /// Who is ranked: every unit of the tier, also without a case; departments and officers that had one.
  private func subjects(
    of table: IndicatorTable, _ formula: AssessmentPolicy.Formula, _ units: UnitGroups
  ) -> [(key: String, tally: IndicatorTally)] {
    switch formula.subject {
    case .unit: units.members.map { ($0.text, table.groups[$0.text] ?? IndicatorTally()) }
    case .department: table.groups.filter { !$0.key.isEmpty }.map { ($0.key, $0.value) }
    case .officer: table.groups.filter { $0.key.hasPrefix("user:") }.map { ($0.key, $0.value) }
    }
  }

  private func write(
    _ formula: AssessmentPolicy.Formula, _ rows: [Assessed], _ period: StatisticsPeriod,
    _ document: StatisticsDocument, to writer: inout JSONWriter
  ) {
    let grouping = formula.subject.grouping
    writer.beginObject()
    writer.member("name", formula.name)
    writer.names(formula.nameZh, formula.nameEn)
    writer.member("subject", formula.subject.rawValue)
    writer.member("tier", formula.tier.isEmpty ? nil : formula.tier)
    writer.member("source", formula.source)
    writer.member("from", period.firstText)
    writer.member("to", period.lastText)
    writer.objects("rows", rows.enumerated()) { writer, item in
      let (place, row) = item
      // Equal scores share a rank.
      let rank = (rows.firstIndex { $0.score == row.score } ?? place) + 1
      writer.member("rank", rank)
      writer.member("key", row.key)
      document.writeName(of: row.key, by: grouping, to: &writer)
      writer.member("score", row.score)
      writer.objects("terms", row.terms) { writer, term in
        writer.member("name", term.name)
        writer.member("weight", term.weight)
        writer.member("points", term.points)
        writer.member("numerator", term.numerator)
        writer.member("denominator", term.denominator)
      }
      writer.member("cases", DrillDown(document.scope, grouping: grouping, key: row.key).address())
    }
    writer.endObject()
  }
}

extension AssessmentPolicy.Subject {
  var grouping: StatisticsGrouping {
    switch self {
    case .unit: .unit
    case .department: .department
    case .officer: .officer
    }
  }
}
