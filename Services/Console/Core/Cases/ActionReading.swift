import Domain
import HTTPTypes
import Operations
import Wire

/// Reads what a body asks of a case.
enum ActionReading {
  /// - Throws: 422 `unknown_action`, or with every field that is missing or not valid.
  static func command(_ value: JSONValue) throws(Problem) -> CaseCommand {
    var fields = try BodyFields(value)
    let name = fields.requiredText("action")
    try fields.finish()
    guard let action = CaseAction(rawValue: name) else { throw unknown(name) }
    let command = command(action, &fields)
    try fields.finish()
    guard let command else { throw .invalid(fields.faults) }
    return command
  }

  private static func unknown(_ name: String) -> Problem {
    let known = CaseAction.allCases.map { JSONValue.string($0.rawValue) }
    return Problem(
      .unprocessableContent, code: "unknown_action",
      detail: "This version does not know the action \(name.prefix(40)).", extensions: ["known": .array(known)])
  }

  /// Nil only where a fault was noted.
  private static func command(_ action: CaseAction, _ fields: inout BodyFields) -> CaseCommand? {
    switch action {
    case .verifyReport:
      let genuine = fields.outcome("outcome", yes: "pass", no: "fail")
      let reason = genuine ? fields.text("reason") ?? "" : fields.requiredText("reason")
      return .verifyReport(genuine: genuine, reason: reason)
    case .settleOnSpot:
      return .settleOnSpot(action: fields.requiredText("measure"), note: fields.text("note") ?? "")
    case .dispatch:
      let (lead, assists, note) = dispatch(&fields)
      return .dispatch(lead: lead, assists: assists, note: note)
    case .redirect:
      let (lead, assists, note) = dispatch(&fields)
      return .redirect(lead: lead, assists: assists, note: note)
    case .sign: return .sign
    case .return:
      let responsible = fields.text("responsible").map { DepartmentCode($0) }
      return .return(reason: fields.requiredText("reason"), responsible: responsible)
    case .handle: return .handle(result: fields.requiredText("result"))
    case .verify:
      let passed = fields.outcome("outcome", yes: "pass", no: "fail")
      return .verify(passed: passed, note: passed ? fields.text("note") ?? "" : fields.requiredText("note"))
    case .void: return .void(reason: fields.requiredText("reason"))
    case .merge:
      let into = fields.requiredText("into")
      if let target = CaseID(into) { return .merge(into: target) }
      if !into.isEmpty { fields.fault("into", "malformed_case_id", "A case id is written <district>-<number>.") }
      return nil
    case .comment: return .comment(text: fields.requiredText("text"))
    }
  }

  private static func dispatch(
    _ fields: inout BodyFields
  ) -> (lead: DepartmentCode, assists: [DepartmentCode], note: String) {
    let lead = DepartmentCode(fields.requiredText("department"))
    let assists = fields.texts("assists").map { DepartmentCode($0) }
    if assists.contains(lead) || Set(assists).count < assists.count {
      fields.fault("assists", "repeated", "Each department stands once, and not the lead.")
    }
    return (lead, assists, fields.text("note") ?? "")
  }
}
