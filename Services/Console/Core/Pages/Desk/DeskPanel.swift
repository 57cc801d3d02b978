import Casework
import Domain

/// The case that is decided now: its report, why it waits, the rules that were asked, who could take it, what lies near.
enum DeskPanel {
  /// For the partial `desk-panel`.
  static func data(_ id: CaseID, box: DeskBox, queue: DeskQueue, request: PageRequest) async throws -> PageData {
    guard let brief = try await CaseBrief.of(id, request: request) else {
      return ["isGone": true, "id": id.description]
    }
    let (console, view, value) = (request.console, request.view, brief.value)
    let text = brief.report.description?.lowercased() ?? ""
    let allowed = Set(
      CaseMachine.allowedActions(value, by: view.actor, policy: view.policy, now: request.now, text: text))
    async let neighbours = CaseNeighbours.of(id, value, view: view, console: console, now: request.now)
    var data = brief.data
    let boxes = queue.items.first { $0.summary.id == id }?.boxes ?? []
    let reasons = DeskRows(request)
    data["reasons"] = boxes.map { reasons.reason(value, in: $0) }
    data["isDone"] = boxes.isEmpty
    data["said"] = lastReason(brief.events, in: boxes)
    if !allowed.isDisjoint(with: [.dispatch, .redirect]) {
      async let history = DepartmentHistory.read(
        like: value.subject.category, view: view, pool: console.pool, now: request.now)
      let trace = Router.explain(value.traits(policy: view.policy, text: text), policy: view.policy)
      let suggestions = DeskSuggestions(
        brief, trace: trace, history: try await history,
        action: value.returnedBy != nil && allowed.contains(.redirect) ? .redirect : .dispatch, request: request)
      data["suggestions"] = suggestions.data
      data["hasSuggestions"] = !suggestions.data.isEmpty
      data["canSend"] = true
      data["trace"] = DeskTrace(trace, request: request).data
    }
    let near = try await neighbours
    let photos = try await PhotoStore(pool: console.pool).first(of: near.map(\.summary.id))
    let shown = near.map { neighbour in
      row(neighbour, of: id, value, photo: photos[neighbour.summary.id], canMerge: allowed.contains(.merge), request)
    }
    data["neighbours"] = shown
    data["hasNeighbours"] = !shown.isEmpty
    let repeats = near.filter(\.mayRepeat).count
    data["repeats"] = repeats > 0 ? request.texts.counted("desk.near.repeats", repeats) : nil
    return data
  }

  /// What the department gave as its reason, or asks for.
  private static func lastReason(_ events: [CaseEvent], in boxes: [DeskBox]) -> String? {
    for event in events.reversed() {
      switch event.detail {
      case .returned(let back) where boxes.contains(.returned) || boxes.contains(.disputed): return back.reason
      case .extensionRequested(_, _, let reason) where boxes.contains(.extensions): return reason
      case .suspensionRequested(_, _, let reason) where boxes.contains(.suspensions): return reason
      case .appealed(_, let reason) where boxes.contains(.appeals): return reason
      default: continue
      }
    }
    return nil
  }

  private static func row(
    _ neighbour: CaseNeighbour, of id: CaseID, _ value: Case, photo: String?, canMerge: Bool, _ request: PageRequest
  ) -> PageData {
    let other = neighbour.summary
    var data = CaseRows(request).data(other)
    data["description"] = other.description
    if let metres = neighbour.metres {
      data["distance"] = request.texts("desk.near.metres", ["metres": "\(Int(metres.rounded()))"])
    }
    data["mayRepeat"] = neighbour.mayRepeat
    data["photo"] = photo.map { "/v1/cases/\(other.id)/photos/\($0)" }
    data["photoAlt"] = request.texts("desk.near.photo", ["case": other.id.description])
    if canMerge {
      data["merge"] =
        [
          "case": id.description, "into": other.id.description, "version": "\(value.version)",
          "path": "/v1/cases/\(id)/actions", "plainPath": "/cases/\(id)",
          "label": request.texts("desk.near.merge", ["case": other.id.description]),
          "ask": request.texts("desk.near.ask", ["case": id.description, "other": other.id.description]),
          "message": request.texts("desk.near.merged", ["case": id.description, "other": other.id.description]),
        ] as PageData
    }
    return data
  }
}

/// Departments that could take the case, the likeliest first: whom the last return named, what the rules come nearest to,
/// and who had the like before.
struct DeskSuggestions: Sendable {
  /// As many as there are digits to choose them by.
  static let maxSuggestions = 6

  let data: [PageData]

  private struct Candidate {
    let department: DepartmentCode
    var grounds: [String] = []
  }

