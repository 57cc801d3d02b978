import Casework
import Domain
import WebAuth
import Wire

/// The figures behind the command centre, as the statistics tell them: of the cases filed in the period.
struct CommandNumbers: Sendable {
  /// The indicators of the counters that are counted alone.
  static let shown = ["reported", "dispatched", "handled", "closed", "on_time_handle", "late_handle"]

  let total: IndicatorTally
  private let units: [String: IndicatorTally]
  private let departments: [String: IndicatorTally]
  /// Whether there are figures of each unit and department. Discipline inspection sees single cases only.
  let hasGroups: Bool

  static func read(
    _ scene: CommandScene, _ filter: CaseFilter, _ request: PageRequest
  ) async throws -> CommandNumbers {
    if request.role == .inspector { return try await counted(scene, filter, request) }
    let now = request.now
    var fields = try QueryFields(text: "unit=\(PercentEncoding.encode(scene.unit.text))&from=\(scene.firstDay)")
    let scope = try StatisticsScope(request.view, &fields, now: now)
    try fields.finish()
    let groups = UnitGroups(scope, tier: nil)
    let store = StatisticsStore(pool: request.console.pool)
    async let byUnit = store.table(scope, by: .unit, units: groups, now: now)
    let byDepartment = try await store.table(scope, by: .department, units: groups, now: now)
    let units = try await byUnit
    return CommandNumbers(
      total: units.total, units: units.groups, departments: byDepartment.groups, hasGroups: true)
  }

  /// By counting the cases that are seen.
  private static func counted(
    _ scene: CommandScene, _ filter: CaseFilter, _ request: PageRequest
  ) async throws -> CommandNumbers {
    var total = IndicatorTally()
    for (place, named) in CaseFacts.named.enumerated() where shown.contains(named.name) {
      var filter = filter
      filter.firstDay = Int32(scene.firstDay.dayNumber)
      filter.counted = .fact(named.fact)
      total.counts[place] = try await request.console.cases.count(request.view.sight, filter, now: request.now)
    }
    return CommandNumbers(total: total, units: [:], departments: [:], hasGroups: false)
  }

  func tally(of unit: UnitCode) -> IndicatorTally { units[unit.text] ?? IndicatorTally() }
  func tally(of department: DepartmentCode) -> IndicatorTally { departments[department.text] ?? IndicatorTally() }
  var departmentCodes: [DepartmentCode] {
    departments.filter { !$0.key.isEmpty && !$0.value.isEmpty }.keys.map { DepartmentCode($0) }
  }

  /// How much was handled in time of what was handled or is past its limit.
  static let onTime = IndicatorRate.all.first { $0.name == "on_time_handle_rate" }

  static func rate(_ tally: IndicatorTally) -> Double? {
    guard let (numerator, denominator) = onTime?.fraction(tally), denominator > 0 else { return nil }
    return Double(numerator) / Double(denominator)
  }

  /// `93.4%`
  static func percent(_ rate: Double) -> String {
    let tenths = Int((rate * 1_000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
  }
}

/// The counters, each with the list that it counts.
struct CommandFigures: Sendable {
  let scene: CommandScene
  let figures: CommandNumbers
  let open: ToneCounts
  let request: PageRequest

  init(_ scene: CommandScene, figures: CommandNumbers, open: ToneCounts, request: PageRequest) {
    self.scene = scene
    self.figures = figures
    self.open = open
    self.request = request
  }

  var data: [PageData] {
    let unit = PercentEncoding.encode(scene.unit.text)
    let period = "unit=\(unit)&from=\(scene.firstDay)"
    let texts = request.texts
    var shown: [PageData] = ["reported", "dispatched", "handled", "closed"].map { name in
      let tone = name == "reported" ? "accent" : nil
      return figure(name, "\(figures.total.count(name))", "\(period)&counted=\(name)", tone: tone)
    }
    let rate = CommandNumbers.rate(figures.total)
    let tone = rate.map { $0 >= 0.9 ? "fine" : $0 >= 0.8 ? "soon" : "late" }
    var onTime = figure(
      "rate", rate.map { CommandNumbers.percent($0) } ?? "—", "\(period)&counted=on_time_handle", tone: tone)
    onTime["definition"] = CommandNumbers.onTime.map { texts.language.text($0.textZh, $0.textEn) }
    shown.append(onTime)
    shown.append(figure("open", "\(open.open)", "unit=\(unit)&state=open", tone: nil))
    shown.append(
      figure("soon", "\(open.soon)", "unit=\(unit)&state=open&sort=due_at", tone: open.soon > 0 ? "soon" : nil))
    shown.append(
      figure(
        "late", "\(open.late)", "unit=\(unit)&state=open&overdue=true&sort=due_at", tone: open.late > 0 ? "late" : nil))
    return shown
  }

  private func figure(_ name: String, _ value: String, _ query: String, tone: String?) -> PageData {
    var data: PageData = [
      "id": name, "value": value, "name": request.texts("command.figure.\(name)"), "path": "/cases?\(query)",
    ]
    data["tone"] = tone
    data["definition"] = request.texts.optional("command.definition.\(name)")
    return data
  }
}
