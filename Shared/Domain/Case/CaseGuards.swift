/// Whether a command may be carried out: the table's row first, then what the one action asks for beyond it.
enum CaseGuards {
  static func refusal(
    _ value: Case, _ row: CaseTransition, _ context: CaseMachine.Context, now: Instant
  ) -> CaseRefusal? {
    let obstacle = Self.obstacle(value, row, context, now: now)
    guard case .illegalTransition? = obstacle else { return obstacle }
    let allowed = CaseTransition.table.filter { Self.obstacle(value, $0, context, now: now) == nil }
    return .illegalTransition(state: value.state, allowed: allowed.map(\.action))
  }

  /// What stands in the way. An illegal transition does not yet name what is allowed instead: to find that out, the
  /// other rows are asked, which must not ask back.
  static func obstacle(
    _ value: Case, _ row: CaseTransition, _ context: CaseMachine.Context, now: Instant
  ) -> CaseRefusal? {
    let actor = context.actor
    guard let role = actor.role, row.roles.contains(role) else { return .notYourRole(row.action, actor.role) }
    guard row.from.contains(value.state) else { return .illegalTransition(state: value.state, allowed: []) }
    if role == .handler, let holder = row.holder, !holds(value, holder, actor.department) {
      return .notYourDepartment(value.lead?.department)
    }
    if let refusal = separation(value, row.action, actor) { return refusal }
    return special(value, row.action, context, now: now)
  }

  private static func holds(_ value: Case, _ holder: CaseTransition.Holder, _ department: DepartmentCode?) -> Bool {
    guard let department else { return false }
    switch holder {
    case .lead: return value.lead?.department == department
    case .leadOrPart: return value.involves(department)
    }
  }

  /// 巡办分离, 采办分离.
  private static func separation(_ value: Case, _ action: CaseAction, _ actor: Actor) -> CaseRefusal? {
    switch action {
    case .handle, .verifyReport: return actor.text == value.subject.finder ? .separationOfDuty : nil
    case .verify:
      let handlers = [value.handledBy, value.lead?.officer] + value.parts.flatMap { [$0.officer, $0.handledBy] }
      return handlers.contains(actor.text) ? .separationOfDuty : nil
    default: return nil
    }
  }

  private static func special(
    _ value: Case, _ action: CaseAction, _ context: CaseMachine.Context, now: Instant
  ) -> CaseRefusal? {
    let policy = context.policy.casePolicy
    let department = context.actor.department
    let part = value.lead?.department == department ? nil : department.flatMap { value.part(of: $0) }
    switch action {
    case .sign:
      let waits = part.map { $0.state == .assigned } ?? (value.state == .dispatched)
      return waits ? nil : .illegalTransition(state: value.state, allowed: [])
    case .return:
      let waits = part.map { $0.state == .assigned } ?? (value.state == .dispatched)
      guard waits else { return .illegalTransition(state: value.state, allowed: []) }
      if part?.appointed ?? (value.lead?.appointed == true) { return .appointed }
      return part == nil ? returnLimit(value, context.policy, now: now) : nil
    case .handle:
      let waits = part.map { $0.state == .signed } ?? (value.state == .signed)
      guard waits else { return .illegalTransition(state: value.state, allowed: []) }
      let waited = value.parts.filter(\.isOpen).map(\.department)
      return part == nil && isLastStage(value) && !waited.isEmpty ? .partsOpen(waited) : nil
    case .requestExtension: return extensionRequest(value, part, context, now: now)
    case .grantExtension, .refuseExtension:
      guard value.requests.contains(where: \.isExtension) else { return .nothingToDecide(action) }
      return grade(value, context).map { maySpeak(context, $0.grantedBy, action) } ?? nil
    case .suspend: return suspension(value, context)
    case .refuseSuspension:
      guard value.requests.contains(where: { !$0.isExtension }) else { return .nothingToDecide(action) }
      return policy.suspension.flatMap { maySpeak(context, $0.grantedBy, action) }
    case .revisit:
      let asked = policy.revisits.sources.isEmpty || policy.revisits.sources.contains(value.subject.source)
      if !asked { return .notProvided(action) }
      return value.rating == nil || value.rating == .unrated ? nil : .limitReached(action, limit: "1")
    case .supervise: return value.state == .closed && !value.mustSupervise ? .nothingToDecide(action) : nil
    case .answer:
      let waits = value.orders.contains { $0.awaitsAnswer && $0.department == department }
      return waits ? nil : .nothingToDecide(action)
    case .reopen:
      guard let within = policy.reopenWithin, let closedAt = value.closedAt else { return nil }
      let end = context.policy.calendar.advance(from: closedAt, by: within).at
      return now <= end ? nil : .limitReached(action, limit: within.description)
    case .appeal: return appeal(value, part, context, now: now)
    case .decideAppeal:
      guard value.appealBy != nil else { return .nothingToDecide(action) }
      return policy.appeals.flatMap { maySpeak(context, $0.decidedBy, action) }
    default: return nil
    }
  }

