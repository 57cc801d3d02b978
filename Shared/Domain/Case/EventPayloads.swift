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
  /// The centre appointed the lead department: it cannot return the case.
  public let appointed: Bool
  /// It goes back to the department that returned it: the return was without ground (推诿).
  public let rejectsReturn: Bool

  public init(
    lead: DepartmentCode, assists: [DepartmentCode], rule: String?, note: String, policyVersion: Int32,
    appointed: Bool = false, rejectsReturn: Bool = false
  ) {
    self.lead = lead
    self.assists = assists
    self.rule = rule
    self.note = note
    self.policyVersion = policyVersion
    self.appointed = appointed
    self.rejectsReturn = rejectsReturn
  }
}

/// A department gives back the case, or its part in it.
public struct Return: Sendable, Hashable {
  public let reason: String
  public let responsible: DepartmentCode?
  /// The assisting department whose part it is; nil: the lead's case.
  public let part: DepartmentCode?

  public init(reason: String, responsible: DepartmentCode?, part: DepartmentCode? = nil) {
    self.reason = reason
    self.responsible = responsible
    self.part = part
  }
}

/// A result that a department hands in.
public struct HandedIn: Sendable, Hashable {
  public let result: String
  /// The limit's stage that is done, from 0 on.
  public let stage: Int
  /// Nothing is left of the case, or of the part.
  public let isFinal: Bool
  /// The items of the closing standard that are confirmed.
  public let checklist: [String]
  /// Identifiers of attachments.
  public let photos: [String]
  /// The assisting department whose part it is; nil: the lead's case.
  public let part: DepartmentCode?

  public init(
    result: String, stage: Int, isFinal: Bool, checklist: [String] = [], photos: [String] = [],
    part: DepartmentCode? = nil
  ) {
    self.result = result
    self.stage = stage
    self.isFinal = isFinal
    self.checklist = checklist
    self.photos = photos
    self.part = part
  }
}

/// One becomes two; the same word is in the journals of both, with the identifiers of the attachments that went along.
public enum Split: Sendable, Hashable {
  /// The other case was split off from this one.
  case into(CaseID, attachments: [String] = [])
  /// This case was split off from the other.
  case from(CaseID, attachments: [String] = [])
}

/// How a supervision order was given, and whether it must be answered.
public struct Supervision: Sendable, Hashable {
  /// From 1 on, within the case.
  public let number: Int32
  /// A form that the policy names.
  public let form: String
  public let note: String
  public let department: DepartmentCode?
  public let awaitsAnswer: Bool
  /// With whom it is done jointly, as the policy or the order names them (联合督办).
  public let jointly: [String]

  public init(
    number: Int32, form: String, note: String, department: DepartmentCode?, awaitsAnswer: Bool, jointly: [String] = []
  ) {
    self.number = number
    self.form = form
    self.note = note
    self.department = department
    self.awaitsAnswer = awaitsAnswer
    self.jointly = jointly
  }
}

/// A coordination meeting (协调会) and what came of it.
public struct Coordination: Sendable, Hashable {
  public let outcome: String
  public let participants: [DepartmentCode]
  /// Assisting departments of which nothing more is asked.
  public let excused: [DepartmentCode]

  public init(outcome: String, participants: [DepartmentCode], excused: [DepartmentCode]) {
    self.outcome = outcome
    self.participants = participants
    self.excused = excused
  }
}

/// The centre ends a dispute over who is responsible.
public struct Appointment: Sendable, Hashable {
  public enum Basis: String, CaseIterable, Sendable {
    /// Who is in charge handles (谁主管, 谁办理).
    case inCharge = "in_charge"
    /// Who leads handles (谁牵头, 谁办理).
    case leads
    /// Whom the centre appoints handles (指定谁, 谁办理).
    case appointed
  }
  /// Nil where the lead stays and only assisting departments are appointed.
  public let lead: DepartmentCode?
  public let assists: [DepartmentCode]
  public let basis: Basis
  public let note: String

  public init(lead: DepartmentCode?, assists: [DepartmentCode], basis: Basis, note: String) {
    self.lead = lead
    self.assists = assists
    self.basis = basis
    self.note = note
  }
}

/// What the caller said of a closed case.
public struct Revisit: Sendable, Hashable {
  public let rating: Satisfaction
  public let note: String
  /// The centre must supervise the case because of it.
  public let mustSupervise: Bool

  public init(rating: Satisfaction, note: String, mustSupervise: Bool) {
    self.rating = rating
    self.note = note
    self.mustSupervise = mustSupervise
  }
}

/// A yellow or red card.
public struct Card: Sendable, Hashable {
  public let cause: CardRule.Cause
  /// How often the cause has come about.
  public let count: Int
  public let act: RungAct
  public let to: [String]
  public let department: DepartmentCode?

  public init(cause: CardRule.Cause, count: Int, act: RungAct, to: [String], department: DepartmentCode?) {
    self.cause = cause
    self.count = count
    self.act = act
    self.to = to
    self.department = department
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
