/// What a caller can ask for; the names are the contract's.
public enum CaseAction: String, CaseIterable, Sendable {
  case verifyReport = "verify_report"
  case settleOnSpot = "settle_on_spot"
  case dispatch
  case redirect
  case sign
  case `return`
  case handle
  case verify
  case void
  case merge
  case comment
}

/// One row of the transition table (docs/case-machine.md draws it; `cases_state_known` in the database mirrors the
/// states). Guards that depend on more than state and role stand in ``CaseMachine``.
public struct CaseTransition: Sendable {
  public let action: CaseAction
  public let from: Set<CaseState>
  public let roles: Set<Role>
  /// Only by a member of the lead department.
  public let byLeadDepartment: Bool

  private init(_ action: CaseAction, from: Set<CaseState>, by roles: Set<Role>, leadDepartment: Bool = false) {
    self.action = action
    self.from = from
    self.roles = roles
    byLeadDepartment = leadDepartment
  }

  private static let open = Set(CaseState.allCases.filter(\.isOpen))
  private static let centre: Set<Role> = [.dispatcher, .supervisor]

  public static let table: [CaseTransition] = [
    CaseTransition(.verifyReport, from: [.reported], by: [.officer]),
    CaseTransition(.settleOnSpot, from: [.reported, .filed], by: [.officer]),
    CaseTransition(.dispatch, from: [.filed, .desk], by: centre),
    CaseTransition(.redirect, from: [.desk, .dispatched], by: centre),
    CaseTransition(.sign, from: [.dispatched], by: [.handler], leadDepartment: true),
    CaseTransition(.return, from: [.dispatched], by: [.handler], leadDepartment: true),
    CaseTransition(.handle, from: [.signed], by: [.handler], leadDepartment: true),
    CaseTransition(.verify, from: [.handled], by: [.officer, .dispatcher, .supervisor, .hotline]),
    CaseTransition(.void, from: open, by: centre),
    CaseTransition(.merge, from: [.reported, .filed, .desk, .dispatched, .signed], by: centre),
    CaseTransition(
      .comment, from: Set(CaseState.allCases),
      by: [.officer, .handler, .dispatcher, .supervisor, .hotline, .inspector, .admin]),
  ]

  public static func row(_ action: CaseAction) -> CaseTransition {
    guard let row = table.first(where: { $0.action == action }) else {
      preconditionFailure("the transition table has a row for every action; \(action) has none")
    }
    return row
  }
}