  private static func isLastStage(_ value: Case) -> Bool {
    guard let clock = value.runningClock(.handle) else { return true }
    return clock.stage == clock.stages.count - 1
  }

  private static func maySpeak(
    _ context: CaseMachine.Context, _ roles: Set<Role>, _ action: CaseAction
  ) -> CaseRefusal? {
    guard let role = context.actor.role, roles.contains(role) else { return .notYourRole(action, context.actor.role) }
    return nil
  }

  private static func returnLimit(_ value: Case, _ policy: NetworkPolicy, now: Instant) -> CaseRefusal? {
    guard value.counts.returns < policy.casePolicy.maxReturns else {
      return .limitReached(.return, limit: "\(policy.casePolicy.maxReturns)")
    }
    guard let within = policy.casePolicy.returnWithin, let dispatchedAt = value.dispatchedAt else { return nil }
    let end = policy.calendar.advance(from: dispatchedAt, by: within).at
    return now <= end ? nil : .limitReached(.return, limit: within.description)
  }

  /// The rule for the case's next extension; nil when there is none.
  static func grade(_ value: Case, _ context: CaseMachine.Context) -> ExtensionRule.Grade? {
    guard let rule = extensionRule(value, context), value.counts.extensions < rule.grades.count else { return nil }
    return rule.grades[value.counts.extensions]
  }

  private static func extensionRule(_ value: Case, _ context: CaseMachine.Context) -> ExtensionRule? {
    let traits = value.traits(policy: context.policy, text: context.text)
    return context.policy.casePolicy.extensions.first { context.policy.matches($0.condition, traits) }
  }

  private static func extensionRequest(
    _ value: Case, _ part: CasePart?, _ context: CaseMachine.Context, now: Instant
  ) -> CaseRefusal? {
    let works = part.map { $0.state == .signed } ?? (value.state == .signed)
    guard works else { return .illegalTransition(state: value.state, allowed: []) }
    guard let department = context.actor.department else { return .notYourDepartment(value.lead?.department) }
    guard value.request(of: department) == nil else { return .alreadyWaiting(.requestExtension) }
    guard let clock = value.runningClock(.handle, part == nil ? .whole : .part, of: part?.department) else {
      return .notProvided(.requestExtension)
    }
    guard let rule = extensionRule(value, context) else { return .notProvided(.requestExtension) }
    guard value.counts.extensions < rule.grades.count else {
      return .limitReached(.requestExtension, limit: "\(rule.grades.count)")
    }
    return now <= clock.dueAt ? nil : .limitReached(.requestExtension, limit: clock.limitText)
  }

  private static func suspension(_ value: Case, _ context: CaseMachine.Context) -> CaseRefusal? {
    guard let rule = context.policy.casePolicy.suspension else { return .notProvided(.suspend) }
    guard context.actor.role == .handler else { return maySpeak(context, rule.grantedBy, .suspend) }
    guard let department = context.actor.department, value.request(of: department) == nil else {
      return .alreadyWaiting(.suspend)
    }
    return nil
  }

  private static func appeal(
    _ value: Case, _ part: CasePart?, _ context: CaseMachine.Context, now: Instant
  ) -> CaseRefusal? {
    guard let rule = context.policy.casePolicy.appeals else { return .notProvided(.appeal) }
    guard value.appealBy == nil else { return .alreadyWaiting(.appeal) }
    guard value.counts.appeals < rule.max else { return .limitReached(.appeal, limit: "\(rule.max)") }
    if let closedAt = value.closedAt, value.state == .closed {
      let end = context.policy.calendar.advance(from: closedAt, by: rule.within).at
      return now <= end ? nil : .limitReached(.appeal, limit: rule.within.description)
    }
    let facts = part?.facts ?? value.facts
    return facts.isDisjoint(with: .late) ? .illegalTransition(state: value.state, allowed: []) : nil
  }

  static func checkDepartments(_ departments: [DepartmentCode], _ policy: NetworkPolicy) throws(CaseRefusal) {
    for department in departments where policy.departments[department] == nil { throw .unknownDepartment(department) }
  }

  static func checkSplit(_ category: CategoryCode?, _ unit: UnitCode?, _ policy: NetworkPolicy) throws(CaseRefusal) {
    if let category, policy.catalogue[category]?.fileable != true { throw .unknownCategory(category) }
    if let unit, !policy.units.isInForce(unit) { throw .unknownUnit(unit) }
  }
}
