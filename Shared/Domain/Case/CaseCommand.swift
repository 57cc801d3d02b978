/// What someone asks of a case, with the fields of that action.
public enum CaseCommand: Sendable, Hashable {
  case verifyReport(genuine: Bool, reason: String)
  case settleOnSpot(action: String, note: String)
  case dispatch(lead: DepartmentCode, assists: [DepartmentCode], note: String)
  case redirect(lead: DepartmentCode, assists: [DepartmentCode], note: String)
  case sign
  case `return`(reason: String, responsible: DepartmentCode?)
  case handle(result: String)
  case verify(passed: Bool, note: String)
  case void(reason: String)
  case merge(into: CaseID)
  case comment(text: String)

  public var action: CaseAction {
    switch self {
    case .verifyReport: .verifyReport
    case .settleOnSpot: .settleOnSpot
    case .dispatch: .dispatch
    case .redirect: .redirect
    case .sign: .sign
    case .return: .return
    case .handle: .handle
    case .verify: .verify
    case .void: .void
    case .merge: .merge
    case .comment: .comment
    }
  }
}

/// Why a command was not carried out. Nothing has changed.
public enum CaseRefusal: Error, Sendable, Hashable {
  /// The case's state does not allow it; these actions it does allow to this caller.
  case illegalTransition(state: CaseState, allowed: [CaseAction])
  /// The caller's role may never do this.
  case notYourRole(CaseAction, Role?)
  /// Only the lead department may.
  case notYourDepartment(DepartmentCode?)
  /// Whoever found or verifies a case never handles it (巡办分离), and the other way round.
  case separationOfDuty
  /// Done as often as the policy allows, or too late.
  case limitReached(CaseAction, limit: String)
  case unknownDepartment(DepartmentCode)
  /// A case cannot be merged into itself or into one that is over.
  case mergeTarget(CaseID)

  /// The `code` of the problem document.
  public var code: String {
    switch self {
    case .illegalTransition: "illegal_transition"
    case .notYourRole: "forbidden_action"
    case .notYourDepartment: "not_your_department"
    case .separationOfDuty: "separation_of_duty"
    case .limitReached: "limit_reached"
    case .unknownDepartment: "unknown_department"
    case .mergeTarget: "merge_target"
    }
  }
}
