/// Events in the making: each is folded into the case before the next is decided.
public struct CaseDraft: Sendable {
  public private(set) var value: Case
  public private(set) var events: [CaseEvent] = []
  public let actor: String
  public let now: Instant

  /// What an event does to an assisting department's part.
  struct PartMove {
    let department: DepartmentCode
    let step: PartChange.Step
    var adding: CaseFacts = []
    var removing: CaseFacts = []
    /// Nothing of it counts for the department any more.
    var isDropped = false
  }

  /// Time never runs backwards along a case: `now` is at least the time of its last event.
  init(_ value: Case, actor: String, now: Instant) {
    self.value = value
    self.actor = actor
    self.now = max(now, value.updatedAt)
  }

  init(beginning detail: EventDetail, subject: CaseSubject, actor: String, now: Instant, clocks: [CaseClock]) {
    let state: CaseState = detail.kind == .filed ? .filed : .reported
    let facts: CaseFacts = detail.kind == .filed ? [.reported, .filed, .valid] : [.reported]
    let event = CaseEvent(
      detail: detail, at: now, actor: actor, subject: subject, before: nil,
      after: CaseStanding(state: state, lead: nil, facts: facts), clocks: clocks)
    value = Case(beginning: event)
    events = [event]
    self.actor = actor
    self.now = now
  }

  mutating func record(
    _ detail: EventDetail, state: CaseState? = nil, adding: CaseFacts = [], removing: CaseFacts = [],
    clocks: [CaseClock] = [], parts: [PartMove] = []
  ) {
    let lead: DepartmentCode? =
      switch detail {
      case .dispatched(let dispatch): dispatch.lead
      case .desked(.returned, _): nil
      default: value.lead?.department
      }
    let facts = outcome(
      of: clocks.filter { $0.matter == .whole }, value.facts.subtracting(removing).union(adding))
    let event = CaseEvent(
      detail: detail, at: now, actor: actor, subject: value.subject, before: value.standing,
      after: CaseStanding(state: state ?? value.state, lead: lead, facts: facts), clocks: clocks,
      parts: partChanges(parts, clocks))
    value.apply(event)
    events.append(event)
  }

  /// The moves with what the parts' own clocks make of the facts; a clock that stops late counts though nothing else of
  /// the part has changed.
  private func partChanges(_ moves: [PartMove], _ clocks: [CaseClock]) -> [PartChange] {
    let partClocks = clocks.filter { $0.matter == .part && !$0.isRunning }
    let counted = Set(partClocks.compactMap(\.department)).subtracting(moves.map(\.department)).sorted()
    return (moves + counted.map { PartMove(department: $0, step: .counted) }).compactMap { move in
      let before = value.part(of: move.department)?.facts ?? []
      let begins = move.step == .assigned || move.step == .appointed
      // What was late once stays late, though the department is asked anew.
      let base = begins ? before.intersection(.late).union(.dispatched) : before
      let outcome = outcome(
        of: partClocks.filter { $0.department == move.department },
        base.subtracting(move.removing).union(move.adding))
      let after = move.isDropped ? [] : outcome
      if move.step == .counted && after == before { return nil }
      return PartChange(department: move.department, step: move.step, before: before, after: after)
    }
  }

  /// What the clocks that an event stops make of the facts. Late once is late for good: a case that was late under
  /// one department, or before its rework, does not become timely, so that no case counts on both sides.
  private func outcome(of clocks: [CaseClock], _ facts: CaseFacts) -> CaseFacts {
    var facts = facts
    for clock in clocks where clock.state == .late {
      facts.subtract(clock.name.onTimeFact)
      facts.formUnion(clock.name.lateFact)
    }
    for clock in clocks where clock.state == .met && facts.isDisjoint(with: clock.name.lateFact) {
      facts.formUnion(clock.name.onTimeFact)
    }
    return facts
  }

  /// The running clocks of these names that time the case itself, stopped now.
  func stopping(_ names: ClockName..., cancelled: Bool = false) -> [CaseClock] {
    names.compactMap { value.runningClock($0)?.stopped(at: now, cancelled: cancelled) }
  }

  /// The running clock of a part, a request or an order of the department, stopped now.
  func stopping(
    _ name: ClockName, _ matter: ClockMatter, of department: DepartmentCode?, cancelled: Bool = false
  ) -> [CaseClock] {
    [value.runningClock(name, matter, of: department)?.stopped(at: now, cancelled: cancelled)].compactMap { $0 }
  }

  /// Every running clock of these matters, called off.
  func callingOff(_ matters: Set<ClockMatter>) -> [CaseClock] {
    value.clocks.filter { $0.isRunning && matters.contains($0.matter) }
      .map { $0.stopped(at: now, cancelled: true) }
  }
}
