/// The names of what can happen to a case, as the journal writes them (CONTRACT, "Journal event kinds").
public enum EventKind: String, CaseIterable, Sendable {
  case reported, filed, rejected, merged, dispatched, desked, signed, returned, handled, verified, reworked, closed,
    voided, escalated, flagged, commented
  case split, contacted
  case extensionRequested = "extension_requested"
  case extensionGranted = "extension_granted"
  case extensionRefused = "extension_refused"
  case suspensionRequested = "suspension_requested"
  case suspensionRefused = "suspension_refused"
  case suspended, resumed, supervised, answered, coordinated, appointed, carded, revisited, reopened, appealed
  case appealDecided = "appeal_decided"
  case recalculated, revealed, erased
}

/// What exactly happened.
public enum EventDetail: Sendable, Hashable {
  case reported(Filing)
  case filed(Filing)
  /// A report that was checked and found false.
  case rejected(reason: String)
  case merged(Merge)
  case split(Split)
  case dispatched(Dispatch)
  case desked(reason: DeskReason, note: String)
  /// `part` is the assisting department that signed for its part; nil: the lead.
  case signed(part: DepartmentCode? = nil)
  case returned(Return)
  /// `reached` that there was a word with the caller, which is what the clock waits for.
  case contacted(reached: Bool, note: String)
  case extensionRequested(department: DepartmentCode, by: Limit, reason: String)
  case extensionGranted(department: DepartmentCode, by: Limit)
  case extensionRefused(department: DepartmentCode, reason: String)
  case suspensionRequested(department: DepartmentCode, until: Instant, reason: String)
  case suspensionRefused(department: DepartmentCode, reason: String)
  case suspended(until: Instant, reason: String)
  case resumed(note: String)
  case handled(HandedIn)
  /// `photos`: identifiers of attachments that show what was found.
  case verified(passed: Bool, note: String, photos: [String] = [])
  /// `assists`: the departments whose parts were done, which hear that the case is not; none in events before these were
  /// named.
  case reworked(note: String, assists: [DepartmentCode] = [])
  case closed(Closing)
  case revisited(Revisit)
  case supervised(Supervision)
  /// The department's written answer to the supervision order of that number.
  /// `department`: whose answer it is; `orderedBy`: who gave the order, as the journal writes actors. Nil in events before
  /// these were named.
  case answered(order: Int32, text: String, department: DepartmentCode? = nil, orderedBy: String? = nil)
  case coordinated(Coordination)
  case appointed(Appointment)
  case carded(Card)
  case voided(reason: String)
  /// `assists` as in `reworked`.
  case reopened(reason: String, assists: [DepartmentCode] = [])
  case appealed(department: DepartmentCode, reason: String)
  /// `department`: whose appeal it was; nil in events before it was named.
  case appealDecided(accepted: Bool, reason: String, department: DepartmentCode? = nil)
  case escalated(Escalation)
  case flagged(accountabilityID: String, clock: ClockName, rung: String)
  /// Due times were computed again by a calendar that knows more.
  case recalculated(policyVersion: Int32)
  /// Someone was shown who the reporters are.
  case revealed(reason: String)
  /// What the reporters wrote and who they are was erased.
  case erased(reason: String)
  case commented(text: String)

  public var kind: EventKind {
    switch self {
    case .reported: .reported
    case .filed: .filed
    case .rejected: .rejected
    case .merged: .merged
    case .split: .split
    case .dispatched: .dispatched
    case .desked: .desked
    case .signed: .signed
    case .returned: .returned
    case .contacted: .contacted
    case .extensionRequested: .extensionRequested
    case .extensionGranted: .extensionGranted
    case .extensionRefused: .extensionRefused
    case .suspensionRequested: .suspensionRequested
    case .suspensionRefused: .suspensionRefused
    case .suspended: .suspended
    case .resumed: .resumed
    case .handled: .handled
    case .verified: .verified
    case .reworked: .reworked
    case .closed: .closed
    case .revisited: .revisited
    case .supervised: .supervised
    case .answered: .answered
    case .coordinated: .coordinated
    case .appointed: .appointed
    case .carded: .carded
    case .voided: .voided
    case .reopened: .reopened
    case .appealed: .appealed
    case .appealDecided: .appealDecided
    case .escalated: .escalated
    case .flagged: .flagged
    case .recalculated: .recalculated
    case .revealed: .revealed
    case .erased: .erased
    case .commented: .commented
    }
  }
}
