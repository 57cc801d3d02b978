/// The names of what can happen to a case, as the journal writes them (CONTRACT, "Journal event kinds").
public enum EventKind: String, CaseIterable, Sendable {
  case reported, filed, rejected, merged, dispatched, desked, signed, returned, handled, verified, reworked, closed,
    voided, escalated, flagged, commented
}

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
  public func traits(policy: NetworkPolicy, text: String = "") -> CaseTraits {
    CaseTraits(
      category: category, unit: unit, layers: layers, source: source, priority: priority, text: text,
      minuteOfDay: policy.calendar.minuteOfDay(at: filedAt))
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

  public init(
    detail: EventDetail, at: Instant, actor: String, subject: CaseSubject, before: CaseStanding?,
    after: CaseStanding, clocks: [CaseClock]
  ) {
    self.detail = detail
    self.at = at
    self.actor = actor
    self.subject = subject
    self.before = before
    self.after = after
    self.clocks = clocks
  }

  public var kind: EventKind { detail.kind }
}

/// What exactly happened.
public enum EventDetail: Sendable, Hashable {
  case reported(Filing)
  case filed(Filing)
  /// A report that was checked and found false.
  case rejected(reason: String)
  case merged(Merge)
  case dispatched(Dispatch)
  case desked(reason: DeskReason, note: String)
  case signed
  case returned(reason: String, responsible: DepartmentCode?)
  /// `stage` is the limit's stage that is done; `isFinal` that nothing is left.
  case handled(result: String, stage: Int, isFinal: Bool)
  case verified(passed: Bool, note: String)
  case reworked(note: String)
  case closed(Closing)
  case voided(reason: String)
  case escalated(Escalation)
  case flagged(accountabilityID: String, clock: ClockName, rung: String)
  case commented(text: String)

  public var kind: EventKind {
    switch self {
    case .reported: .reported
    case .filed: .filed
    case .rejected: .rejected
    case .merged: .merged
    case .dispatched: .dispatched
    case .desked: .desked
    case .signed: .signed
    case .returned: .returned
    case .handled: .handled
    case .verified: .verified
    case .reworked: .reworked
    case .closed: .closed
    case .voided: .voided
    case .escalated: .escalated
    case .flagged: .flagged
    case .commented: .commented
    }
  }
}

/// The facts that a case begins with. What the reporter wrote and who they are is not here: it stands in `reports`,
/// bound by `contentDigest`, so that it can be erased without breaking the chain.
public struct Filing: Sendable, Hashable {
  public let point: GeoPoint?
  public let reading: PlaceReading?
  public let occurredAt: Instant?
  /// SHA-256 over the salted content of the report, 32 bytes.
  public let contentDigest: [UInt8]
  public let policyVersion: Int32

  public init(
    point: GeoPoint?, reading: PlaceReading?, occurredAt: Instant?, contentDigest: [UInt8], policyVersion: Int32
  ) {
    self.point = point
    self.reading = reading
    self.occurredAt = occurredAt
    self.contentDigest = contentDigest
    self.policyVersion = policyVersion
  }
}

/// Two become one; the same word is in the journals of both.
public enum Merge: Sendable, Hashable {
  /// Another report of the same incident joined this case; it never was a case of its own.
  case repeated(source: ReportSource, reporter: String, contentDigest: [UInt8])
  /// This case ended in the other.
  case into(CaseID)
  /// The other case ended in this one.
  case absorbed(CaseID)
}

/// Where a case was sent and by which rule or person.
public struct Dispatch: Sendable, Hashable {
  public let lead: DepartmentCode
  public let assists: [DepartmentCode]
  /// The routing rule's name; nil when a person decided.
  public let rule: String?
  public let note: String
  public let policyVersion: Int32

  public init(lead: DepartmentCode, assists: [DepartmentCode], rule: String?, note: String, policyVersion: Int32) {
    self.lead = lead
    self.assists = assists
    self.rule = rule
    self.note = note
    self.policyVersion = policyVersion
  }
}

/// Why a person must decide.
public enum DeskReason: String, Sendable, CaseIterable {
  /// No routing rule covers it.
  case unroutable
  /// The department said it is not responsible.
  case returned
}

/// How a case ended.
public enum Closing: Sendable, Hashable {
  case onSpot(action: String, note: String)
  case verified
}

/// A rung of the ladder that was reached.
public struct Escalation: Sendable, Hashable {
  public let clock: ClockName
  public let clockVersion: Int32
  public let rung: String
  public let act: RungAct
  /// `role@unit` or `role@unit/department`, in the order of the policy.
  public let to: [String]
  public let dueAt: Instant
  /// When the rung was to fire.
  public let rungAt: Instant
  /// How much later than that it did fire, in whole seconds.
  public let lateSeconds: Int64

  public init(
    clock: ClockName, clockVersion: Int32, rung: String, act: RungAct, to: [String], dueAt: Instant, rungAt: Instant,
    lateSeconds: Int64
  ) {
    self.clock = clock
    self.clockVersion = clockVersion
    self.rung = rung
    self.act = act
    self.to = to
    self.dueAt = dueAt
    self.rungAt = rungAt
    self.lateSeconds = lateSeconds
  }
}

/// The number of a case: `<district>-<number>`.
public struct CaseID: Sendable, Hashable, CustomStringConvertible {
  public let district: UnitCode
  public let number: Int64

  public init(district: UnitCode, number: Int64) {
    self.district = district
    self.number = number
  }

  /// Nil unless the text has a district's code, a hyphen and a positive number without leading zeros.
  public init?(_ text: String) {
    guard let hyphen = text.lastIndex(of: "-"), hyphen != text.startIndex else { return nil }
    let digits = text[text.index(after: hyphen)...]
    guard let number = Int64(digits), number > 0, String(number) == digits else { return nil }
    self.init(district: UnitCode(String(text[..<hyphen])), number: number)
  }

  public var description: String { "\(district.text)-\(number)" }
}
