/// What a caller can ask for; the names are the contract's.
public enum CaseAction: String, CaseIterable, Sendable {
  case verifyReport = "verify_report"
  case settleOnSpot = "settle_on_spot"
  case dispatch
  case redirect
  case sign
  case `return`
  case contact
  case requestExtension = "request_extension"
  case grantExtension = "grant_extension"
  case refuseExtension = "refuse_extension"
  case suspend
  case refuseSuspension = "refuse_suspension"
  case resume
  case handle
  case verify
  case revisit
  case supervise
  case answer
  case coordinate
  case appoint
  case merge
  case split
  case void
  case reopen
  case appeal
  case decideAppeal = "decide_appeal"
  case reveal
  case erase
  case comment
}

/// One row of the transition table (docs/case-machine.md draws it; `cases_state_known` in the database mirrors the
/// states). Guards that depend on more than state, role and department stand in `CaseGuards`.
public struct CaseTransition: Sendable {
  /// Which department a handler must belong to.
  public enum Holder: String, Sendable {
    case lead
    /// The lead department, or an assisting one for its own part.
    case leadOrPart = "lead or part"
  }

  public let action: CaseAction
  public let from: Set<CaseState>
  public let roles: Set<Role>
  /// Asked of handlers only: people of the centre act for no department.
  public let holder: Holder?

  private init(_ action: CaseAction, from: Set<CaseState>, by roles: Set<Role>, holder: Holder? = nil) {
    self.action = action
    self.from = from
    self.roles = roles
    self.holder = holder
  }

  private static let all = Set(CaseState.allCases)
  private static let open = Set(CaseState.allCases.filter(\.isOpen))
  private static let withDepartment: Set<CaseState> = [.dispatched, .signed]
  private static let centre: Set<Role> = [.dispatcher, .supervisor]

  public static let table: [CaseTransition] = [
    CaseTransition(.verifyReport, from: [.reported], by: [.officer]),
    CaseTransition(.settleOnSpot, from: [.reported, .filed], by: [.officer]),
    CaseTransition(.dispatch, from: [.filed, .desk], by: centre),
    CaseTransition(.redirect, from: [.desk, .dispatched], by: centre),
    CaseTransition(.sign, from: withDepartment, by: [.handler], holder: .leadOrPart),
    CaseTransition(.return, from: withDepartment, by: [.handler], holder: .leadOrPart),
    CaseTransition(.contact, from: [.dispatched, .signed, .handled], by: [.handler, .hotline], holder: .lead),
    CaseTransition(.requestExtension, from: withDepartment, by: [.handler], holder: .leadOrPart),
    CaseTransition(.grantExtension, from: withDepartment, by: centre),
    CaseTransition(.refuseExtension, from: withDepartment, by: centre),
    CaseTransition(.suspend, from: [.signed], by: centre.union([.handler]), holder: .lead),
    CaseTransition(.refuseSuspension, from: [.signed], by: centre),
    CaseTransition(.resume, from: [.suspended], by: centre.union([.handler]), holder: .lead),
    CaseTransition(.handle, from: withDepartment, by: [.handler], holder: .leadOrPart),
    CaseTransition(.verify, from: [.handled], by: [.officer, .dispatcher, .supervisor, .hotline]),
    CaseTransition(.revisit, from: [.closed], by: [.hotline]),
    CaseTransition(.supervise, from: open.union([.closed]), by: centre.union([.hotline])),
    CaseTransition(.answer, from: all, by: [.handler], holder: .leadOrPart),
    CaseTransition(.coordinate, from: withDepartment.union([.desk]), by: centre),
    CaseTransition(.appoint, from: withDepartment.union([.desk]), by: centre),
    CaseTransition(.merge, from: [.reported, .filed, .desk, .dispatched, .signed], by: centre),
    CaseTransition(.split, from: [.filed, .desk, .dispatched, .signed], by: centre),
    CaseTransition(.void, from: open, by: centre),
    CaseTransition(.reopen, from: [.closed], by: centre.union([.hotline])),
    CaseTransition(
      .appeal, from: [.dispatched, .signed, .suspended, .handled, .closed], by: [.handler], holder: .leadOrPart),
    CaseTransition(.decideAppeal, from: all, by: [.inspector, .supervisor]),
    CaseTransition(.reveal, from: all, by: [.officer, .handler, .dispatcher, .supervisor, .hotline, .inspector]),
    CaseTransition(.erase, from: all, by: [.supervisor, .admin]),
    CaseTransition(
      .comment, from: all, by: [.officer, .handler, .dispatcher, .supervisor, .hotline, .inspector, .admin]),
  ]

  public static func row(_ action: CaseAction) -> CaseTransition {
    guard let row = table.first(where: { $0.action == action }) else {
      preconditionFailure("the transition table has a row for every action; \(action) has none")
    }
    return row
  }
}
