/// Decides what a command does to a case. Pure: the same case, command, caller, policy and time give the same events.
public enum CaseMachine {
  /// The events that carry the command out, and the case after them; throws ``CaseRefusal`` and changes nothing when
  /// it may not be. The table is asked first (state, role, department), then the guards of the one action.
  ///
  /// What a command does to a second case is asked for with ``absorb(_:id:_:by:now:)`` and
  /// ``splitOff(_:id:into:_:by:policy:now:)``; of a split this says only whether it may be.
  ///
  /// - Parameter text: the lower-cased description, where the policy's conditions read it.
  public static func decide(
    _ value: Case, _ command: CaseCommand, by actor: Actor, policy: NetworkPolicy, now: Instant, text: String = ""
  ) throws(CaseRefusal) -> CaseDraft {
    let context = Context(actor: actor, policy: policy, text: text)
    var draft = CaseDraft(value, actor: actor.text, now: now)
    if let refusal = CaseGuards.refusal(value, CaseTransition.row(command.action), context, now: draft.now) {
      throw refusal
    }
    switch command {
    case .verifyReport(let genuine, let reason): draft.verifyReport(genuine: genuine, reason: reason)
    case .settleOnSpot(let action, let note): draft.settleOnSpot(action: action, note: note)
    case .dispatch(let lead, let assists, let note), .redirect(let lead, let assists, let note):
      try CaseGuards.checkDepartments([lead] + assists, policy)
      draft.send(to: lead, assists: assists, rule: nil, note: note, context)
    case .sign: draft.sign(context)
    case .return(let reason, let responsible):
      if let responsible { try CaseGuards.checkDepartments([responsible], policy) }
      draft.sendBack(reason: reason, responsible: responsible, context)
    case .contact(let reached, let note): draft.contact(reached: reached, note: note)
    case .requestExtension(let by, let reason): try draft.requestExtension(by: by, reason: reason, context)
    case .grantExtension(let department): try draft.grantExtension(department, context)
    case .refuseExtension(let department, let reason):
      try draft.refuseExtension(department, reason: reason)
    case .suspend(let until, let reason): try draft.suspend(until: until, reason: reason, context)
    case .refuseSuspension(let reason): draft.refuseSuspension(reason: reason)
    case .resume(let note): draft.resume(note: note, at: draft.now, context)
    case .handle(let result, let checklist, let photos):
      try draft.handle(result: result, checklist: checklist, photos: photos, context)
    case .verify(let passed, let note, let photos):
      draft.verify(passed: passed, note: note, photos: photos, context)
    case .revisit(let rating, let note): draft.revisit(rating, note: note, context)
    case .supervise(let form, let note, let department, let jointly):
      try draft.supervise(form: form, note: note, department: department, jointly: jointly, context)
    case .answer(let order, let text): try draft.answer(order: order, text: text, context)
    case .coordinate(let outcome, let participants, let excused):
      try CaseGuards.checkDepartments(participants + excused, policy)
      try draft.coordinate(outcome: outcome, participants: participants, excused: excused)
    case .appoint(let lead, let assists, let basis, let note):
      try CaseGuards.checkDepartments([lead].compactMap { $0 } + assists, policy)
      try draft.appoint(lead: lead, assists: assists, basis: basis, note: note, context)
    case .merge(let target):
      draft.record(
        .merged(.into(target)), state: .merged, removing: .valid, clocks: draft.callingOff(Set(ClockMatter.allCases)))
    case .split(let category, let unit, _, _): try CaseGuards.checkSplit(category, unit, policy)
    case .void(let reason):
      draft.record(
        .voided(reason: reason), state: .void, removing: .valid,
        clocks: draft.callingOff(Set(ClockMatter.allCases)))
    case .reopen(let reason): draft.reopen(reason: reason, context)
    case .appeal(let reason): draft.appeal(reason: reason, context)
    case .decideAppeal(let accepted, let reason): draft.decideAppeal(accepted: accepted, reason: reason)
    case .reveal(let reason): draft.record(.revealed(reason: reason))
    case .erase(let reason): draft.record(.erased(reason: reason))
    case .comment(let text): draft.record(.commented(text: text))
    }
    return draft
  }

