/// Which rungs of a case's ladders are to fire, and when the next one is.
public enum LadderMachine {
  /// The next moment at which something fires.
  public struct Wake: Sendable, Hashable {
    public let clock: ClockName
    public let clockVersion: Int32
    /// Where in the ladder the rung stands.
    public let rung: Int
    public let at: Instant

    public init(clock: ClockName, clockVersion: Int32, rung: Int, at: Instant) {
      self.clock = clock
      self.clockVersion = clockVersion
      self.rung = rung
      self.at = at
    }
  }

  /// What came of waking a clock: the events, the accountability records they open, and the next wake, if any.
  public struct Outcome: Sendable {
    public var draft: CaseDraft
    public var flags: [Flag]
    public var next: Wake?
  }

  /// An accountability record to be opened.
  public struct Flag: Sendable, Hashable {
    public let id: String
    public let clock: ClockName
    public let rung: String
    public let department: DepartmentCode?
    public let dueAt: Instant
    public let to: [String]
  }

  /// When the rung is to fire for the stage of the clock that is running.
  public static func fireTime(_ rung: Rung, _ clock: CaseClock, calendar: WorkingCalendar) -> Instant {
    let stage = clock.stages[min(clock.stage, clock.stages.count - 1)]
    let span = ClockSpan(start: clock.stageStartedAt, due: clock.dueAt, measure: stage.limit.unit.measure)
    return span.moment(of: rung.at, by: calendar).at
  }

  /// The first wake of a clock that was just started or moved on; nil when no ladder covers it.
  public static func firstWake(
    _ clock: CaseClock, traits: CaseTraits, policy: NetworkPolicy
  ) -> Wake? {
    guard clock.isRunning, let ladder = policy.ladder(for: clock.name, traits),
      let first = waiting(ladder, clock, [], calendar: policy.calendar).first
    else { return nil }
    return Wake(clock: clock.name, clockVersion: clock.wakeVersion, rung: first.index, at: first.at)
  }

  /// Fires every rung that is due by now and was not reached before, in the order of their times, each marked with how
  /// late it is. Returns nil when there is nothing to wake: the clock was stopped, re-based, or its ladder is gone.
  ///
  /// Which rungs were reached stands in the case, not in the wake; so a wake that is fired again, because the process
  /// died before it was put aside, fires nothing twice.
  public static func fire(
    _ wake: Wake, _ value: Case, id: CaseID, by actor: Actor, policy: NetworkPolicy, now: Instant
  ) -> Outcome? {
    guard let clock = value.runningClock(wake.clock), clock.wakeVersion == wake.clockVersion,
      let ladder = policy.ladder(for: clock.name, value.traits(policy: policy))
    else { return nil }
    var outcome = Outcome(draft: CaseDraft(value, actor: actor.text, now: now), flags: [], next: nil)
    for (index, fireAt) in waiting(ladder, clock, value.escalations, calendar: policy.calendar) {
      guard fireAt <= now else {
        outcome.next = Wake(clock: clock.name, clockVersion: clock.wakeVersion, rung: index, at: fireAt)
        break
      }
      climb(ladder.rungs[index], at: fireAt, clock, &outcome, id: id, policy: policy)
    }
    return outcome
  }

  /// The rungs that this running of the clock has not reached, by time. A ladder's own order is not enough: whether
  /// `90% used` comes before `-1 work_day` hangs on how long the limit is.
  ///
  /// A reminder that would lie before the clock began is passed over: `-1 work_day` says nothing of a limit of two hours.
  ///
  /// A rung that lies no later than the last one reached counts as reached too, so that a policy which renames its
  /// rungs does not fire the past again.
  private static func waiting(
    _ ladder: Ladder, _ clock: CaseClock, _ escalations: [CaseEscalation], calendar: WorkingCalendar
  ) -> [(index: Int, at: Instant)] {
    let reached = escalations.map(\.escalation)
      .filter { $0.clock == clock.name && $0.clockVersion == clock.wakeVersion }
    let last = reached.map(\.rungAt).max()
    return ladder.rungs.enumerated()
      .filter { rung in !reached.contains { $0.rung == rung.element.name } }
      .map { (index: $0.offset, at: fireTime($0.element, clock, calendar: calendar)) }
      .filter { $0.at > clock.stageStartedAt || ladder.rungs[$0.index].at == .due }
      .filter { rung in last.map { rung.at > $0 } ?? true }
      .sorted { ($0.at, $0.index) < ($1.at, $1.index) }
  }

  private static func climb(
    _ rung: Rung, at fireAt: Instant, _ clock: CaseClock, _ outcome: inout Outcome, id: CaseID, policy: NetworkPolicy
  ) {
    let now = outcome.draft.now
    let receivers = rung.to.map { receiver in
      receiver.address(
        unit: outcome.draft.value.subject.unit, lead: outcome.draft.value.lead?.department, policy: policy
      ).text
    }
    let escalation = Escalation(
      clock: clock.name, clockVersion: clock.wakeVersion, rung: rung.name, act: rung.act, to: receivers,
      dueAt: clock.dueAt, rungAt: fireAt, lateSeconds: max(0, (now.microseconds - fireAt.microseconds) / 1_000_000))
    let late = now > clock.finalDueAt ? clock.name.lateFact : []
    outcome.draft.record(.escalated(escalation), adding: late)
    guard rung.act == .flag else { return }
    let flag = Flag(
      id: "\(id)-\(clock.name.rawValue)-\(clock.wakeVersion)-\(rung.name)", clock: clock.name, rung: rung.name,
      department: clock.department, dueAt: clock.dueAt, to: receivers)
    outcome.draft.record(.flagged(accountabilityID: flag.id, clock: clock.name, rung: rung.name))
    outcome.flags.append(flag)
  }
}

extension CaseClock {
  /// What a wake is bound to: a clock that moves to its next stage has rungs of its own again.
  public var wakeVersion: Int32 { version &* Int32(CaseClock.maxStages) &+ Int32(stage) }

  /// Limits with more stages are refused by the validator.
  public static let maxStages = 16
}
