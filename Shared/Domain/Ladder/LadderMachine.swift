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
    let span = ClockSpan(
      start: clock.stageStartedAt, due: clock.dueAt, measure: stage.limit.unit.measure, paused: clock.paused)
    return span.moment(of: rung.at, by: calendar).at
  }

  /// The first wake of a clock that was just started or moved on; nil when no ladder covers it, or while it stands
  /// still.
  public static func firstWake(
    _ clock: CaseClock, traits: CaseTraits, policy: NetworkPolicy
  ) -> Wake? {
    guard clock.isRunning, !clock.isPaused, let ladder = policy.ladder(for: clock.name, traits, matter: clock.matter),
      let first = nextWaiting(ladder, clock, [], now: clock.startedAt, calendar: policy.calendar)
    else { return nil }
    return Wake(clock: clock.name, clockVersion: clock.wakeVersion, rung: first.index, at: first.at)
  }

  /// The next wake of a clock of the case, past the rungs that it has reached; nil as ``firstWake(_:traits:policy:)``, or
  /// when no rung is left. A rung that was due before now and did not fire is woken at once.
  public static func nextWake(_ clock: CaseClock, of value: Case, policy: NetworkPolicy, now: Instant) -> Wake? {
    guard clock.isRunning, !clock.isPaused,
      let ladder = policy.ladder(for: clock.name, value.traits(policy: policy), matter: clock.matter),
      let next = nextWaiting(ladder, clock, value.escalations, now: now, calendar: policy.calendar)
    else { return nil }
    return Wake(clock: clock.name, clockVersion: clock.wakeVersion, rung: next.index, at: next.at)
  }

  /// Fires every rung that is due by now and was not reached before, in the order of their times, each marked with how
  /// late it is. Returns nil when there is nothing to wake: the clock was stopped in time or re-based, stands still, or
  /// its ladder is gone.
  ///
  /// Of a clock that was stopped too late those rungs fire that lay between its due time and its stop: who was late stays
  /// late, though nobody was there to say so when the time came. Reminders of what is done by now are passed over.
  ///
  /// Which rungs were reached stands in the case, not in the wake; so a wake that is fired again, because the process
  /// died before it was put aside, fires nothing twice.
  ///
  /// - Parameter limit: rungs of later times are left for another time, although they are due; nil: none are. So the rungs
  ///   of several clocks can be fired in the order of their times.
  public static func fire(
    _ wake: Wake, _ value: Case, id: CaseID, by actor: Actor, policy: NetworkPolicy, now: Instant,
    upTo limit: Instant? = nil
  ) -> Outcome? {
    guard let clock = value.clock(wake.clock, wakeVersion: wake.clockVersion), !clock.isPaused,
      let ladder = policy.ladder(for: clock.name, value.traits(policy: policy), matter: clock.matter)
    else { return nil }
    let end = clock.ranUntil
    if let end, end <= clock.dueAt { return nil }
    var outcome = Outcome(draft: CaseDraft(value, actor: actor.text, now: now), flags: [], next: nil)
    while let next = nextWaiting(
      ladder, clock, outcome.draft.value.escalations, now: now, calendar: policy.calendar)
    {
      if let end, next.at >= end { break }
      guard next.at <= min(now, limit ?? now) else {
        outcome.next = Wake(clock: clock.name, clockVersion: clock.wakeVersion, rung: next.index, at: next.at)
        break
      }
      climb(ladder.rungs[next.index], next, clock, &outcome, id: id, policy: policy)
    }
    return outcome
  }

  /// A rung that is still to come, or its next time where it comes again and again.
  private struct Waiting {
    let index: Int
    let name: String
    let at: Instant
  }

  /// The earliest rung that this running of the clock has not reached. A ladder's own order is not enough: whether
  /// `90% used` comes before `-1 work_day` hangs on how long the limit is.
  ///
  /// A reminder that would lie before the clock began, or before it was re-based, is passed over: `-1 work_day` says
  /// nothing of a limit of two hours.
  ///
  /// A rung that lies before one that was reached counts as reached too, so that a policy which renames its rungs or
  /// puts one in does not fire the past again. What was reached is placed where it would lie by the clock as it is now:
  /// a due time that a published calendar moved forward swallows no rung.
  private static func nextWaiting(
    _ ladder: Ladder, _ clock: CaseClock, _ escalations: [CaseEscalation], now: Instant, calendar: WorkingCalendar
  ) -> Waiting? {
    let reached = escalations.map(\.escalation)
      .filter { $0.clock == clock.name && $0.clockVersion == clock.wakeVersion }
    let passed = passedOver(ladder, clock, reached, calendar: calendar)
    let base = clock.isRunning ? max(clock.stageStartedAt, clock.rebasedAt ?? clock.stageStartedAt) : clock.dueAt
    var next: Waiting?
    for (index, rung) in ladder.rungs.enumerated() {
      let first = fireTime(rung, clock, calendar: calendar)
      let again = reached.isEmpty ? [] : reached.filter { rung.isNamed($0.rung) }
      var waiting = Waiting(index: index, name: rung.name, at: first)
      if let every = rung.every, let before = again.map(\.rungAt).max() {
        let following = occurrence(after: before, every: every, now: now, calendar: calendar)
        // Beyond the last year of the calendar no time is later than another.
        guard following > before else { continue }
        waiting = Waiting(index: index, name: RungName(code: rung.name, repeats: again.count).text, at: following)
      } else {
        guard again.isEmpty, passed.map({ first >= $0 }) ?? true else { continue }
        guard first > base || first >= clock.dueAt else { continue }
      }
      // Of two rungs of one moment the ladder's order decides.
      if next.map({ waiting.at < $0.at }) ?? true { next = waiting }
    }
    return next
  }

  /// The moment before which every rung counts as reached. Of two rungs of one moment neither is passed over for the
  /// other; one of another policy's ladder passes over those of its own moment too, which it stands for.
  private static func passedOver(
    _ ladder: Ladder, _ clock: CaseClock, _ reached: [Escalation], calendar: WorkingCalendar
  ) -> Instant? {
    reached.map { escalation in
      ladder.rungs.first { $0.isNamed(escalation.rung) }.map { fireTime($0, clock, calendar: calendar) }
        ?? escalation.rungAt.adding(microseconds: 1)
    }.max()
  }

  /// The next time of a rung that comes again and again. Of times that were missed only the last is made up for.
  private static func occurrence(
    after before: Instant, every: Limit, now: Instant, calendar: WorkingCalendar
  ) -> Instant {
    var next = calendar.advance(from: before, by: every).at
    for _ in 0..<maxMissedOccurrences {
      let following = calendar.advance(from: next, by: every).at
      if following > now || following <= next { break }
      next = following
    }
    return next
  }

  /// Times of a repeated rung that are passed over at once.
  private static let maxMissedOccurrences = 10_000

  private static func climb(
    _ rung: Rung, _ waiting: Waiting, _ clock: CaseClock, _ outcome: inout Outcome, id: CaseID, policy: NetworkPolicy
  ) {
    let now = outcome.draft.now
    // The department that had the clock, where another may lead by now.
    let lead = outcome.draft.value.lead?.department
    let receivers = rung.to.map { receiver in
      receiver.address(
        unit: outcome.draft.value.subject.unit, lead: clock.isRunning ? lead : clock.department ?? lead,
        clockDepartment: clock.department, policy: policy
      ).text
    }
    let escalation = Escalation(
      clock: clock.name, clockVersion: clock.wakeVersion, rung: waiting.name, act: rung.act, to: receivers,
      dueAt: clock.dueAt, rungAt: waiting.at,
      lateSeconds: max(0, (now.microseconds - waiting.at.microseconds) / 1_000_000))
    let late = (clock.ranUntil ?? now) > clock.finalDueAt ? clock.name.lateFact : []
    switch clock.matter {
    case .whole: outcome.draft.record(.escalated(escalation), adding: late)
    case .part:
      let moves = clock.department.map { [CaseDraft.PartMove(department: $0, step: .counted, adding: late)] } ?? []
      outcome.draft.record(.escalated(escalation), parts: moves)
    case .request, .supervision, .appeal, .order: outcome.draft.record(.escalated(escalation))
    }
    guard rung.act == .flag else { return }
    let flag = Flag(
      id: "\(id)-\(clock.name.rawValue)-\(clock.wakeVersion)-\(waiting.name)", clock: clock.name, rung: waiting.name,
      department: clock.department, dueAt: clock.dueAt, to: receivers)
    outcome.draft.record(.flagged(accountabilityID: flag.id, clock: clock.name, rung: waiting.name))
    outcome.flags.append(flag)
  }
}

extension Rung {
  /// Whether an escalation of this name is the rung, the first time or again.
  func isNamed(_ name: String) -> Bool { name == self.name || name.hasPrefix(self.name + "-again-") }
}

extension CaseClock {
  /// What a wake is bound to: a clock that moves to its next stage has rungs of its own again.
  public var wakeVersion: Int32 { version &* Int32(CaseClock.maxStages) &+ Int32(stage) }

  /// Limits with more stages are refused by the validator.
  public static let maxStages = 16
}
