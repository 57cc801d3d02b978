/// Decides what a command does to a case. Pure: the same case, command, caller, policy and time give the same events.
public enum CaseMachine {
  /// The events that carry the command out, and the case after them; throws ``CaseRefusal`` and changes nothing when
  /// it may not be. The table is asked first (state, role, department), then the guards of the one action.
  ///
  /// - Parameter text: the lower-cased description, where the policy's conditions read it.
  public static func decide(
    _ value: Case, _ command: CaseCommand, by actor: Actor, policy: NetworkPolicy, now: Instant, text: String = ""
  ) throws(CaseRefusal) -> CaseDraft {
    try check(value, command.action, by: actor)
    var draft = CaseDraft(value, actor: actor.text, now: now)
    switch command {
    case .verifyReport(let genuine, let reason):
      verifyReport(&draft, genuine: genuine, reason: reason)
    case .settleOnSpot(let action, let note):
      settleOnSpot(&draft, action: action, note: note)
    case .dispatch(let lead, let assists, let note), .redirect(let lead, let assists, let note):
      try checkDepartments([lead] + assists, policy)
      let dispatch = Dispatch(
        lead: lead, assists: assists, rule: nil, note: note, policyVersion: policy.version)
      send(&draft, dispatch, policy: policy, text: text)
    case .sign:
      draft.record(.signed, state: .signed, adding: .signed, clocks: draft.stopping(.sign))
    case .return(let reason, let responsible):
      try checkReturn(value, policy, at: draft.now)
      if let responsible { try checkDepartments([responsible], policy) }
      sendBack(&draft, reason: reason, responsible: responsible, policy: policy, text: text)
    case .handle(let result):
      handle(&draft, result: result, policy: policy, text: text)
    case .verify(let passed, let note):
      verify(&draft, passed: passed, note: note, policy: policy, text: text)
    case .void(let reason):
      draft.record(
        .voided(reason: reason), state: .void, removing: .valid, clocks: cancelEverything(draft))
    case .merge(let target):
      draft.record(
        .merged(.into(target)), state: .merged, removing: .valid, clocks: cancelEverything(draft))
    case .comment(let text):
      draft.record(.commented(text: text))
    }
    return draft
  }

  /// What this caller may do to this case now; the guards that need the fields of the action are asked later.
  public static func allowedActions(_ value: Case, by actor: Actor) -> [CaseAction] {
    CaseTransition.table.filter { refusal(value, $0, by: actor) == nil }.map(\.action)
  }

  /// The other side of a merge: this case takes in the one that ended in it.
  public static func absorb(
    _ value: Case, id: CaseID, _ other: CaseID, by actor: Actor, now: Instant
  ) throws(CaseRefusal) -> CaseDraft {
    guard value.state.isOpen, id != other else { throw .mergeTarget(id) }
    var draft = CaseDraft(value, actor: actor.text, now: now)
    draft.record(.merged(.absorbed(other)))
    return draft
  }

  /// What the dispatcher's rules decided for a filed case: a department, or a desk where a person decides.
  public static func route(
    _ value: Case, _ decision: RoutingDecision, by actor: Actor, policy: NetworkPolicy, now: Instant, text: String = ""
  ) -> CaseDraft? {
    guard value.state == .filed else { return nil }
    var draft = CaseDraft(value, actor: actor.text, now: now)
    switch decision {
    case .department(let rule):
      let dispatch = Dispatch(
        lead: rule.lead, assists: rule.assists, rule: rule.name, note: "", policyVersion: policy.version)
      send(&draft, dispatch, policy: policy, text: text)
    case .desk:
      desk(&draft, .unroutable, note: "", policy: policy, text: text)
    }
    return draft
  }
}

// MARK: Guards

extension CaseMachine {
  private static func check(_ value: Case, _ action: CaseAction, by actor: Actor) throws(CaseRefusal) {
    if let refusal = refusal(value, CaseTransition.row(action), by: actor) { throw refusal }
  }

  private static func refusal(_ value: Case, _ row: CaseTransition, by actor: Actor) -> CaseRefusal? {
    guard let role = actor.role, row.roles.contains(role) else { return .notYourRole(row.action, actor.role) }
    guard row.from.contains(value.state) else {
      let allowed = CaseTransition.table
        .filter { $0.from.contains(value.state) && refusal(value, $0, by: actor) == nil }.map(\.action)
      return .illegalTransition(state: value.state, allowed: allowed)
    }
    if row.byLeadDepartment, actor.department == nil || actor.department != value.lead?.department {
      return .notYourDepartment(value.lead?.department)
    }
    switch row.action {
    case .handle where actor.text == value.subject.finder: return .separationOfDuty
    case .verify where actor.text == value.handledBy || actor.text == value.lead?.officer: return .separationOfDuty
    case .verifyReport where actor.text == value.subject.finder: return .separationOfDuty
    default: return nil
    }
  }

  private static func checkDepartments(
    _ departments: [DepartmentCode], _ policy: NetworkPolicy
  ) throws(CaseRefusal) {
    for department in departments where policy.departments[department] == nil { throw .unknownDepartment(department) }
  }

