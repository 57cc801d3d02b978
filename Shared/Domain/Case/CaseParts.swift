/// A department's lead of a case (主办).
public struct Assignment: Sendable, Hashable {
  public let department: DepartmentCode
  /// Who signed, as the journal writes actors.
  public var officer: String?
  /// The centre appointed it (指定谁, 谁办理): it cannot return the case.
  public var appointed: Bool

  public init(department: DepartmentCode, officer: String? = nil, appointed: Bool = false) {
    self.department = department
    self.officer = officer
    self.appointed = appointed
  }
}

/// An assisting department's part in a case (协办), with clocks, signature and result of its own.
public struct CasePart: Sendable, Hashable {
  public enum State: String, CaseIterable, Sendable {
    case assigned, signed, handled
    /// The department says that it has no part in it; the centre must decide.
    case returned
    /// Nothing is asked of it any more.
    case excused
  }
  public let department: DepartmentCode
  public var state: State
  /// Who signed, as the journal writes actors.
  public var officer: String?
  public var handledBy: String?
  /// The centre appointed it: it cannot return its part.
  public var appointed: Bool
  /// What counts for the department: the same facts that a lead department has for the whole case.
  public var facts: CaseFacts

  public init(
    department: DepartmentCode, state: State = .assigned, officer: String? = nil, handledBy: String? = nil,
    appointed: Bool = false, facts: CaseFacts = .dispatched
  ) {
    self.department = department
    self.state = state
    self.officer = officer
    self.handledBy = handledBy
    self.appointed = appointed
    self.facts = facts
  }

  /// Whether the lead department must wait for it.
  public var isOpen: Bool { state != .handled && state != .excused }
}

/// A department's request that the centre must decide.
public struct TimeRequest: Sendable, Hashable {
  public enum Wish: Sendable, Hashable {
    case extension_(by: Limit)
    case suspension(until: Instant)
  }
  public let department: DepartmentCode
  public let wish: Wish
  public let reason: String

  public init(department: DepartmentCode, wish: Wish, reason: String) {
    self.department = department
    self.wish = wish
    self.reason = reason
  }

  public var isExtension: Bool { if case .extension_ = wish { true } else { false } }
}

/// A supervision order to a department (督办).
public struct SupervisionOrder: Sendable, Hashable {
  /// From 1 on, within the case.
  public let number: Int32
  public let form: String
  public let orderedBy: String
  public let orderedAt: Instant
  public let department: DepartmentCode?
  /// Whether the department must answer in writing and has not yet.
  public var awaitsAnswer: Bool
  /// The version of the clock of its answer; nil where none is asked.
  public let clockVersion: Int32?

  public init(
    number: Int32, form: String, orderedBy: String, orderedAt: Instant, department: DepartmentCode?, awaitsAnswer: Bool,
    clockVersion: Int32?
  ) {
    self.number = number
    self.form = form
    self.orderedBy = orderedBy
    self.orderedAt = orderedAt
    self.department = department
    self.awaitsAnswer = awaitsAnswer
    self.clockVersion = clockVersion
  }
}

/// How often something happened to a case.
public struct CaseCounts: Sendable, Hashable {
  public var returns = 0
  public var reworks = 0
  /// Granted extensions.
  public var extensions = 0
  public var reopens = 0
  public var duplicates = 0
  public var extensionRequests = 0
  /// Returns that the centre rejected (推诿).
  public var rejectedReturns = 0
  public var suspensions = 0
  public var supervisions = 0
  /// Dissatisfied and very dissatisfied ratings.
  public var dissatisfied = 0
  public var appeals = 0
  /// Cases that were split off from this one.
  public var splits = 0
  public init() {}
}
