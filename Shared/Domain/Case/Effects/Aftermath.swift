/// What comes after, or beside, the handling: revisits, supervision, reopening, appeals.
extension CaseDraft {
  /// Records what the caller said (回访). The policy says which ratings oblige the centre to supervise and which reopen.
  mutating func revisit(_ rating: Satisfaction, note: String, _ context: CaseMachine.Context) {
    let rule = context.policy.casePolicy.revisits
    let mustSupervise = rule.supervise.contains(rating)
    var start = ClockStart(self, context)
    if mustSupervise, value.runningClock(.decide, .supervision) == nil { start.clock(.decide, .supervision, of: nil) }
    record(
      .revisited(Revisit(rating: rating, note: note, mustSupervise: mustSupervise)), adding: rating.fact,
      removing: [.satisfied, .dissatisfied, .unrated], clocks: start.clocks)
    if rating.isDissatisfied {
      giveCards(.dissatisfied, value.counts.dissatisfied, of: value.lead?.department, context)
    }
    if rule.reopen.contains(rating) { reopen(reason: note, context) }
  }

  /// Opens a closed case again: with the department that had it, which must sign anew; with the rules, where it had none.
  mutating func reopen(reason: String, _ context: CaseMachine.Context) {
    var start = ClockStart(self, reopening: true, context)
    if let lead = value.lead?.department { start.department(lead) }
    record(
      .reopened(reason: reason, assists: value.assistingDepartments),
      state: value.lead == nil ? .filed : .dispatched, adding: .reopened,
      removing: [.closed, .onSpot, .handled, .onTimeHandle, .signed, .onTimeSign, .onTimeClose], clocks: start.clocks)
  }

  /// Gives a supervision order in a form that the policy names (督办); where it asks for an answer, the clock of the
  /// answer starts.
  mutating func supervise(
    form: String, note: String, department: DepartmentCode?, jointly: [String], _ context: CaseMachine.Context
  ) throws(CaseRefusal) {
    let policy = context.policy
    guard let known = policy.casePolicy.supervisionForm(form) else {
      throw .unknownForm(form, known: policy.casePolicy.supervisionForms.map(\.name))
    }
    if let role = context.actor.role, !known.orderedBy.isEmpty, !known.orderedBy.contains(role) {
      throw .notYourRole(.supervise, role)
    }
    // One that has no share in the case could never answer.
    if let department, !value.involves(department) { throw .unknownDepartment(department) }
    let addressee = department ?? value.lead?.department
    var start = ClockStart(self, context)
    if let answer = known.answer, addressee != nil {
      start.clock(.answer, .order, of: addressee, stage: known.name, answer)
    }
    record(
      .supervised(
        Supervision(
          number: Int32(value.orders.count) + 1, form: form, note: note, department: addressee,
          awaitsAnswer: known.answer != nil && addressee != nil, jointly: jointly)), adding: .supervised,
      clocks: stopping(.decide, .supervision, of: nil) + start.clocks)
  }

  /// The department's written answer to an order: the one named, or the oldest that waits.
  mutating func answer(order: Int32?, text: String, _ context: CaseMachine.Context) throws(CaseRefusal) {
    let waiting = value.orders.first {
      $0.awaitsAnswer && $0.department == context.actor.department && (order == nil || $0.number == order)
    }
    guard let waiting else { throw .nothingToDecide(.answer) }
    let clock = value.clocks.last { $0.name == .answer && $0.version == waiting.clockVersion && $0.isRunning }
    record(
      .answered(order: waiting.number, text: text, department: waiting.department, orderedBy: waiting.orderedBy),
      clocks: [clock?.stopped(at: now)].compactMap { $0 })
  }

  mutating func appeal(reason: String, _ context: CaseMachine.Context) {
    guard let department = context.actor.department else { return }
    var start = ClockStart(self, context)
    start.clock(.decide, .appeal, of: department)
    record(.appealed(department: department, reason: reason), clocks: start.clocks)
  }

  /// An appeal that is accepted takes the case, or the part, out of the assessment; nothing of its history changes.
  mutating func decideAppeal(accepted: Bool, reason: String) {
    guard let department = value.appealBy else { return }
    let isPart = value.part(of: department) != nil && department != value.lead?.department
    record(
      .appealDecided(accepted: accepted, reason: reason, department: department),
      adding: accepted && !isPart ? .appealedOut : [],
      clocks: stopping(.decide, .appeal, of: department),
      parts: accepted && isPart ? [PartMove(department: department, step: .counted, adding: .appealedOut)] : [])
  }
}

extension Satisfaction {
  var fact: CaseFacts {
    switch self {
    case .verySatisfied, .satisfied, .basically: .satisfied
    case .dissatisfied, .veryDissatisfied: .dissatisfied
    case .unrated: .unrated
    }
  }
}
