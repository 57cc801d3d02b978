/// What the case is about; the same in each of its events, so that a consumer never has to look it up.
public struct CaseSubject: Sendable, Hashable {
  /// The finest unit that is known.
  public let unit: UnitCode
  public let category: CategoryCode
  public let source: ReportSource
  public let filedAt: Instant
  /// Who found it, as the journal writes actors.
  public let finder: String
  public let priority: Priority
  /// Professional grids at the place, as `layer/code`.
  public let layers: [String]

  public init(
    unit: UnitCode, category: CategoryCode, source: ReportSource, filedAt: Instant, finder: String,
    priority: Priority = .normal, layers: [String] = []
  ) {
    self.unit = unit
    self.category = category
    self.source = source
    self.filedAt = filedAt
    self.finder = finder
    self.priority = priority
    self.layers = layers
  }

  /// What conditions are asked about. `text` is the lower-cased description, where the policy's rules read it.
  public func traits(policy: NetworkPolicy, text: String = "", reopened: Bool = false) -> CaseTraits {
    CaseTraits(
      category: category, unit: unit, layers: layers, source: source, priority: priority, text: text,
      minuteOfDay: policy.calendar.minuteOfDay(at: filedAt), reopened: reopened)
  }
}

/// How a case stands, before or after an event.
public struct CaseStanding: Sendable, Hashable {
  public var state: CaseState
  public var lead: DepartmentCode?
  public var facts: CaseFacts

  public init(state: CaseState, lead: DepartmentCode?, facts: CaseFacts) {
    self.state = state
    self.lead = lead
    self.facts = facts
  }
}

/// One change of a case. The journal's body is its canonical encoding (`Wire`).
public struct CaseEvent: Sendable, Hashable {
  public let detail: EventDetail
  /// When it was decided. The journal's own `at` is never earlier.
  public let at: Instant
  public let actor: String
  public let subject: CaseSubject
  /// Nil for the event that begins a case.
  public var before: CaseStanding?
  public var after: CaseStanding
  /// The clocks that this event started, stopped or moved on, as they stand after it.
  public let clocks: [CaseClock]
  /// What it changed of the parts of assisting departments.
  public let parts: [PartChange]

  public init(
    detail: EventDetail, at: Instant, actor: String, subject: CaseSubject, before: CaseStanding?,
    after: CaseStanding, clocks: [CaseClock], parts: [PartChange] = []
  ) {
    self.detail = detail
    self.at = at
    self.actor = actor
    self.subject = subject
    self.before = before
    self.after = after
    self.clocks = clocks
    self.parts = parts
  }

  public var kind: EventKind { detail.kind }
}

/// What an event changed of an assisting department's part: so much that statistics need not look it up.
public struct PartChange: Sendable, Hashable {
  public enum Step: String, CaseIterable, Sendable {
    case assigned, appointed, excused
    /// Only what counts for it has changed.
    case counted
  }
  public let department: DepartmentCode
  public let step: Step
  /// Empty where the department had no part before.
  public let before: CaseFacts
  public let after: CaseFacts

  public init(department: DepartmentCode, step: Step, before: CaseFacts, after: CaseFacts) {
    self.department = department
    self.step = step
    self.before = before
    self.after = after
  }
}