  init(
    _ brief: CaseBrief, trace: RuleTrace, history: DepartmentHistory, action: CaseAction, request: PageRequest
  ) {
    let (texts, names, policy) = (request.texts, request.names, request.view.policy)
    var candidates: [Candidate] = []
    func add(_ department: DepartmentCode, _ ground: String?) {
      guard policy.departments[department] != nil else { return }
      if let place = candidates.firstIndex(where: { $0.department == department }) {
        if let ground, !candidates[place].grounds.contains(ground) { candidates[place].grounds.append(ground) }
      } else {
        candidates.append(Candidate(department: department, grounds: [ground].compactMap(\.self)))
      }
    }
    for event in brief.events.reversed() {
      guard case .returned(let back) = event.detail, let named = back.responsible else { continue }
      add(named, texts("desk.ground.named"))
    }
    if case .department(let rule) = trace.decision { add(rule.lead, texts("desk.ground.rule", ["rule": rule.name])) }
    for passed in trace.passedOver where DeskTrace.isNear(passed) {
      add(passed.rule.lead, texts("desk.ground.near", ["rule": passed.rule.name]))
    }
    func busiest(_ records: [DepartmentCode: DepartmentHistory.Record]) -> [DepartmentCode] {
      records.filter { $0.value.dispatched > 0 }
        .sorted { ($1.value.dispatched, $0.key) < ($0.value.dispatched, $1.key) }.map(\.key)
    }
    for department in busiest(history.ofCategory) { add(department, texts("desk.ground.category")) }
    for department in busiest(history.ofClass) where history.ofCategory[department] == nil {
      add(department, texts("desk.ground.class"))
    }
    // Who gave it back stands last: to send it there again is to reject the return.
    let returner = brief.value.returnedBy
    candidates = candidates.filter { $0.department != returner } + candidates.filter { $0.department == returner }
    if let returner, !candidates.contains(where: { $0.department == returner }) {
      add(returner, nil)
    }
    var chosen = candidates.prefix(Self.maxSuggestions)
    if let returner, let last = candidates.last, last.department == returner, !chosen.contains(where: {
      $0.department == returner
    }) {
      chosen = chosen.dropLast() + [last]
    }
    data = chosen.enumerated().map { index, candidate in
      let department = candidate.department
      let name = names.department(department)
      let isReturner = department == returner
      var data: PageData = [
        "number": "\(index + 1)", "code": department.text, "name": name, "grounds": candidate.grounds,
        "action": action.rawValue, "case": brief.id.description, "version": "\(brief.value.version)",
        "path": "/v1/cases/\(brief.id)/actions", "plainPath": "/cases/\(brief.id)", "isReturner": isReturner,
        "label": texts("desk.send_to", ["department": name]),
        "message": texts("desk.sent", ["case": brief.id.description, "department": name]),
      ]
      if isReturner { data["ask"] = texts("desk.ask_reject", ["department": name]) }
      let record = history.ofCategory[department] ?? history.ofClass[department]
      data["figures"] = Self.figures(record, isSame: history.ofCategory[department] != nil, texts)
      return data
    }
  }

  private static func figures(_ record: DepartmentHistory.Record?, isSame: Bool, _ texts: PageTexts) -> PageData? {
    guard let record else { return nil }
    var data: PageData = [
      "dispatched": "\(record.dispatched)", "returned": "\(record.returned)",
      "scope": texts(isSame ? "desk.figures.category" : "desk.figures.class"),
    ]
    data["inTime"] = record.percentInTime.map { "\($0)%" }
    data["tone"] = record.percentInTime.map { $0 >= 90 ? "fine" : $0 >= 70 ? "soon" : "late" }
    return data
  }
}

/// How the routing rules came to their answer, in words.
struct DeskTrace: Sendable {
  /// Rules of the matter itself that are shown; the others only count.
  static let maxRules = 12

  let data: PageData

  /// A rule for such a category that failed on little else.
  static func isNear(_ passed: RuleTrace.Passed) -> Bool {
    !passed.unmet.contains(.categories) && passed.unmet.count <= 2 && !passed.rule.condition.categories.isEmpty
  }

  init(_ trace: RuleTrace, request: PageRequest) {
    let (texts, names) = (request.texts, request.names)
    let ofMatter = trace.passedOver.filter { !$0.unmet.contains(.categories) }
    let others = trace.passedOver.count - ofMatter.count
    var data: PageData = [:]
    switch trace.decision {
    case .department(let rule):
      let values = ["rule": rule.name, "department": names.department(rule.lead)]
      data["decision"] = texts("desk.trace.matched", values)
      data["isMatched"] = true
    case .desk: data["decision"] = texts("desk.trace.none")
    }
    data["rules"] = ofMatter.prefix(Self.maxRules).map { passed -> PageData in
      [
        "rule": passed.rule.name, "department": names.department(passed.rule.lead),
        "unmet": passed.unmet.map { Self.wanted($0, passed.rule.condition, request) },
      ]
    }
    data["hasRules"] = !ofMatter.isEmpty
    data["others"] = others > 0 ? texts.counted("desk.trace.others", others) : nil
    self.data = data
  }

  /// What the condition asks for, where the case has something else.
  private static func wanted(_ part: ConditionPart, _ condition: CaseCondition, _ request: PageRequest) -> String {
    let (texts, names) = (request.texts, request.names)
    func time(_ minute: Int) -> String {
      let (hours, minutes) = (minute / 60, minute % 60)
      return (hours < 10 ? "0" : "") + "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes)"
    }
    let values: [String] =
      switch part {
      case .categories: condition.categories.map { names.category($0) }
      case .units: condition.units.map { names.unit($0) }
      case .layers: condition.layers
      case .sources: condition.sources.map { texts.word("source", $0.rawValue) }
      case .priorities: condition.priorities.map { texts.word("priority", $0.rawValue) }
      case .texts: condition.texts
      case .hours: condition.hours.map { "\(time($0.fromMinute))–\(time($0.toMinute))" }
      case .reopened: [texts(condition.reopened == true ? "desk.trace.reopened" : "desk.trace.not_reopened")]
      }
    let list = values.prefix(4).joined(separator: texts("desk.list_comma")) + (values.count > 4 ? "…" : "")
    return texts("desk.trace.wanted.\(part.rawValue)", ["values": list])
  }
}
