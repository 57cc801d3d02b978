import Casework
import Domain
import GridNetwork

/// The departments that could take the case, each with its key, what speaks for it, and how it fared on the like.
struct DeskSuggestions: Sendable {
  /// As many as there are digits to choose them by.
  static let maxSuggestions = 6

  let data: [PageData]

  init(
    _ brief: CaseBrief, trace: RuleTrace, history: DepartmentHistory, action: CaseAction, request: PageRequest
  ) {
    let (texts, names) = (request.texts, request.names)
    let candidates = DeskCandidates(brief, trace: trace, history: history, policy: request.view.policy)
    let key = action == .appoint ? "desk.appoint" : "desk.send"
    data = candidates.prefix(Self.maxSuggestions).enumerated().map { index, candidate in
      let department = candidate.department
      let name = names.department(department)
      let rejects = department == candidates.lastReturner
      var data: PageData = [
        "number": "\(index + 1)", "code": department.text, "name": name,
        "grounds": candidate.grounds.map { Self.words($0, texts) },
        "action": action.rawValue, "case": brief.id.description, "version": "\(brief.value.version)",
        "path": "/v1/cases/\(brief.id)/actions", "plainPath": "/cases/\(brief.id)",
        "isReturner": candidates.returners.contains(department),
        "isAsked": rejects, "label": texts("\(key).label", ["department": name]),
        "message": texts("\(key).done", ["case": brief.id.description, "department": name]),
      ]
      if rejects { data["ask"] = texts("desk.ask_reject", ["department": name]) }
      let record = history.ofCategory[department] ?? history.ofClass[department]
      data["figures"] = Self.figures(
        record, isSame: history.ofCategory[department] != nil, judged: request.view.network.assessment.inTime, texts)
      return data
    }
  }

  private static func words(_ ground: DeskCandidates.Ground, _ texts: PageTexts) -> String {
    switch ground {
    case .named: texts("desk.ground.named")
    case .rule(let name): texts("desk.ground.rule", ["rule": name])
    case .near(let name): texts("desk.ground.near", ["rule": name])
    case .category: texts("desk.ground.category")
    case .categoryClass: texts("desk.ground.class")
    }
  }

  private static func figures(
    _ record: DepartmentHistory.Record?, isSame: Bool, judged inTime: AssessmentPolicy.InTime?, _ texts: PageTexts
  ) -> PageData? {
    guard let record else { return nil }
    var data: PageData = [
      "dispatched": "\(record.dispatched)", "returned": "\(record.returned)",
      "scope": texts(isSame ? "desk.figures.category" : "desk.figures.class"),
    ]
    data["inTime"] = record.percentInTime.map { "\($0)%" }
    data["tone"] = record.percentInTime.flatMap { inTime?.tone($0) }
    return data
  }
}

extension AssessmentPolicy.InTime {
  /// How a share in time is shown, percent.
  func tone(_ percent: Int64) -> String { percent >= goodFrom ? "fine" : percent >= fairFrom ? "soon" : "late" }
}