  private static func checkReturn(_ value: Case, _ policy: NetworkPolicy, at now: Instant) throws(CaseRefusal) {
    guard value.counts.returns < policy.casePolicy.maxReturns else {
      throw .limitReached(.return, limit: "\(policy.casePolicy.maxReturns)")
    }
    guard let within = policy.casePolicy.returnWithin, let dispatchedAt = value.dispatchedAt else { return }
    guard now <= policy.calendar.advance(from: dispatchedAt, by: within).at else {
      throw .limitReached(.return, limit: within.description)
    }
  }
}

// MARK: Effects

extension CaseMachine {
  private static func verifyReport(_ draft: inout CaseDraft, genuine: Bool, reason: String) {
    let clocks = draft.stopping(.verify)
    if genuine {
      draft.record(.filed(draft.value.filing), state: .filed, adding: [.filed, .valid], clocks: clocks)
    } else {
      draft.record(.rejected(reason: reason), state: .void, clocks: clocks)
    }
  }

  private static func settleOnSpot(_ draft: inout CaseDraft, action: String, note: String) {
    if draft.value.state == .reported { verifyReport(&draft, genuine: true, reason: "") }
    draft.record(.closed(.onSpot(action: action, note: note)), state: .closed, adding: [.closed, .onSpot])
  }

  /// Sends the case to its department and starts the clocks of signing and handling.
  private static func send(
    _ draft: inout CaseDraft, _ dispatch: Dispatch, policy: NetworkPolicy, text: String
  ) {
    var clocks = draft.stopping(.decide) + draft.stopping(.sign, .handle, cancelled: true)
    clocks += departmentClocks(draft, dispatch.lead, policy: policy, text: text)
    draft.record(.dispatched(dispatch), state: .dispatched, adding: .dispatched, clocks: clocks)
  }

  private static func departmentClocks(
    _ draft: CaseDraft, _ department: DepartmentCode?, policy: NetworkPolicy, text: String
  ) -> [CaseClock] {
    let traits = draft.value.traits(policy: policy, text: text)
    return [ClockName.sign, .handle].compactMap { name in
      CaseClock.start(
        name, for: traits, department: department, version: draft.value.nextClockVersion(name), at: draft.now,
        policy: policy)
    }
  }

  private static func desk(
    _ draft: inout CaseDraft, _ reason: DeskReason, note: String, policy: NetworkPolicy, text: String
  ) {
    let clock = CaseClock.start(
      .decide, for: draft.value.traits(policy: policy, text: text), department: nil,
      version: draft.value.nextClockVersion(.decide), at: draft.now, policy: policy)
    draft.record(.desked(reason: reason, note: note), state: .desk, clocks: [clock].compactMap { $0 })
  }

  private static func sendBack(
    _ draft: inout CaseDraft, reason: String, responsible: DepartmentCode?, policy: NetworkPolicy,
    text: String
  ) {
    let clocks = draft.stopping(.sign, .handle, cancelled: true)
    draft.record(
      .returned(reason: reason, responsible: responsible), state: .desk, adding: .returned, clocks: clocks)
    desk(&draft, .returned, note: reason, policy: policy, text: text)
  }

  /// Hands in the result of the stage now running; after the last one the result waits for verification.
  private static func handle(_ draft: inout CaseDraft, result: String, policy: NetworkPolicy, text: String) {
    let running = draft.value.runningClock(.handle)
    let stage = running?.stage ?? 0
    if var clock = running, clock.stage < clock.stages.count - 1 {
      clock.stage += 1
      draft.record(.handled(result: result, stage: stage, isFinal: false), clocks: [clock])
      return
    }
    let verify = CaseClock.start(
      .verify, for: draft.value.traits(policy: policy, text: text), department: nil,
      version: draft.value.nextClockVersion(.verify), at: draft.now, policy: policy)
    draft.record(
      .handled(result: result, stage: stage, isFinal: true), state: .handled, adding: .handled,
      clocks: draft.stopping(.handle) + [verify].compactMap { $0 })
  }

  private static func verify(
    _ draft: inout CaseDraft, passed: Bool, note: String, policy: NetworkPolicy, text: String
  ) {
    let clocks = draft.stopping(.verify)
    draft.record(.verified(passed: passed, note: note), clocks: clocks)
    if passed {
      let inTime: CaseFacts = draft.value.facts.contains(.lateHandle) ? [] : .onTimeClose
      draft.record(.closed(.verified), state: .closed, adding: inTime.union(.closed))
    } else {
      draft.record(
        .reworked(note: note), state: .dispatched, adding: .reworked,
        removing: [.handled, .onTimeHandle, .signed, .onTimeSign],
        clocks: departmentClocks(draft, draft.value.lead?.department, policy: policy, text: text))
    }
  }

  private static func cancelEverything(_ draft: CaseDraft) -> [CaseClock] {
    draft.value.clocks.filter(\.isRunning).map { $0.stopped(at: draft.now, cancelled: true) }
  }
}
