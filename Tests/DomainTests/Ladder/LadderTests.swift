import Domain
import DomainSamples
import Testing

@Suite("The ladder") struct LadderTests {
  let policy: NetworkPolicy
  let escalation = Actor.service("escalation")
  let id = CaseID(district: "d", number: 1)

  init() throws { policy = try SamplePolicy().policy() }

  private func dispatched(_ category: CategoryCode = "0101", unit: UnitCode = "g1") -> SampleCase {
    var sample = SampleCase(policy: policy, category: category, unit: unit)
    sample.route()
    return sample
  }

  private func firstWake(_ sample: SampleCase, _ name: ClockName) throws -> LadderMachine.Wake {
    let clock = try #require(sample.value.runningClock(name))
    return try #require(
      LadderMachine.firstWake(clock, traits: sample.value.traits(policy: policy), policy: sample.policy))
  }

  private func fire(_ sample: SampleCase, _ wake: LadderMachine.Wake, at now: Instant) -> LadderMachine.Outcome? {
    LadderMachine.fire(wake, sample.value, id: id, by: escalation, policy: sample.policy, now: now)
  }

  private func rungs(_ events: [CaseEvent]) -> [Escalation] {
    events.compactMap { event in
      guard case .escalated(let escalation) = event.detail else { return nil }
      return escalation
    }
  }

  @Test("fires each rung once, in order, at its time and never early") func oneByOne() throws {
    var sample = dispatched()
    let start = sample.now
    var wake: LadderMachine.Wake? = try firstWake(sample, .sign)
    var fired: [String] = []
    while let next = wake {
      let early = try #require(fire(sample, next, at: next.at.adding(microseconds: -1)))
      #expect(early.draft.events.isEmpty)
      #expect(early.next == next, "woken too early it sleeps on")
      let outcome = try #require(fire(sample, next, at: next.at))
      #expect(rungs(outcome.draft.events).count == 1)
      fired += rungs(outcome.draft.events).map { "\($0.rung) \($0.rungAt.seconds(since: start)) \($0.lateSeconds)" }
      sample.take(outcome.draft)
      wake = outcome.next
    }
    #expect(fired == ["reminder 3600.0 0", "red 7200.0 0", "inspection 14400.0 0"])
    #expect(sample.value.escalations.map(\.escalation.rung) == ["reminder", "red", "inspection"])
  }

  @Test("fires all rungs of a jump in order and says how late each is") func jump() throws {
    var sample = dispatched()
    let start = sample.now
    let now = start + 10 * SampleTime.hour
    let outcome = try #require(fire(sample, try firstWake(sample, .sign), at: now))
    #expect(outcome.draft.events.map(\.kind) == [.escalated, .escalated, .escalated, .flagged])
    #expect(rungs(outcome.draft.events).map(\.rung) == ["reminder", "red", "inspection"])
    #expect(rungs(outcome.draft.events).map(\.lateSeconds) == [32_400, 28_800, 21_600])
    #expect(outcome.draft.events.allSatisfy { $0.at == now && $0.actor == "service:escalation" })
    #expect(outcome.next == nil)
    sample.take(outcome.draft)
    #expect(sample.value.facts.contains(.lateSign))
    #expect(sample.value.state == .dispatched, "the ladder changes no state")
  }

  @Test("fires nothing a second time when the same wake comes again") func killAndRetry() throws {
    var sample = dispatched()
    let stored = try firstWake(sample, .sign)
    let due = try #require(sample.clock(.sign)?.dueAt)
    // Died before the commit: the same wake gives the same rungs.
    let lost = try #require(fire(sample, stored, at: due))
    let again = try #require(fire(sample, stored, at: due))
    #expect(lost.draft.events == again.draft.events)
    #expect(lost.next == again.next)
    // Died after the commit, before the wake was put aside: nothing is left but the rest of the ladder.
    sample.take(again.draft)
    let repeated = try #require(fire(sample, stored, at: due))
    #expect(repeated.draft.events.isEmpty)
    #expect(repeated.next == again.next)
    // Step by step or all at once: the same rungs.
    let later = due + 5 * SampleTime.hour
    let rest = try #require(fire(sample, stored, at: later))
    let atOnce = try #require(fire(dispatched(), stored, at: later))
    #expect(rungs(again.draft.events + rest.draft.events).map(\.rung) == rungs(atOnce.draft.events).map(\.rung))
  }

  @Test("does not wake a clock that was stopped or started again") func staleWakes() throws {
    var sample = dispatched()
    let sign = try firstWake(sample, .sign)
    let handle = try firstWake(sample, .handle)
    try sample.act(.sign, by: SampleActors.urban)
    #expect(fire(sample, sign, at: sample.now + 30 * SampleTime.day) == nil)
    #expect(fire(sample, handle, at: sample.now) != nil)
    try sample.act(.handle(result: ""), by: SampleActors.urban)
    try sample.act(.verify(passed: false, note: ""), by: SampleActors.officer)
    #expect(fire(sample, sign, at: sample.now + 30 * SampleTime.day) == nil, "re-based clocks have other wakes")
    #expect(fire(sample, handle, at: sample.now + 30 * SampleTime.day) == nil)
    #expect(try firstWake(sample, .sign).clockVersion != sign.clockVersion)
    try sample.act(.void(reason: ""), by: SampleActors.dispatcher)
    #expect(fire(sample, try firstWake(dispatched(), .sign), at: sample.now) == nil)
  }

  @Test("fires of a clock that was stopped too late what lay between its due time and its stop") func stoppedLate()
    throws
  {
    var sample = dispatched()
    let wake = try firstWake(sample, .sign)
    let due = try #require(sample.clock(.sign)?.dueAt)
    sample.now = due + SampleTime.hour
    try sample.act(.sign, by: SampleActors.urban)
    // The reminder of what is done by now falls away; the rung of two hours later was never reached.
    let outcome = try #require(fire(sample, wake, at: due + 30 * SampleTime.day))
    #expect(rungs(outcome.draft.events).map { "\($0.rung) \($0.rungAt == due)" } == ["red true"])
    #expect(outcome.next == nil)
    let facts = sample.value.facts
    sample.take(outcome.draft)
    #expect(sample.value.facts == facts, "that it was late had been said when it was signed")
    #expect(fire(sample, wake, at: due + 30 * SampleTime.day)?.draft.events.isEmpty == true, "once")
  }

  @Test("tells of a clock that was stopped those who had it, though another leads by now") func stoppedAndGone() throws
  {
    var sample = dispatched()
    let wake = try firstWake(sample, .sign)
    let due = try #require(sample.clock(.sign)?.dueAt)
    sample.now = due + SampleTime.hour
    let then = try #require(fire(sample, wake, at: sample.now))
    try sample.act(.redirect(lead: "water", assists: [], note: ""), by: SampleActors.dispatcher)
    let later = try #require(fire(sample, wake, at: sample.now))
    #expect(rungs(later.draft.events).map(\.to) == rungs(then.draft.events).filter { $0.rung == "red" }.map(\.to))
  }

  @Test("has rungs of its own for each stage") func stages() throws {
    var sample = dispatched("0102")
    let start = sample.now
    try sample.act(.sign, by: SampleActors.water)
    let fence = try firstWake(sample, .handle)
    #expect(
      fence.at == start + 3 * SampleTime.hour * 9 / 10, "three working days before an end in three hours says nothing")
    let first = try #require(fire(sample, fence, at: start + 3 * SampleTime.hour))
    #expect(rungs(first.draft.events).map(\.rung) == ["yellow", "red"])
    sample.take(first.draft)
    #expect(!sample.value.facts.contains(.lateHandle), "the stage is due, the whole is not")
    try sample.act(.handle(result: "fenced"), by: SampleActors.water, after: 4 * SampleTime.hour)
    #expect(fire(sample, try #require(first.next), at: start + 30 * SampleTime.day) == nil)
    let repair = try firstWake(sample, .handle)
    let second = try #require(fire(sample, repair, at: start + 11 * SampleTime.hour))
    #expect(rungs(second.draft.events).map(\.rung) == ["yellow", "red"])
    #expect(rungs(second.draft.events).allSatisfy { $0.dueAt == start + 11 * SampleTime.hour })
  }

  @Test("opens one accountability record at its last rung") func flag() throws {
    var sample = dispatched()
    let wake = try firstWake(sample, .sign)
    let outcome = try #require(fire(sample, wake, at: sample.now + SampleTime.day))
    let flag = try #require(outcome.flags.first)
    #expect(outcome.flags.count == 1)
    #expect(flag.id == "d-1-sign-\(wake.clockVersion)-inspection")
    #expect(flag.department == "urban")
    #expect(flag.to == ["inspector@d"])
    #expect(flag.dueAt == sample.clock(.sign)?.dueAt)
    #expect(
      outcome.draft.events.last?.detail == .flagged(accountabilityID: flag.id, clock: .sign, rung: "inspection"))
    sample.take(outcome.draft)
    #expect(fire(sample, wake, at: sample.now + 2 * SampleTime.day)?.flags == [])
  }

  @Test("orders rungs by their times, not by their places in the policy") func orderByTime() throws {
    // Of five working days 90% is used on the last; of twenty, two days before the last.
    for (limit, order) in [("5 work_days", ["before", "share"]), ("20 work_days", ["share", "before"])] {
      var network = try SamplePolicy()
      network.limits = [
        LimitRule(
          clock: .handle, condition: CaseCondition(), stages: [LimitStage(name: "", limit: try Limit(limit))])
      ]
      let receiver = Receiver(role: .handler, place: .leadDepartment)
      network.ladders = [
        Ladder(
          clock: .handle, condition: CaseCondition(),
          rungs: [
            Rung(name: "share", at: try RungTime("90% used"), to: [receiver], act: .yellow),
            Rung(name: "before", at: try RungTime("-1 work_day"), to: [receiver], act: .remind),
          ])
      ]
      var sample = SampleCase(policy: try network.policy())
      sample.route()
      var wake: LadderMachine.Wake? = try firstWake(sample, .handle)
      var fired: [Escalation] = []
      while let next = wake {
        let outcome = try #require(fire(sample, next, at: next.at))
        fired += rungs(outcome.draft.events)
        sample.take(outcome.draft)
        wake = outcome.next
      }
      #expect(fired.map(\.rung) == order)
      #expect(fired.allSatisfy { $0.lateSeconds == 0 })
    }
  }

  @Test("does not fire the past again when a policy renames its rungs") func renamedRungs() throws {
    var sample = dispatched()
    let wake = try firstWake(sample, .sign)
    sample.take(try #require(fire(sample, wake, at: sample.now + 3 * SampleTime.hour)).draft)
    var network = try SamplePolicy()
    network.ladders = network.ladders.map { ladder in
      Ladder(
        clock: ladder.clock, condition: ladder.condition,
        rungs: ladder.rungs.map { Rung(name: "new \($0.name)", at: $0.at, to: $0.to, act: $0.act) })
    }
    sample.policy = try network.policy()
    let outcome = try #require(fire(sample, wake, at: sample.now + SampleTime.day))
    #expect(rungs(outcome.draft.events).map(\.rung) == ["new inspection"])
  }

  @Test("has no wake without a ladder, and none when its ladder is gone") func withoutLadder() throws {
    let sample = dispatched()
    let wake = try firstWake(sample, .sign)
    var network = try SamplePolicy()
    network.ladders = []
    let bare = try network.policy()
    let clock = try #require(sample.value.runningClock(.sign))
    #expect(LadderMachine.firstWake(clock, traits: sample.value.traits(policy: bare), policy: bare) == nil)
    #expect(
      LadderMachine.fire(wake, sample.value, id: id, by: escalation, policy: bare, now: sample.now + SampleTime.day)
        == nil)
    let stopped = clock.stopped(at: sample.now)
    #expect(LadderMachine.firstWake(stopped, traits: sample.value.traits(policy: policy), policy: policy) == nil)
  }
}

