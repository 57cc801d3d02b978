/// Events in the making: each is folded into the case before the next is decided.
public struct CaseDraft: Sendable {
  public private(set) var value: Case
  public private(set) var events: [CaseEvent] = []
  public let actor: String
  public let now: Instant

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
    clocks: [CaseClock] = []
  ) {
    let lead: DepartmentCode? =
      switch detail {
      case .dispatched(let dispatch): dispatch.lead
      case .desked(.returned, _): nil
      default: value.lead?.department
      }
    let facts = value.facts.subtracting(removing).union(adding)
    let event = CaseEvent(
      detail: detail, at: now, actor: actor, subject: value.subject, before: value.standing,
      after: CaseStanding(state: state ?? value.state, lead: lead, facts: outcome(of: clocks, facts)), clocks: clocks)
    value.apply(event)
    events.append(event)
  }

  /// What the clocks that this event stops make of the facts. Late once is late for good: a case that was late under
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

  /// The running clocks of these names, stopped now.
  func stopping(_ names: ClockName..., cancelled: Bool = false) -> [CaseClock] {
    names.compactMap { value.runningClock($0)?.stopped(at: now, cancelled: cancelled) }
  }
}
