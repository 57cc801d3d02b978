/// Where a case goes: to a department with its assisting ones, to the desk, back from a department.
extension CaseDraft {
  /// Sends the case to its department and starts the clocks of signing and handling, and of first contact where the
  /// policy asks for it; the assisting departments get their parts with clocks of their own.
  mutating func send(
    to lead: DepartmentCode, assists: [DepartmentCode], rule: String?, note: String, appointed: Bool = false,
    _ context: CaseMachine.Context
  ) {
    // Nobody assists themselves, or twice.
    var asked: Set<DepartmentCode> = [lead]
    let assists = assists.filter { asked.insert($0).inserted }
    let dispatch = Dispatch(
      lead: lead, assists: assists, rule: rule, note: note, policyVersion: context.policy.version,
      appointed: appointed, rejectsReturn: value.returnedBy == lead)
    var clocks = stopping(.decide) + stopping(.sign, .handle, .contact, cancelled: true)
    clocks += callingOff([.part, .request])
    var start = ClockStart(self, context)
    start.department(lead)
    if !value.clocks.contains(where: { $0.name == .contact && $0.state != .cancelled && !$0.isRunning }) {
      start.clock(.contact, of: lead)
    }
    for assist in assists { start.department(assist, .part) }
    let left = value.parts.filter {
      $0.state != .excused && !assists.contains($0.department) && $0.department != lead
    }
    // Whoever leads is counted by the case: a part that it had before, late or not, would count it twice.
    let taken = value.parts.filter { $0.department == lead && ($0.state != .excused || !$0.facts.isEmpty) }
    var late = taken.reduce(into: CaseFacts()) { $0.formUnion($1.facts.intersection(.late)) }
    for clock in clocks where clock.matter == .part && clock.department == lead && clock.state == .late {
      late.formUnion(clock.name.lateFact)
    }
    let onTime = ClockName.allCases.filter { !late.isDisjoint(with: $0.lateFact) }
      .reduce(into: CaseFacts()) { $0.formUnion($1.onTimeFact) }
    record(
      .dispatched(dispatch), state: .dispatched,
      adding: late.union(dispatch.rejectsReturn ? [.dispatched, .shirked] : .dispatched), removing: onTime,
      clocks: clocks + start.clocks,
      parts: left.map { excusing($0) }
        + taken.map { PartMove(department: $0.department, step: .excused, isDropped: true) }
        + assists.map { PartMove(department: $0, step: .assigned) })
    if dispatch.rejectsReturn { giveCards(.rejectedReturns, value.counts.rejectedReturns, of: lead, context) }
  }

  /// A part of which nothing more is asked; what was neither signed nor late does not count for the department.
  private func excusing(_ part: CasePart) -> PartMove {
    let counts = part.officer != nil || !part.facts.isDisjoint(with: .late)
    return PartMove(department: part.department, step: .excused, removing: counts ? [] : .dispatched)
  }

  mutating func desk(_ reason: DeskReason, note: String, _ context: CaseMachine.Context) {
    var start = ClockStart(self, context)
    start.clock(.decide, of: nil)
    record(.desked(reason: reason, note: note), state: .desk, clocks: start.clocks)
  }

  /// The lead department gives the case back to the desk; an assisting one its part, which the centre must decide.
  mutating func sendBack(reason: String, responsible: DepartmentCode?, _ context: CaseMachine.Context) {
    if let part = ownPart(context) {
      var start = ClockStart(self, context)
      start.clock(.decide, .part, of: part.department)
      let back = Return(reason: reason, responsible: responsible, part: part.department)
      record(
        .returned(back),
        clocks: stopping(.sign, .part, of: part.department, cancelled: true)
          + stopping(.handle, .part, of: part.department, cancelled: true) + start.clocks,
        parts: [PartMove(department: part.department, step: .counted, adding: .returned)])
      return
    }
    let clocks = stopping(.sign, .handle, .contact, cancelled: true) + callingOff([.part, .request])
    record(
      .returned(Return(reason: reason, responsible: responsible)), state: .desk, adding: .returned, clocks: clocks,
      parts: value.parts.filter { $0.state != .excused }.map { excusing($0) })
    desk(.returned, note: reason, context)
  }

  /// The centre records a meeting; departments that it excuses owe nothing more.
  mutating func coordinate(
    outcome: String, participants: [DepartmentCode], excused: [DepartmentCode]
  ) throws(CaseRefusal) {
    var moves: [PartMove] = []
    var clocks: [CaseClock] = []
    for department in excused {
      guard let part = value.part(of: department), part.isOpen else { throw .notYourDepartment(department) }
      moves.append(excusing(part))
      clocks += value.clocks.filter { $0.isRunning && $0.department == department && $0.matter != .order }
        .map { $0.stopped(at: now, cancelled: true) }
    }
    record(
      .coordinated(Coordination(outcome: outcome, participants: participants, excused: excused)), clocks: clocks,
      parts: moves)
  }

