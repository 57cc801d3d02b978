/// Proves from a case's journal that every rung which had to fire did, and names those that did not.
///
/// It asks the ladders anew, and trusts neither timers nor the service that fires them: for every stretch during which a
/// clock ran unchanged under one policy it computes when each rung was to fire, and looks for its `escalated` event.
public struct LadderAudit: Sendable {
  /// A policy and since when rungs fired by its ladders.
  public struct Period: Sendable {
    public let policy: NetworkPolicy
    public let since: Instant

    public init(policy: NetworkPolicy, since: Instant) {
      self.policy = policy
      self.since = since
    }
  }

  /// A rung that did not fire, or a suspended case that was not woken.
  public struct Gap: Sendable, Hashable {
    /// The clock's name, or ``suspension``.
    public let clock: String
    /// As the `escalated` event would have carried it; 0 for a suspension.
    public let clockVersion: Int32
    public let department: DepartmentCode?
    public let rung: String
    /// When it should have been.
    public let expectedAt: Instant
    public let policyVersion: Int32
  }

  /// What was looked at, and what was missing.
  public struct Findings: Sendable {
    /// Runnings of clocks that a ladder covered.
    public var clocks = 0
    /// Rungs that had to fire.
    public var rungs = 0
    public var gaps: [Gap] = []
  }

  /// What a gap of a case that was not woken names as its clock.
  public static let suspension = "suspension"

  private let periods: [Period]
  private let asOf: Instant
  private let graceMicroseconds: Int64

  /// - Parameters:
  ///   - periods: every policy by whose ladders the cases' rungs fired. The first counts from the beginning.
  ///   - asOf: rungs that were to fire later are not asked for; events after it do count, for what fired late did fire.
  ///   - graceMicroseconds: how long a rung may take to fire. A clock that stops, or a policy that ends, sooner after
  ///     the rung's time excuses it.
  public init(periods: [Period], asOf: Instant, graceMicroseconds: Int64 = 60 * Instant.microsecondsPerSecond) {
    self.periods = periods.sorted { $0.since < $1.since }
    self.asOf = asOf
    self.graceMicroseconds = graceMicroseconds
  }

  /// - Parameter events: the whole journal of one case, oldest first.
  public func audit(_ events: [CaseEvent]) -> Findings {
    guard let course = Course(events) else { return Findings() }
    var findings = Findings()
    var expected: Set<RungKey> = []
    var missing: [RungKey: Gap] = [:]
    var covered: Set<ClockKey> = []
    for stretch in course.stretches {
      for (index, period) in periods.enumerated() {
        let from = index == 0 ? stretch.from : max(stretch.from, period.since)
        let next = index + 1 < periods.count ? periods[index + 1].since : nil
        let end = [stretch.to, next].compactMap { $0 }.min()
        guard end.map({ from < $0 }) ?? true,
          let ladder = period.policy.ladder(
            for: stretch.clock.name, stretch.traits(period.policy), matter: stretch.clock.matter)
        else { continue }
        covered.insert(stretch.key)
        let until = end.map { min($0.adding(microseconds: -graceMicroseconds), asOf) } ?? asOf
        let window = Window(stretch: stretch, from: from, until: until, fired: course.fired[stretch.key] ?? [])
        for due in window.due(ladder, period.policy) {
          let key = RungKey(clock: stretch.key, rung: due.rung)
          expected.insert(key)
          guard !due.hasFired, missing[key] == nil else { continue }
          missing[key] = Gap(
            clock: stretch.clock.name.rawValue, clockVersion: stretch.clock.wakeVersion,
            department: stretch.clock.department, rung: due.rung, expectedAt: due.at,
            policyVersion: period.policy.version)
        }
      }
    }
    findings.clocks = covered.count
    findings.rungs = expected.count
    findings.gaps = missing.values.sorted { ($0.expectedAt, $0.clock, $0.rung) < ($1.expectedAt, $1.clock, $1.rung) }
    if let until = course.asleepUntil, until.adding(microseconds: graceMicroseconds) <= asOf {
      findings.gaps.append(
        Gap(
          clock: Self.suspension, clockVersion: 0, department: nil, rung: EventKind.resumed.rawValue,
          expectedAt: until, policyVersion: periods.last?.policy.version ?? 0))
    }
    return findings
  }
}

/// One running of a clock as rungs are bound to it.
private struct ClockKey: Hashable {
  let name: ClockName
  let wakeVersion: Int32
}

private struct RungKey: Hashable {
  let clock: ClockKey
  let rung: String
}

/// A time during which a clock ran and nothing about it changed.
private struct Stretch {
  let clock: CaseClock
  let subject: CaseSubject
  let isReopened: Bool
  let from: Instant
  var to: Instant?

