/// A department's part in a case.
public struct Assignment: Sendable, Hashable {
  public let department: DepartmentCode
  /// Who signed, as the journal writes actors.
  public var officer: String?

  public init(department: DepartmentCode, officer: String? = nil) {
    self.department = department
    self.officer = officer
  }
}

/// How often something happened to a case.
public struct CaseCounts: Sendable, Hashable {
  public var returns = 0
  public var reworks = 0
  public var extensions = 0
  public var reopens = 0
  public var duplicates = 0
  public init() {}
}

/// A case as its events make it: the fold of the journal. Nothing here comes from anywhere else.
public struct Case: Sendable, Hashable {
  /// The number of its events; what `If-Match` compares.
  public private(set) var version: Int64 = 0
  public private(set) var state: CaseState
  public let subject: CaseSubject
  public private(set) var filing: Filing
  public private(set) var lead: Assignment?
  public private(set) var assists: [Assignment] = []
  /// Every clock that ever ran, oldest first.
  public private(set) var clocks: [CaseClock] = []
  public private(set) var escalations: [CaseEscalation] = []
  public private(set) var counts = CaseCounts()
  public private(set) var facts: CaseFacts = []
  public private(set) var dispatchedAt: Instant?
  public private(set) var handledAt: Instant?
  public private(set) var closedAt: Instant?
  /// Who handed in the result, as the journal writes actors.
  public private(set) var handledBy: String?
  public private(set) var mergedInto: CaseID?
  public private(set) var policyVersion: Int32
  public private(set) var updatedAt: Instant

  /// A case begins with a `reported` or `filed` event; any other is a fault of the journal.
  public init(beginning event: CaseEvent) {
    switch event.detail {
    case .reported(let filing), .filed(let filing):
      self.filing = filing
      policyVersion = filing.policyVersion
    default: preconditionFailure("a case begins with reported or filed, not \(event.kind)")
    }
    state = event.kind == .filed ? .filed : .reported
    subject = event.subject
    updatedAt = event.at
    apply(event)
  }

  /// For the decoder of snapshots alone.
  public init(restoring values: RestoredCase) {
    version = values.version
    state = values.state
    subject = values.subject
    filing = values.filing
    lead = values.lead
    assists = values.assists
    clocks = values.clocks
    escalations = values.escalations
    counts = values.counts
    facts = values.facts
    dispatchedAt = values.dispatchedAt
    handledAt = values.handledAt
    closedAt = values.closedAt
    handledBy = values.handledBy
    mergedInto = values.mergedInto
    policyVersion = values.policyVersion
    updatedAt = values.updatedAt
  }

  public var standing: CaseStanding { CaseStanding(state: state, lead: lead?.department, facts: facts) }

  public func runningClock(_ name: ClockName) -> CaseClock? { clocks.last { $0.name == name && $0.isRunning } }

  /// The version that the next clock of this name must carry.
  public func nextClockVersion(_ name: ClockName) -> Int32 {
    (clocks.last { $0.name == name }?.version ?? 0) + 1
  }

  /// The traits that conditions are asked about. `text` is the lower-cased description where rules read it.
  public func traits(policy: NetworkPolicy, text: String = "") -> CaseTraits {
    subject.traits(policy: policy, text: text)
  }

  /// Folds the next event in.
  public mutating func apply(_ event: CaseEvent) {
    version += 1
    updatedAt = event.at
    state = event.after.state
    facts = event.after.facts
    for clock in event.clocks { replace(clock) }
    switch event.detail {
    case .filed(let filing): self.filing = filing
    case .dispatched(let dispatch):
      lead = Assignment(department: dispatch.lead)
      assists = dispatch.assists.map { Assignment(department: $0) }
      dispatchedAt = event.at
      policyVersion = dispatch.policyVersion
    case .desked(.returned, _):
      lead = nil
      assists = []
    case .signed: lead?.officer = event.actor
    case .returned: counts.returns += 1
    case .handled(_, _, let isFinal):
      guard isFinal else { break }
      handledBy = event.actor
      handledAt = event.at
    case .reworked:
      counts.reworks += 1
      lead?.officer = nil
      dispatchedAt = event.at
      handledAt = nil
    case .merged(.repeated), .merged(.absorbed): counts.duplicates += 1
    case .merged(.into(let other)): mergedInto = other
    case .escalated(let escalation): escalations.append(CaseEscalation(escalation, firedAt: event.at))
    case .closed: closedAt = event.at
    case .reported, .rejected, .desked, .verified, .voided, .flagged, .commented: break
    }
  }

  private mutating func replace(_ clock: CaseClock) {
    if let index = clocks.lastIndex(where: { $0.name == clock.name && $0.version == clock.version }) {
      clocks[index] = clock
    } else {
      clocks.append(clock)
    }
  }
}

/// A rung that this case has reached.
public struct CaseEscalation: Sendable, Hashable {
  public let escalation: Escalation
  public let firedAt: Instant

  public init(_ escalation: Escalation, firedAt: Instant) {
    self.escalation = escalation
    self.firedAt = firedAt
  }
}

/// The stored parts of a case, for ``Case/init(restoring:)``.
public struct RestoredCase: Sendable {
  public var version: Int64
  public var state: CaseState
  public var subject: CaseSubject
  public var filing: Filing
  public var lead: Assignment?
  public var assists: [Assignment]
  public var clocks: [CaseClock]
  public var escalations: [CaseEscalation]
  public var counts: CaseCounts
  public var facts: CaseFacts
  public var dispatchedAt: Instant?
  public var handledAt: Instant?
  public var closedAt: Instant?
  public var handledBy: String?
  public var mergedInto: CaseID?
  public var policyVersion: Int32
  public var updatedAt: Instant

  public init(
    version: Int64, state: CaseState, subject: CaseSubject, filing: Filing, lead: Assignment?,
    assists: [Assignment], clocks: [CaseClock], escalations: [CaseEscalation], counts: CaseCounts, facts: CaseFacts,
    dispatchedAt: Instant?, handledAt: Instant?, closedAt: Instant?, handledBy: String?, mergedInto: CaseID?,
    policyVersion: Int32, updatedAt: Instant
  ) {
    self.version = version
    self.state = state
    self.subject = subject
    self.filing = filing
    self.lead = lead
    self.assists = assists
    self.clocks = clocks
    self.escalations = escalations
    self.counts = counts
    self.facts = facts
    self.dispatchedAt = dispatchedAt
    self.handledAt = handledAt
    self.closedAt = closedAt
    self.handledBy = handledBy
    self.mergedInto = mergedInto
    self.policyVersion = policyVersion
    self.updatedAt = updatedAt
  }
}
