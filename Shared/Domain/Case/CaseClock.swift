/// One stage of a running clock with its due time.
public struct ClockStage: Sendable, Hashable {
  public let name: String
  /// The limit as the policy writes it, e.g. `5 work_days`.
  public let limit: Limit
  public let dueAt: Instant
  /// The calendar of a year it reaches into is not published yet.
  public let provisional: Bool

  public init(name: String, limit: Limit, dueAt: Instant, provisional: Bool) {
    self.name = name
    self.limit = limit
    self.dueAt = dueAt
    self.provisional = provisional
  }
}

/// A clock of a case: what must happen, until when, and whether it did.
public struct CaseClock: Sendable, Hashable {
  public enum State: String, Sendable, CaseIterable { case running, met, late, cancelled }

  public let name: ClockName
  public let department: DepartmentCode?
  /// Rises whenever the clock is started again or re-based; a rung fires once per version.
  public var version: Int32
  public let startedAt: Instant
  /// At least one, in order; each begins where the one before it is due.
  public var stages: [ClockStage]
  /// The stage now running.
  public var stage: Int
  public var stoppedAt: Instant?
  public var state: State

  public init(
    name: ClockName, department: DepartmentCode?, version: Int32, startedAt: Instant, stages: [ClockStage],
    stage: Int = 0, stoppedAt: Instant? = nil, state: State = .running
  ) {
    precondition(!stages.isEmpty, "a clock has at least one stage")
    self.name = name
    self.department = department
    self.version = version
    self.startedAt = startedAt
    self.stages = stages
    self.stage = stage
    self.stoppedAt = stoppedAt
    self.state = state
  }

  public var isRunning: Bool { state == .running }
  /// When the stage now running is due.
  public var dueAt: Instant { stages[min(stage, stages.count - 1)].dueAt }
  /// When the whole must be done.
  public var finalDueAt: Instant { stages[stages.count - 1].dueAt }
  /// When the stage now running began.
  public var stageStartedAt: Instant { stage == 0 ? startedAt : stages[stage - 1].dueAt }
  public var provisional: Bool { stages.contains { $0.provisional } }
  public var limitText: String { stages.map { $0.limit.description }.joined(separator: " → ") }

  /// Stops a running clock: met or late by its final due time, or cancelled when what it waited for fell away.
  public func stopped(at instant: Instant, cancelled: Bool = false) -> CaseClock {
    var clock = self
    clock.stoppedAt = instant
    clock.state = instant > finalDueAt ? .late : cancelled ? .cancelled : .met
    return clock
  }

  /// A new running clock from the limit that the policy has for these traits; nil when it has none.
  public static func start(
    _ name: ClockName, for traits: CaseTraits, department: DepartmentCode?, version: Int32, at start: Instant,
    policy: NetworkPolicy
  ) -> CaseClock? {
    guard let rule = policy.limit(for: name, traits) else { return nil }
    var stages: [ClockStage] = []
    var from = start
    for stage in rule.stages {
      let due = policy.calendar.advance(from: from, by: stage.limit)
      stages.append(ClockStage(name: stage.name, limit: stage.limit, dueAt: due.at, provisional: due.provisional))
      from = due.at
    }
    return CaseClock(name: name, department: department, version: version, startedAt: start, stages: stages)
  }
}
