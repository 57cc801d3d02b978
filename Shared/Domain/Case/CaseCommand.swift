/// What someone asks of a case, with the fields of that action.
public enum CaseCommand: Sendable, Hashable {
  case verifyReport(genuine: Bool, reason: String)
  case settleOnSpot(action: String, note: String)
  case dispatch(lead: DepartmentCode, assists: [DepartmentCode], note: String)
  case redirect(lead: DepartmentCode, assists: [DepartmentCode], note: String)
  case sign
  case `return`(reason: String, responsible: DepartmentCode?)
  case contact(reached: Bool, note: String)
  case requestExtension(by: Limit, reason: String)
  /// `department` names whose request it is, where more than one waits.
  case grantExtension(department: DepartmentCode?)
  case refuseExtension(department: DepartmentCode?, reason: String)
  /// A handler asks; of the centre, without `until` it grants what was asked.
  case suspend(until: Instant?, reason: String)
  case refuseSuspension(reason: String)
  case resume(note: String)
  case handle(result: String, checklist: [String] = [], photos: [String] = [])
  case verify(passed: Bool, note: String, photos: [String] = [])
  case revisit(rating: Satisfaction, note: String)
  case supervise(form: String, note: String, department: DepartmentCode?, jointly: [String])
  case answer(order: Int32?, text: String)
  case coordinate(outcome: String, participants: [DepartmentCode], excused: [DepartmentCode])
  case appoint(lead: DepartmentCode?, assists: [DepartmentCode], basis: Appointment.Basis, note: String)
  case merge(into: CaseID)
  /// `category` of the case that is split off; nil: the same.
  /// `attachments` of the case go along; those that are not named stay.
  case split(category: CategoryCode?, unit: UnitCode?, note: String, attachments: [String] = [])
  case void(reason: String)
  case reopen(reason: String)
  case appeal(reason: String)
  case decideAppeal(accepted: Bool, reason: String)
  case reveal(reason: String)
  case erase(reason: String)
  case comment(text: String)

  public var action: CaseAction {
    switch self {
    case .verifyReport: .verifyReport
    case .settleOnSpot: .settleOnSpot
    case .dispatch: .dispatch
    case .redirect: .redirect
    case .sign: .sign
    case .return: .return
    case .contact: .contact
    case .requestExtension: .requestExtension
    case .grantExtension: .grantExtension
    case .refuseExtension: .refuseExtension
    case .suspend: .suspend
    case .refuseSuspension: .refuseSuspension
    case .resume: .resume
    case .handle: .handle
    case .verify: .verify
    case .revisit: .revisit
    case .supervise: .supervise
    case .answer: .answer
    case .coordinate: .coordinate
    case .appoint: .appoint
    case .merge: .merge
    case .split: .split
    case .void: .void
    case .reopen: .reopen
    case .appeal: .appeal
    case .decideAppeal: .decideAppeal
    case .reveal: .reveal
    case .erase: .erase
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
  /// Only the lead department may, or one that has an open part in it.
  case notYourDepartment(DepartmentCode?)
  /// Whoever found or verifies a case never handles it (巡办分离), and the other way round.
  case separationOfDuty
  /// Done as often as the policy allows, too late, or for too long.
  case limitReached(CaseAction, limit: String)
  /// The policy of this network does not know it, e.g. extensions for such a case.
  case notProvided(CaseAction)
  case unknownDepartment(DepartmentCode)
  /// A case cannot be merged into itself or into one that is over.
  case mergeTarget(CaseID)
  /// The centre appointed the department: it cannot return the case.
  case appointed
  /// These assisting departments have neither handed in their parts nor been excused.
  case partsOpen([DepartmentCode])
  /// The closing standard asks for these items and so many photographs.
  case closingStandard(missing: [String], photos: Int)
  /// Nothing of that kind waits: no request to decide, no order to answer, no appeal; or it is waiting already.
  case nothingToDecide(CaseAction)
  case alreadyWaiting(CaseAction)
  /// An end that is not after now.
  case endNotLater
  case unknownForm(String, known: [String])
  case unknownCategory(CategoryCode)
  case unknownUnit(UnitCode)

  /// The `code` of the problem document.
  public var code: String {
    switch self {
    case .illegalTransition: "illegal_transition"
    case .notYourRole: "forbidden_action"
    case .notYourDepartment: "not_your_department"
    case .separationOfDuty: "separation_of_duty"
    case .limitReached: "limit_reached"
    case .notProvided: "not_provided"
    case .unknownDepartment: "unknown_department"
    case .mergeTarget: "merge_target"
    case .appointed: "appointed"
    case .partsOpen: "parts_open"
    case .closingStandard: "closing_standard"
    case .nothingToDecide: "nothing_to_decide"
    case .alreadyWaiting: "already_waiting"
    case .endNotLater: "end_not_later"
    case .unknownForm: "unknown_form"
    case .unknownCategory: "unknown_category"
    case .unknownUnit: "unknown_unit"
    }
  }
}
