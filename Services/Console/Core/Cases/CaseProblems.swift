import Casework
import Domain
import HTTPTypes
import Operations
import Wire

extension Problem {
  /// What the case machine refused, with what it would allow this caller instead.
  init(_ refusal: CaseRefusal, of command: CaseCommand, allowed: [CaseAction]) {
    if let fault = FieldFault(refusal, of: command) {
      self = .invalid([fault])
      code = refusal.code
      detail = fault.detail
      if case .unknownForm(_, let known) = refusal { extensions["known"] = .texts(known) }
      return
    }
    var allowed = allowed
    var members = JSONObject()
    let status: HTTPResponse.Status
    switch refusal {
    case .illegalTransition(let state, let actions):
      (status, allowed) = (.conflict, actions)
      members["state"] = .string(state.rawValue)
    case .notYourRole, .notYourDepartment: status = .forbidden
    case .limitReached(_, let limit):
      status = .conflict
      members["limit"] = .string(limit)
    case .partsOpen(let departments):
      status = .conflict
      members["open_parts"] = .texts(departments.map(\.text))
    case .closingStandard(let missing, let photos):
      status = .unprocessableContent
      members["missing"] = .texts(missing)
      members["photos_required"] = .integer(Int64(photos))
    default: status = .conflict
    }
    members["allowed_actions"] = .texts(allowed.map(\.rawValue))
    self.init(status, code: refusal.code, detail: Self.detail(refusal), extensions: members)
  }

  private static func detail(_ refusal: CaseRefusal) -> String {
    switch refusal {
    case .illegalTransition(let state, _): "A case that is \(state.rawValue) does not allow you this."
    case .notYourRole(let action, _): "Your role may not do \(action.rawValue)."
    case .notYourDepartment(let lead):
      lead.map { "Only \($0), which leads the case, or a department with an open part in it may do this." }
        ?? "Only the department concerned may do this."
    case .separationOfDuty: "Whoever found or verifies a case does not handle it, and the other way round."
    case .limitReached(let action, let limit): "\(action.rawValue) has reached its limit of \(limit)."
    case .notProvided(let action): "The policy of this network has no \(action.rawValue) for such a case as it stands."
    case .mergeTarget(let target): "A case cannot be merged into \(target): it is itself, over, or unknown."
    case .appointed: "The centre appointed the department: it cannot return the case."
    case .partsOpen(let departments):
      "The parts of \(list(departments.map(\.text))) are open: they must hand in their results or be excused first."
    case .closingStandard(let missing, let photos):
      missing.isEmpty
        ? "The closing standard asks for \(photos) photographs."
        : "The closing standard is not met: \(list(missing)) must be confirmed, with \(photos) photographs."
    case .nothingToDecide(let action): "Nothing waits for \(action.rawValue)."
    case .alreadyWaiting(let action): "What \(action.rawValue) asks for waits for its decision already."
    case .unknownDepartment, .endNotLater, .unknownForm, .unknownCategory, .unknownUnit:
      preconditionFailure("what is wrong with one field is told as its fault")
    }
  }

  /// 412: someone was faster; this is how the case stands and what may be done to it now.
  static func stale(_ current: LoadedCase, allowed: [CaseAction]) -> Problem {
    var problem = Problem.stale(current: current.value.version)
    problem.extensions["state"] = .string(current.value.state.rawValue)
    problem.extensions["allowed_actions"] = .texts(allowed.map(\.rawValue))
    return problem
  }

  static func unknownAttachments(_ ids: [String], field: String) -> Problem {
    Problem(
      .unprocessableContent, code: "unknown_attachment", detail: "Some of these are not attachments for this case.",
      errors: ids.map {
        FieldFault(
          field: field, code: "unknown_attachment",
          detail: "There is no attachment \($0.prefix(80)), or it belongs to another case.")
      })
  }

  private static func list(_ texts: [String]) -> String { texts.joined(separator: ", ") }
}

extension Problem.FieldFault {
  /// Nil where more is wrong than a field.
  fileprivate init?(_ refusal: CaseRefusal, of command: CaseCommand) {
    let (field, detail): (String, String)
    switch refusal {
    case .unknownDepartment(let code):
      (field, detail) = (command.field(naming: code), "There is no department \(code.text.prefix(40)).")
    case .unknownCategory(let code):
      (field, detail) = ("category", "No case can be filed in a category \(code.text.prefix(40)).")
    case .unknownUnit(let code): (field, detail) = ("unit", "The network has no unit \(code.text.prefix(40)).")
    case .unknownForm(_, let known): (field, detail) = ("form", "Known are \(known.joined(separator: ", ")).")
    case .endNotLater: (field, detail) = ("until", "The end must lie after now.")
    default: return nil
    }
    self.init(field: field, code: refusal.code, detail: detail)
  }
}

extension CaseCommand {
  /// The field that holds the department.
  fileprivate func field(naming department: DepartmentCode) -> String {
    switch self {
    case .return: "responsible"
    case .coordinate(_, let participants, _): participants.contains(department) ? "participants" : "excused"
    case .dispatch(_, let assists, _), .redirect(_, let assists, _), .appoint(_, let assists, _, _):
      assists.contains(department) ? "assists" : "department"
    default: "department"
    }
  }
}

extension JSONValue {
  fileprivate static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
