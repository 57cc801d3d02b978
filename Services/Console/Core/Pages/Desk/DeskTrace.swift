import Domain

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
