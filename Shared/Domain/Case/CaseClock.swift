/// One stage of a running clock with its due time.
public struct ClockStage: Sendable, Hashable {
  public let name: String
  /// The limit as the policy writes it, e.g. `5 work_days`.
  public let limit: Limit
  public let dueAt: Instant
  /// The calendar of a year it reaches into is not published yet.
  public let provisional: Bool
  /// What was granted on top of the limit, in the order of granting.
  public let extensions: [Limit]

  public init(name: String, limit: Limit, dueAt: Instant, provisional: Bool, extensions: [Limit] = []) {
    self.name = name
    self.limit = limit
    self.dueAt = dueAt
    self.provisional = provisional
    self.extensions = extensions
  }
}

/// A clock of a case: what must happen, until when, and whether it did.
public struct CaseClock: Sendable, Hashable {
  public enum State: String, Sendable, CaseIterable { case running, met, late, cancelled }

  public let name: ClockName
  /// What of the case it times.
  public let matter: ClockMatter
  public let department: DepartmentCode?
  /// Rises whenever a clock of this name is started or re-based, whatever its matter; a rung fires once per version.
  public var version: Int32
  public let startedAt: Instant
  /// At least one, in order; each begins where the one before it is due.
  public var stages: [ClockStage]
  /// The stage now running.
  public var stage: Int
  public var stoppedAt: Instant?
  public var state: State
  /// Since when it stands still; nil while it runs.
  public var pausedAt: Instant?
  /// Microseconds of the pauses that are over, by the measure of the stage now running.
  public var paused: Int64
  /// When it was last re-based by an extension: reminders that would lie before it are not repeated.
  public var rebasedAt: Instant?

  public init(
    name: ClockName, matter: ClockMatter = .whole, department: DepartmentCode?, version: Int32, startedAt: Instant,
    stages: [ClockStage], stage: Int = 0, stoppedAt: Instant? = nil, state: State = .running,
    pausedAt: Instant? = nil, paused: Int64 = 0, rebasedAt: Instant? = nil
  ) {
    precondition(!stages.isEmpty, "a clock has at least one stage")
    self.name = name
    self.matter = matter
    self.department = department
    self.version = version
    self.startedAt = startedAt
    self.stages = stages
    self.stage = stage
    self.stoppedAt = stoppedAt
    self.state = state
    self.pausedAt = pausedAt
    self.paused = paused
    self.rebasedAt = rebasedAt
  }

  /// Whether what it waits for is still to come, though it may stand still.
  public var isRunning: Bool { state == .running }
  /// Whether it is running and stands still (挂账).
  public var isPaused: Bool { isRunning && pausedAt != nil }
  /// Until when it ran: when it was stopped, or paused before that; nil while it runs.
  public var ranUntil: Instant? { isRunning ? nil : pausedAt ?? stoppedAt }
  /// When the stage now running is due.
  public var dueAt: Instant { stages[min(stage, stages.count - 1)].dueAt }
  /// When the whole must be done.
  public var finalDueAt: Instant { stages[stages.count - 1].dueAt }
  /// When the stage now running began.
  public var stageStartedAt: Instant { stage == 0 ? startedAt : stages[stage - 1].dueAt }
  public var provisional: Bool { stages.contains { $0.provisional } }
  public var limitText: String { stages.map { $0.limit.description }.joined(separator: " → ") }

  /// Stops a running clock: met or late by its final due time, or cancelled when what it waited for fell away. A clock
  /// that stands still is asked as of when it was paused.
  public func stopped(at instant: Instant, cancelled: Bool = false) -> CaseClock {
    var clock = self
    clock.stoppedAt = instant
    clock.state = (pausedAt ?? instant) > finalDueAt ? .late : cancelled ? .cancelled : .met
    return clock
  }

  /// A new running clock from the limit that the policy has for these traits; nil when it has none.
  public static func start(
    _ name: ClockName, _ matter: ClockMatter = .whole, for traits: CaseTraits, department: DepartmentCode?,
    version: Int32, at start: Instant, policy: NetworkPolicy
  ) -> CaseClock? {
    guard let rule = policy.limit(for: name, traits, matter: matter) else { return nil }
    return CaseClock(
      name: name, matter: matter, department: department, version: version, startedAt: start,
      stages: chain(rule.stages.map { ($0.name, $0.limit, []) }, from: start, calendar: policy.calendar))
  }
}
