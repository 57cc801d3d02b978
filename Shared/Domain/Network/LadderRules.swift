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

  public init(name: String, at: RungTime, to: [Receiver], act: RungAct) {
    self.name = name
    self.at = at
    self.to = to
    self.act = act
  }
}

/// The rungs of one clock for the cases that meet a condition, in the order of their times.
public struct Ladder: Sendable, Hashable {
  public let clock: ClockName
  public let condition: CaseCondition
  public let rungs: [Rung]

  public init(clock: ClockName, condition: CaseCondition, rungs: [Rung]) {
    self.clock = clock
    self.condition = condition
    self.rungs = rungs
  }
}
