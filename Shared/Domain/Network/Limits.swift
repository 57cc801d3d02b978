/// The clocks of a case (DESIGN §5).
public enum ClockName: String, CaseIterable, Sendable {
  /// A person at the desk must decide where the case goes.
  case decide
  /// The department must sign for it.
  case sign
  /// The handler must have spoken with the caller.
  case contact
  /// The department must have handled it.
  case handle
  /// Someone who did not handle it must have verified the result.
  case verify
  /// The department must have answered a supervision order in writing (督办单).
  case answer
}

/// What of a case a clock times. A limit or ladder may be made for one of them.
public enum ClockMatter: String, CaseIterable, Sendable {
  /// The case itself and its lead department.
  case whole = "case"
  /// The part of an assisting department (协办).
  case part
  /// A department's request for more time or for suspension, which the centre must decide.
  case request
  /// The duty to supervise a case whose caller was dissatisfied or gave no rating (必督办).
  case supervision
  /// An appeal that must be decided (申诉).
  case appeal
  /// A supervision order that must be answered.
  case order
}

/// One stage of a limit, e.g. fence 3 h → repair 8 h → restore 5 days; an ordinary limit has one.
public struct LimitStage: Sendable, Hashable {
  public let name: String
  public let limit: Limit
  public let closingStandard: String

  public init(name: String, limit: Limit, closingStandard: String = "") {
    self.name = name
    self.limit = limit
    self.closingStandard = closingStandard
  }
}

/// How long a clock may run for the cases that meet a condition.
public struct LimitRule: Sendable, Hashable {
  public let clock: ClockName
  /// Nil: whatever the clock times.
  public let matter: ClockMatter?
  public let condition: CaseCondition
  /// At least one; each begins where the one before it is due.
  public let stages: [LimitStage]

  public init(clock: ClockName, matter: ClockMatter? = nil, condition: CaseCondition, stages: [LimitStage]) {
    precondition(!stages.isEmpty, "a limit has at least one stage")
    self.clock = clock
    self.matter = matter
    self.condition = condition
    self.stages = stages
  }
}
