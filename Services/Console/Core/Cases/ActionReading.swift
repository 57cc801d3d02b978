import Casework
import Domain
import HTTPTypes
import Operations
import Wire

/// Reads what a body asks of a case. The fields are those of `ActionField`.
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
      let genuine = fields.outcome(action)
      return .verifyReport(
        genuine: genuine, reason: genuine ? fields.text("reason") ?? "" : fields.requiredText("reason"))
    case .settleOnSpot:
      return .settleOnSpot(action: fields.requiredText("measure"), note: fields.note)
    case .dispatch:
      let (lead, assists) = dispatch(&fields)
      return .dispatch(lead: lead, assists: assists, note: fields.note)
    case .redirect:
      let (lead, assists) = dispatch(&fields)
      return .redirect(lead: lead, assists: assists, note: fields.note)
    case .sign: return .sign
    case .return:
      let responsible = fields.department("responsible")
      return .return(reason: fields.requiredText("reason"), responsible: responsible)
    case .contact: return .contact(reached: fields.outcome(action), note: fields.note)
    case .handle:
      return .handle(
        result: fields.requiredText("result"), checklist: fields.texts("checklist", separatedBy: ["；", ";"]),
        photos: distinct("photos", &fields))
    case .verify:
      let passed = fields.outcome(action)
      return .verify(
        passed: passed, note: passed ? fields.note : fields.requiredText("note"), photos: distinct("photos", &fields))
    case .void: return .void(reason: fields.requiredText("reason"))
    case .merge:
      let into = fields.requiredText("into")
      if let target = CaseID(into) { return .merge(into: target) }
      if !into.isEmpty { fields.fault("into", "malformed_case_id", "A case id is written <district>-<number>.") }
      return nil
    case .split:
      let category = fields.text("category").map { CategoryCode($0) }
      return .split(
        category: category, unit: fields.text("unit").map { UnitCode($0) }, note: fields.note,
        attachments: distinct("attachments", &fields))
    case .comment: return .comment(text: fields.requiredText("text"))
    case .requestExtension, .grantExtension, .refuseExtension, .suspend, .refuseSuspension, .resume:
      return moreTime(action, &fields)
    case .supervise, .answer, .coordinate, .appoint: return guidance(action, &fields)
    case .revisit, .reopen, .appeal, .decideAppeal, .reveal, .erase: return aftermath(action, &fields)
    }
  }

  private static func moreTime(_ action: CaseAction, _ fields: inout BodyFields) -> CaseCommand? {
    switch action {
    case .requestExtension:
      let limit = fields.limit("by")
      let reason = fields.requiredText("reason")
      return limit.map { .requestExtension(by: $0, reason: reason) }
    case .grantExtension: return .grantExtension(department: fields.department("department"))
    case .refuseExtension:
      return .refuseExtension(department: fields.department("department"), reason: fields.requiredText("reason"))
    case .suspend:
      let until = fields.moment("until")
      // Without an end the centre grants what was asked, and the reason that was given with it stands.
      return .suspend(until: until, reason: until == nil ? fields.text("reason") ?? "" : fields.requiredText("reason"))
    case .refuseSuspension: return .refuseSuspension(reason: fields.requiredText("reason"))
    default: return .resume(note: fields.note)
    }
  }

  private static func guidance(_ action: CaseAction, _ fields: inout BodyFields) -> CaseCommand? {
    switch action {
    case .supervise:
      let (form, note) = (fields.requiredText("form"), fields.note)
      let department = fields.department("department")
      return .supervise(form: form, note: note, department: department, jointly: distinct("jointly", &fields))
    case .answer: return .answer(order: fields.ordinal("order"), text: fields.requiredText("text"))
    case .coordinate:
      return .coordinate(
        outcome: fields.requiredText("outcome"), participants: departments("participants", &fields),
        excused: departments("excused", &fields))
    default:
      let lead = fields.department("department")
      let basis = fields.choice("basis", of: Appointment.Basis.self) ?? .appointed
      return .appoint(lead: lead, assists: assists(of: lead, &fields), basis: basis, note: fields.note)
    }
  }

  private static func aftermath(_ action: CaseAction, _ fields: inout BodyFields) -> CaseCommand? {
    switch action {
    case .revisit:
      _ = fields.requiredText("rating")
      let rating = fields.choice("rating", of: Satisfaction.self)
      let note = fields.note
      return rating.map { .revisit(rating: $0, note: note) }
    case .decideAppeal:
      return .decideAppeal(accepted: fields.outcome(action), reason: fields.requiredText("reason"))
    case .reopen: return .reopen(reason: fields.requiredText("reason"))
    case .appeal: return .appeal(reason: fields.requiredText("reason"))
    case .reveal: return .reveal(reason: fields.requiredText("reason"))
    default: return .erase(reason: fields.requiredText("reason"))
    }
  }

  private static func dispatch(_ fields: inout BodyFields) -> (lead: DepartmentCode, assists: [DepartmentCode]) {
    let lead = DepartmentCode(fields.requiredText("department"))
    return (lead, assists(of: lead, &fields))
  }

  private static func assists(of lead: DepartmentCode?, _ fields: inout BodyFields) -> [DepartmentCode] {
    let assists = departments("assists", &fields)
    if let lead, assists.contains(lead) {
      fields.fault("assists", "repeated", "Each department stands once, and not the lead.")
    }
    return assists
  }

  private static func departments(_ name: String, _ fields: inout BodyFields) -> [DepartmentCode] {
    distinct(name, &fields).map { DepartmentCode($0) }
  }

  private static func distinct(_ name: String, _ fields: inout BodyFields) -> [String] {
    let texts = fields.texts(name)
    if Set(texts).count < texts.count { fields.fault(name, "repeated", "Each entry stands once.") }
    return texts
  }
}

extension BodyFields {
  fileprivate var note: String {
    mutating get { text("note") ?? "" }
  }

  fileprivate mutating func department(_ name: String) -> DepartmentCode? { text(name).map { DepartmentCode($0) } }

  fileprivate mutating func outcome(_ action: CaseAction) -> Bool {
    let words = ActionField.outcome(of: action)
    return outcome("outcome", yes: words.yes, no: words.no)
  }
}
