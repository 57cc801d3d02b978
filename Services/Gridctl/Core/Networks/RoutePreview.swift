import Domain
import Wire

/// What the rules, limits and ladders of a policy would make of one report.
struct RoutePreview {
  let report: Report
  let reopened: Bool
  let text: String
  let at: Instant
  let policy: NetworkPolicy

  /// When the clock of a report that must be verified begins.
  private static let atTheDoor = "when reported"

  /// A clock that would run, or that begins later.
  struct Row {
    let clock: ClockName
    let matter: ClockMatter
    let department: DepartmentCode?
    let limit: String
    /// Nil for one that begins later.
    let running: CaseClock?
    let begins: String
    let ladder: Ladder?
  }

  private var subject: CaseSubject {
    CaseSubject(
      unit: report.unit, category: report.category, source: report.source, filedAt: at, finder: "",
      priority: report.priority, layers: report.layers)
  }

  var traits: CaseTraits { subject.traits(policy: policy, text: text.lowercased(), reopened: reopened) }
  var trace: RuleTrace { Router.explain(traits, policy: policy) }

  /// Reports of this source are verified before they are filed.
  var isVerifiedFirst: Bool { policy.casePolicy.verifyFirst.contains(report.source) }

  /// As the case machine starts them, and the clock of verification after them.
  var rows: [Row] {
    let machine = Actor.service("dispatcher")
    let filed = CaseMachine.file(report, by: machine, policy: policy, now: at).value
    var first: [CaseClock] = []
    var value = filed
    if filed.state == .reported {
      first = filed.clocks
      value = Case(
        version: filed.version, state: .filed, subject: subject, filing: filed.filing, policyVersion: policy.version,
        updatedAt: at)
    }
    if reopened { value.facts.insert(.reopened) }
    let decision = trace.decision
    let routed = CaseMachine.route(
      value, decision, by: machine, policy: policy, now: at, text: text.lowercased())?.value
    // The caller was spoken with before the case was closed.
    let started = routed?.clocks.filter { $0.isRunning && !(reopened && $0.name == .contact) } ?? []
    return first.map { row($0, begins: Self.atTheDoor) }
      + started.map { row($0, begins: first.isEmpty ? "now" : "when filed") } + [verification].compactMap(\.self)
  }

  private func row(_ clock: CaseClock, begins: String) -> Row {
    Row(
      clock: clock.name, matter: clock.matter, department: clock.department, limit: clock.limitText, running: clock,
      begins: begins, ladder: policy.ladder(for: clock.name, traits, matter: clock.matter))
  }

  private var verification: Row? {
    guard let limit = policy.limit(for: .verify, traits) else { return nil }
    return Row(
      clock: .verify, matter: .whole, department: nil,
      limit: limit.stages.map(\.limit.description).joined(separator: " → "), running: nil, begins: "when handled",
      ladder: policy.ladder(for: .verify, traits))
  }

  /// What the condition asks for and what the report is instead.
  func reason(_ part: ConditionPart, _ condition: CaseCondition) -> (wanted: String, found: String) {
    func list(_ values: [some CustomStringConvertible]) -> String { values.map(\.description).joined(separator: ", ") }
    func time(_ minute: Int) -> String {
      let (hours, minutes) = (minute / 60, minute % 60)
      return (hours < 10 ? "0" : "") + "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes)"
    }
    switch part {
    case .categories: return (list(condition.categories), report.category.text)
    case .units: return (list(condition.units), report.unit.text)
    case .layers: return (list(condition.layers), report.layers.isEmpty ? "none" : list(report.layers))
    case .sources: return (list(condition.sources.map(\.rawValue)), report.source.rawValue)
    case .priorities: return (list(condition.priorities.map(\.rawValue)), report.priority.rawValue)
    case .texts: return (list(condition.texts), text.isEmpty ? "no text" : "another text")
    case .hours:
      return (
        list(condition.hours.map { "\(time($0.fromMinute))-\(time($0.toMinute))" }), time(traits.minuteOfDay)
      )
    case .reopened: return (condition.reopened == true ? "reopened" : "not reopened", reopened ? "reopened" : "new")
    }
  }

  /// When each rung fires; nil for a reminder that would lie before its clock, which is passed over, and where the clock
  /// begins later.
  func times(_ row: Row) -> [(rung: Rung, at: Instant?)] {
    (row.ladder?.rungs ?? []).map { rung in
      guard let clock = row.running else { return (rung, nil) }
      let fires = LadderMachine.fireTime(rung, clock, calendar: policy.calendar)
      return (rung, fires > clock.startedAt || fires >= clock.dueAt ? fires : nil)
    }
  }

  func receivers(_ rung: Rung, _ row: Row, lead: DepartmentCode?) -> [String] {
    let lead = row.begins == Self.atTheDoor ? nil : lead
    return rung.to.map {
      $0.address(unit: report.unit, lead: lead, clockDepartment: row.department, policy: policy).text
    }
  }
}