  /// What this caller may do to this case now. Guards that need the fields of the action are asked when it is done.
  ///
  /// - Parameter text: as for ``decide(_:_:by:policy:now:text:)``; without it extensions are answered as if nothing had
  ///   been described.
  public static func allowedActions(
    _ value: Case, by actor: Actor, policy: NetworkPolicy, now: Instant, text: String = ""
  ) -> [CaseAction] {
    let context = Context(actor: actor, policy: policy, text: text)
    return CaseTransition.table.filter { CaseGuards.obstacle(value, $0, context, now: now) == nil }.map(\.action)
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

  /// Both sides of a split: the case that stays, and the one that begins, filed anew and waiting for the rules. Its
  /// reporters are those of the first. The command must have been decided before.
  public static func splitOff(
    _ value: Case, id: CaseID, into other: CaseID, category: CategoryCode?, unit: UnitCode?,
    attachments: [String] = [], by actor: Actor, policy: NetworkPolicy, now: Instant
  ) -> (stays: CaseDraft, begins: CaseDraft) {
    var stays = CaseDraft(value, actor: actor.text, now: now)
    stays.record(.split(.into(other, attachments: attachments)))
    let old = value.subject
    let filing = Filing(
      point: unit == nil ? value.filing.point : nil, reading: unit == nil ? value.filing.reading : nil,
      occurredAt: value.filing.occurredAt, contentDigest: value.filing.contentDigest, policyVersion: policy.version)
    let subject = CaseSubject(
      unit: unit ?? old.unit, category: category ?? old.category, source: old.source, filedAt: stays.now,
      finder: old.finder, priority: old.priority, layers: unit == nil ? old.layers : [])
    var begins = CaseDraft(
      beginning: .filed(filing), subject: subject, actor: actor.text, now: stays.now, clocks: [])
    begins.record(.split(.from(id, attachments: attachments)))
    return (stays, begins)
  }

  /// What the dispatcher's rules decided for a filed case: a department, or a desk where a person decides.
  public static func route(
    _ value: Case, _ decision: RoutingDecision, by actor: Actor, policy: NetworkPolicy, now: Instant, text: String = ""
  ) -> CaseDraft? {
    guard value.state == .filed else { return nil }
    let context = Context(actor: actor, policy: policy, text: text)
    var draft = CaseDraft(value, actor: actor.text, now: now)
    switch decision {
    case .department(let rule):
      draft.send(to: rule.lead, assists: rule.assists, rule: rule.name, note: "", context)
    case .desk: draft.desk(.unroutable, note: "", context)
    }
    return draft
  }

  /// Wakes a case whose suspension has run out; nil when it is not suspended or its end is still to come. Its clocks run
  /// again from that end, however late this comes.
  public static func wake(_ value: Case, by actor: Actor, policy: NetworkPolicy, now: Instant) -> CaseDraft? {
    guard value.state == .suspended, let until = value.suspendedUntil, until <= now else { return nil }
    var draft = CaseDraft(value, actor: actor.text, now: now)
    draft.resume(note: "", at: until, Context(actor: actor, policy: policy, text: ""))
    return draft
  }

  /// Computes provisional due times again by a calendar that knows more; nil when no due time moves or becomes certain.
  public static func recalculate(_ value: Case, by actor: Actor, policy: NetworkPolicy, now: Instant) -> CaseDraft? {
    let moved = value.clocks.compactMap { clock -> CaseClock? in
      guard let again = clock.recalculated(calendar: policy.calendar), again != clock else { return nil }
      return again
    }
    guard !moved.isEmpty else { return nil }
    var draft = CaseDraft(value, actor: actor.text, now: now)
    draft.record(.recalculated(policyVersion: policy.version), clocks: moved)
    return draft
  }

  /// Who decides by what.
  struct Context {
    let actor: Actor
    let policy: NetworkPolicy
    /// The lower-cased description, where the policy's conditions read it.
    let text: String
  }
}
