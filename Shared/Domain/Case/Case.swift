/// A case as its events make it: the fold of the journal. Nothing here comes from anywhere else; a decoder of snapshots
/// sets what a fold made before.
public struct Case: Sendable, Hashable {
  /// The number of its events; what `If-Match` compares.
  public var version: Int64 = 0
  public var state: CaseState
  public let subject: CaseSubject
  public var filing: Filing
  public var lead: Assignment?
  public var parts: [CasePart] = []
  /// Every clock that ever ran, oldest first.
  public var clocks: [CaseClock] = []
  public var escalations: [CaseEscalation] = []
  public var counts = CaseCounts()
  public var facts: CaseFacts = []
  public var dispatchedAt: Instant?
  public var handledAt: Instant?
  public var closedAt: Instant?
  /// Who handed in the result, as the journal writes actors.
  public var handledBy: String?
  public var mergedInto: CaseID?
  public var policyVersion: Int32
  public var updatedAt: Instant
  /// The department whose return brought the case to the desk.
  public var returnedBy: DepartmentCode?
  /// What departments asked for and nobody decided yet; one for each department at most.
  public var requests: [TimeRequest] = []
  /// When a suspended case wakes by itself.
  public var suspendedUntil: Instant?
  public var orders: [SupervisionOrder] = []
  /// The last rating obliges the centre to supervise, and it has not yet.
  public var mustSupervise = false
  public var rating: Satisfaction?
  /// The department whose appeal waits for a decision.
  public var appealBy: DepartmentCode?
  public var splitFrom: CaseID?
  public var splitInto: [CaseID] = []

  /// A case begins with a `reported` or `filed` event; any other is a fault of the journal.
  public init(beginning event: CaseEvent) {
    switch event.detail {
    case .reported(let filing), .filed(let filing):
      self.init(
        version: 0, state: event.kind == .filed ? .filed : .reported, subject: event.subject, filing: filing,
        policyVersion: filing.policyVersion, updatedAt: event.at)
    default: preconditionFailure("a case begins with reported or filed, not \(event.kind)")
    }
    apply(event)
  }

  /// A case of which nothing more is known yet: for the decoder of snapshots, which sets the rest.
  public init(
    version: Int64, state: CaseState, subject: CaseSubject, filing: Filing, policyVersion: Int32, updatedAt: Instant
  ) {
    self.version = version
    self.state = state
    self.subject = subject
    self.filing = filing
    self.policyVersion = policyVersion
    self.updatedAt = updatedAt
  }

  public var standing: CaseStanding { CaseStanding(state: state, lead: lead?.department, facts: facts) }

  /// The running clock of this name and matter; a part's, request's or order's is its department's own.
  public func runningClock(
    _ name: ClockName, _ matter: ClockMatter = .whole, of department: DepartmentCode? = nil
  ) -> CaseClock? {
    clocks.last {
      $0.name == name && $0.matter == matter && $0.isRunning && (department == nil || $0.department == department)
    }
  }

  /// The clock of this name and version, as a timer names it, whether it still runs or was stopped.
  public func clock(_ name: ClockName, wakeVersion: Int32) -> CaseClock? {
    clocks.last { $0.name == name && $0.wakeVersion == wakeVersion }
  }

  /// The version that the next clock of this name must carry.
  public func nextClockVersion(_ name: ClockName) -> Int32 {
    (clocks.lazy.filter { $0.name == name }.map(\.version).max() ?? 0) + 1
  }

  /// Of whom something was asked that they did or have still to do, besides the lead.
  public var assistingDepartments: [DepartmentCode] {
    parts.filter { $0.state != .excused && $0.department != lead?.department }.map(\.department)
  }

  public func part(of department: DepartmentCode) -> CasePart? { parts.first { $0.department == department } }

  /// Whether the department leads the case or has, or had, a part in it.
  public func involves(_ department: DepartmentCode) -> Bool {
    lead?.department == department || part(of: department) != nil
  }

  public func request(of department: DepartmentCode) -> TimeRequest? { requests.first { $0.department == department } }

  /// The traits that conditions are asked about. `text` is the lower-cased description where rules read it.
  public func traits(policy: NetworkPolicy, text: String = "") -> CaseTraits {
    subject.traits(policy: policy, text: text, reopened: facts.contains(.reopened))
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