/// What counts as reached when the policy or the due time changes while a clock runs.
@Suite("Rungs that were passed") struct PassedRungTests {
  private let id = CaseID(district: "d", number: 1)
  private let receiver = Receiver(role: .handler, place: .leadDepartment)

  private func fire(_ sample: inout SampleCase, at now: Instant) throws -> [String] {
    let clock = try #require(sample.value.runningClock(.sign))
    guard let wake = LadderMachine.nextWake(clock, of: sample.value, policy: sample.policy, now: now),
      let outcome = LadderMachine.fire(
        wake, sample.value, id: id, by: .service("escalation"), policy: sample.policy, now: now)
    else { return [] }
    sample.take(outcome.draft)
    return outcome.draft.events.compactMap { event in
      if case .escalated(let escalation) = event.detail { escalation.rung } else { nil }
    }
  }

  private func policy(_ rungs: [(String, String)]) throws -> NetworkPolicy {
    var network = try SamplePolicy()
    network.ladders = [
      Ladder(
        clock: .sign, condition: CaseCondition(),
        rungs: try rungs.map { Rung(name: $0.0, at: try RungTime($0.1), to: [receiver], act: .remind) })
    ]
    return try network.policy()
  }

  @Test("both of two rungs at one moment fire") func oneMoment() throws {
    var sample = SampleCase(policy: try policy([("share", "50% used"), ("step", "-1 urgent_hours"), ("red", "0")]))
    sample.route()
    let start = sample.now
    #expect(try fire(&sample, at: start + SampleTime.hour) == ["share", "step"])
    #expect(try fire(&sample, at: start + 2 * SampleTime.hour) == ["red"])
  }

  @Test("a rung that is put in before one that was reached does not fire the past") func putIn() throws {
    var sample = SampleCase(policy: try policy([("red", "0"), ("end", "+2 urgent_hours")]))
    sample.route()
    let start = sample.now
    #expect(try fire(&sample, at: start + 2 * SampleTime.hour) == ["red"])
    sample.policy = try policy([("early", "50% used"), ("red", "0"), ("later", "+1 urgent_hours")])
    #expect(try fire(&sample, at: start + 5 * SampleTime.hour) == ["later"])
  }
}
