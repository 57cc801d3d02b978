import Casework
import Domain

/// Departments that could take the case, the likeliest first: whom the last return named, what the rules come nearest
/// to, and who had the like before.
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
    // Who gave it back stands last: to send it to the last of them again is to reject the return.
    let returners = Set(
      brief.events.compactMap { event -> DepartmentCode? in
        guard case .returned(let back) = event.detail, back.part == nil else { return nil }
        return event.before?.lead
      })
    let returner = brief.value.returnedBy
    if let returner { add(returner, nil) }
    candidates =
      candidates.filter { !returners.contains($0.department) }
      + candidates.filter { returners.contains($0.department) && $0.department != returner }
      + candidates.filter { $0.department == returner }
    let last = candidates.last { $0.department == returner }
    var chosen = Array(candidates.prefix(Self.maxSuggestions))
    if let last, chosen.last?.department != returner { chosen[chosen.count - 1] = last }
    let key = action == .appoint ? "desk.appoint" : "desk.send"
    data = chosen.enumerated().map { index, candidate in
      let department = candidate.department
      let name = names.department(department)
      let isReturner = department == returner
      var data: PageData = [
        "number": "\(index + 1)", "code": department.text, "name": name, "grounds": candidate.grounds,
        "action": action.rawValue, "case": brief.id.description, "version": "\(brief.value.version)",
        "path": "/v1/cases/\(brief.id)/actions", "plainPath": "/cases/\(brief.id)",
        "isReturner": returners.contains(department),
        "isAsked": isReturner, "label": texts("\(key).label", ["department": name]),
        "message": texts("\(key).done", ["case": brief.id.description, "department": name]),
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
