/// What reaching a rung does.
public enum RungAct: String, CaseIterable, Sendable {
  case remind, yellow, red, supervise
  /// Opens an accountability record at discipline inspection.
  case flag
}

/// Who hears of it: the holders of a role at the case's unit on a tier, or of the lead department.
public struct Receiver: Sendable, Hashable {
  public enum Place: Sendable, Hashable {
    case tier(String)
    case leadDepartment
    /// The department whose clock it is: of a part the assisting one, else the lead.
    case clockDepartment
    /// A body named by the policy, e.g. the procuratorate.
    case department(DepartmentCode)
  }
  public let role: Role
  public let place: Place

  public init(role: Role, place: Place) {
    self.role = role
    self.place = place
  }
}

/// One rung: at this time, these hear of it, in this form.
public struct Rung: Sendable, Hashable {
  /// Unique within its ladder, e.g. `street`.
  public let name: String
  public let at: RungTime
  public let to: [Receiver]
  public let act: RungAct
  /// How long after it fired it fires again, until its clock stops (每日督办); nil: once.
  public let every: Limit?
  /// What people call it; nil, in both languages, where the policy gives its rungs no names.
  public let nameZh: String?
  public let nameEn: String?

  public init(
    name: String, at: RungTime, to: [Receiver], act: RungAct, every: Limit? = nil, nameZh: String? = nil,
    nameEn: String? = nil
  ) {
    self.name = name
    self.nameZh = nameZh
    self.nameEn = nameEn
    self.at = at
    self.to = to
    self.act = act
    self.every = every
  }
}

/// The rungs of one clock for the cases that meet a condition, in the order of their times.
public struct Ladder: Sendable, Hashable {
  public let clock: ClockName
  /// Nil: whatever the clock times.
  public let matter: ClockMatter?
  public let condition: CaseCondition
  public let rungs: [Rung]

  public init(clock: ClockName, matter: ClockMatter? = nil, condition: CaseCondition, rungs: [Rung]) {
    self.clock = clock
    self.matter = matter
    self.condition = condition
    self.rungs = rungs
  }
}

/// A yellow or red card for what was done rather than for what is late: the third request for time, the second
/// dissatisfied rating, a refusal without ground.
public struct CardRule: Sendable, Hashable {
  public enum Cause: String, CaseIterable, Sendable {
    case extensionRequests = "extension_requests"
    case dissatisfied
    /// Returns that the centre rejected (推诿).
    case rejectedReturns = "rejected_returns"
  }
  public let cause: Cause
  /// The card is given when the case reaches this count.
  public let count: Int
  public let act: RungAct
  public let to: [Receiver]
  public let condition: CaseCondition

  public init(cause: Cause, count: Int, act: RungAct, to: [Receiver], condition: CaseCondition = CaseCondition()) {
    self.cause = cause
    self.count = count
    self.act = act
    self.to = to
    self.condition = condition
  }
}