  /// The centre ends a dispute. From the desk it names who leads; elsewhere it appoints assisting departments, new ones
  /// or such as returned their part. Whoever is appointed cannot return.
  mutating func appoint(
    lead: DepartmentCode?, assists: [DepartmentCode], basis: Appointment.Basis, note: String,
    _ context: CaseMachine.Context
  ) throws(CaseRefusal) {
    let appointment = Appointment(lead: lead, assists: assists, basis: basis, note: note)
    if value.state == .desk {
      guard let lead else { throw .notProvided(.appoint) }
      record(.appointed(appointment))
      send(to: lead, assists: assists, rule: nil, note: note, appointed: true, context)
      return
    }
    guard lead == nil || lead == value.lead?.department else {
      throw .illegalTransition(state: value.state, allowed: [.redirect])
    }
    guard !assists.isEmpty,
      assists.allSatisfy({ value.part(of: $0)?.state != .handled && $0 != value.lead?.department })
    else { throw .notProvided(.appoint) }
    var clocks: [CaseClock] = []
    for department in assists {
      clocks += value.clocks.filter { $0.isRunning && $0.matter == .part && $0.department == department }
        .map { $0.stopped(at: now, cancelled: true) }
    }
    var start = ClockStart(self, context)
    for department in assists { start.department(department, .part) }
    record(
      .appointed(Appointment(lead: nil, assists: assists, basis: basis, note: note)), clocks: clocks + start.clocks,
      parts: assists.map {
        PartMove(department: $0, step: .appointed, adding: value.part(of: $0)?.state == .returned ? .shirked : [])
      })
  }

  /// The part of the caller's department; nil when it leads the case.
  func ownPart(_ context: CaseMachine.Context) -> CasePart? {
    guard let department = context.actor.department, department != value.lead?.department else { return nil }
    return value.part(of: department)
  }

  /// Gives the cards that the policy has for this count.
  mutating func giveCards(
    _ cause: CardRule.Cause, _ count: Int, of department: DepartmentCode?, _ context: CaseMachine.Context
  ) {
    let traits = value.traits(policy: context.policy, text: context.text)
    for rule in context.policy.cards
    where rule.cause == cause && rule.count == count && context.policy.matches(rule.condition, traits) {
      let to = rule.to.map {
        $0.address(
          unit: value.subject.unit, lead: value.lead?.department, clockDepartment: department, policy: context.policy
        ).text
      }
      record(.carded(Card(cause: cause, count: count, act: rule.act, to: to, department: department)))
    }
  }
}

/// Starts clocks of one event, each with the next version of its name.
struct ClockStart {
  private(set) var clocks: [CaseClock] = []
  private let draft: CaseDraft
  private let context: CaseMachine.Context
  private let traits: CaseTraits

  init(_ draft: CaseDraft, reopening: Bool = false, _ context: CaseMachine.Context) {
    self.draft = draft
    self.context = context
    traits = draft.value.subject.traits(
      policy: context.policy, text: context.text, reopened: reopening || draft.value.facts.contains(.reopened))
  }

  /// Signing and handling.
  mutating func department(_ department: DepartmentCode, _ matter: ClockMatter = .whole) {
    clock(.sign, matter, of: department)
    clock(.handle, matter, of: department)
  }

  /// Starts none where the policy has no limit for it.
  mutating func clock(_ name: ClockName, _ matter: ClockMatter = .whole, of department: DepartmentCode?) {
    let started = CaseClock.start(
      name, matter, for: traits, department: department, version: version(name), at: draft.now, policy: context.policy)
    if let started { clocks.append(started) }
  }

  /// A clock whose limit the caller knows.
  mutating func clock(
    _ name: ClockName, _ matter: ClockMatter, of department: DepartmentCode?, stage: String, _ limit: Limit
  ) {
    clocks.append(
      CaseClock(
        name: name, matter: matter, department: department, version: version(name), startedAt: draft.now,
        stages: CaseClock.chain([(stage, limit, [])], from: draft.now, calendar: context.policy.calendar)))
  }

  private func version(_ name: ClockName) -> Int32 {
    (clocks.lazy.filter { $0.name == name }.map(\.version).max()).map { $0 + 1 } ?? draft.value.nextClockVersion(name)
  }
}