  var key: ClockKey { ClockKey(name: clock.name, wakeVersion: clock.wakeVersion) }

  func traits(_ policy: NetworkPolicy) -> CaseTraits { subject.traits(policy: policy, reopened: isReopened) }
}

/// What the events of a case say of its clocks and of what fired.
private struct Course {
  private struct Name: Hashable {
    let clock: ClockName
    let version: Int32
  }

  private(set) var stretches: [Stretch] = []
  private(set) var fired: [ClockKey: [CaseEscalation]] = [:]
  /// The end of the suspension that the case is in.
  private(set) var asleepUntil: Instant?
  private var open: [Name: Int] = [:]

  /// Nil without events.
  init?(_ events: [CaseEvent]) {
    guard let first = events.first else { return nil }
    var isReopened = first.after.facts.contains(.reopened)
    for event in events {
      if event.after.facts.contains(.reopened) != isReopened {
        isReopened.toggle()
        for index in Array(open.values) { turn(stretches[index].clock, at: event, isReopened) }
      }
      for clock in event.clocks { turn(clock, at: event, isReopened) }
      if case .escalated(let escalation) = event.detail {
        fired[ClockKey(name: escalation.clock, wakeVersion: escalation.clockVersion), default: []].append(
          CaseEscalation(escalation, firedAt: event.at))
      }
      if case .suspended(let until, _) = event.detail {
        asleepUntil = until
      } else if event.after.state != .suspended {
        asleepUntil = nil
      }
    }
  }

  private mutating func turn(_ clock: CaseClock, at event: CaseEvent, _ isReopened: Bool) {
    let name = Name(clock: clock.name, version: clock.version)
    if let index = open.removeValue(forKey: name) { stretches[index].to = event.at }
    guard clock.isRunning, !clock.isPaused else { return }
    open[name] = stretches.count
    stretches.append(Stretch(clock: clock, subject: event.subject, isReopened: isReopened, from: event.at))
  }
}

/// A stretch under one policy.
private struct Window {
  struct DueRung {
    let rung: String
    let at: Instant
    let hasFired: Bool
  }

  let stretch: Stretch
  let from: Instant
  /// What was to fire later is not asked for.
  let until: Instant
  let fired: [CaseEscalation]

  func due(_ ladder: Ladder, _ policy: NetworkPolicy) -> [DueRung] {
    let clock = stretch.clock
    let base = max(clock.stageStartedAt, clock.rebasedAt ?? clock.stageStartedAt)
    let times = ladder.rungs.map { LadderMachine.fireTime($0, clock, calendar: policy.calendar) }
    // What was reached before this window excuses the rungs before it: they are not fired anew by another policy.
    let passed = fired.filter { $0.firedAt < from }.map { earlier in
      let index = ladder.rungs.firstIndex { $0.isNamed(earlier.escalation.rung) }
      return index.map { times[$0] } ?? earlier.escalation.rungAt.adding(microseconds: 1)
    }.max()
    return zip(ladder.rungs, times).flatMap { rung, first -> [DueRung] in
      guard first > base || first >= clock.dueAt else { return [] }
      let mates = fired.map(\.escalation).filter { rung.isNamed($0.rung) }
      guard !mates.isEmpty else {
        guard max(first, from) <= until, passed.map({ first >= $0 }) ?? true else { return [] }
        return [DueRung(rung: rung.name, at: first, hasFired: wasRenamed(first, ladder))]
      }
      let reached = DueRung(rung: rung.name, at: first, hasFired: true)
      guard let every = rung.every, let again = missedRepeat(mates, rung.name, every, policy) else { return [reached] }
      return [reached, again]
    }
  }

  /// Whether a rung of another policy's ladder fired at this rung's time and stands for it.
  private func wasRenamed(_ moment: Instant, _ ladder: Ladder) -> Bool {
    fired.map(\.escalation).contains { escalation in
      escalation.rungAt == moment && !ladder.rungs.contains { $0.isNamed(escalation.rung) }
    }
  }

  /// The next time after the last one that a rung which comes again and again fired, where it was to fire by now.
  private func missedRepeat(
    _ mates: [Escalation], _ name: String, _ every: Limit, _ policy: NetworkPolicy
  ) -> DueRung? {
    guard let last = mates.map(\.rungAt).max() else { return nil }
    let next = policy.calendar.advance(from: last, by: every).at
    guard next > last, max(next, from) <= until else { return nil }
    return DueRung(rung: RungName(code: name, repeats: mates.count).text, at: next, hasFired: false)
  }
}
