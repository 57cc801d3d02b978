import Domain
import DomainSamples
import Testing

@Suite("Clocks") struct ClockTests {
  let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  private func states(_ sample: SampleCase) -> [String] {
    sample.value.clocks.map { "\($0.name.rawValue) \($0.version) \($0.state.rawValue)" }
  }

  @Test("A plain case runs and meets its clocks in turn") func plainCase() throws {
    var sample = SampleCase(policy: policy)
    #expect(states(sample) == [])
    sample.route()
    #expect(states(sample) == ["sign 1 running", "handle 1 running"])
    #expect(sample.clock(.sign)?.dueAt == sample.now + 2 * SampleTime.hour)
    #expect(sample.clock(.sign)?.department == "urban")
    // Five working days from Monday end at Monday's close of business.
    #expect(sample.clock(.handle)?.dueAt.description == "2026-03-09T10:00:00Z")
    try sample.act(.sign, by: SampleActors.urban)
    #expect(states(sample) == ["sign 1 met", "handle 1 running"])
    #expect(sample.clock(.sign)?.stoppedAt == sample.now)
    try sample.act(.handle(result: "done"), by: SampleActors.urban)
    #expect(states(sample) == ["sign 1 met", "handle 1 met", "verify 1 running"])
    try sample.act(.verify(passed: true, note: ""), by: SampleActors.officer)
    #expect(states(sample) == ["sign 1 met", "handle 1 met", "verify 1 met"])
    #expect(
      sample.value.facts == [
        .reported, .valid, .filed, .dispatched, .signed, .onTimeSign, .handled, .onTimeHandle, .closed, .onTimeClose,
      ])
  }

  @Test("A clock is met at its due time and late one microsecond after") func dueToTheMicrosecond() throws {
    var sample = SampleCase(policy: policy)
    sample.route()
    let due = try #require(sample.clock(.sign)?.dueAt)
    let onTime = try CaseMachine.decide(sample.value, .sign, by: SampleActors.urban, policy: policy, now: due)
    #expect(onTime.value.facts.isSuperset(of: [.signed, .onTimeSign]))
    #expect(!onTime.value.facts.contains(.lateSign))
    let late = try CaseMachine.decide(
      sample.value, .sign, by: SampleActors.urban, policy: policy, now: due.adding(microseconds: 1))
    #expect(late.value.facts.isSuperset(of: [.signed, .lateSign]))
    #expect(!late.value.facts.contains(.onTimeSign))
    #expect(late.value.clocks.first?.state == .late)
  }

  @Test("A clock that falls away is cancelled, or late when it had run over") func fallingAway() throws {
    for (after, sign) in [(Int64(60), "cancelled"), (3 * SampleTime.hour, "late")] {
      var sample = SampleCase(policy: policy)
      sample.route()
      try sample.act(.return(reason: "", responsible: nil), by: SampleActors.urban, after: after)
      #expect(states(sample) == ["sign 1 \(sign)", "handle 1 cancelled", "decide 1 running"])
      #expect(sample.value.facts.contains(.lateSign) == (sign == "late"))
      try sample.act(.dispatch(lead: "water", assists: [], note: ""), by: SampleActors.dispatcher)
      #expect(
        states(sample) == [
          "sign 1 \(sign)", "handle 1 cancelled", "decide 1 met", "sign 2 running", "handle 2 running",
        ])
      try sample.act(.sign, by: SampleActors.water)
      #expect(sample.value.facts.contains(.onTimeSign) == (sign != "late"), "late once is late for good")
    }
  }

  @Test("Redirecting gives the new department clocks of its own") func redirecting() throws {
    var sample = SampleCase(policy: policy)
    sample.route()
    try sample.act(.redirect(lead: "water", assists: ["power"], note: ""), by: SampleActors.supervisor)
    #expect(
      states(sample) == [
        "sign 1 cancelled", "handle 1 cancelled", "sign 2 running", "handle 2 running", "sign 3 running",
        "handle 3 running",
      ])
    #expect(sample.clock(.handle)?.department == "water")
    #expect(sample.value.runningClock(.sign, .part, of: "power")?.version == 3)
    #expect(sample.value.lead == Assignment(department: "water"))
    #expect(sample.value.parts == [CasePart(department: "power")])
  }

  @Test("Ending a case leaves no clock running", arguments: CaseState.allCases.filter(\.isOpen))
  func endingStopsAll(_ state: CaseState) throws {
    let sample = try SampleCase.reaching(state, policy: policy)
    for command in [CaseCommand.void(reason: "error"), .merge(into: CaseID(district: "d", number: 8))] {
      guard
        let draft = try? CaseMachine.decide(
          sample.value, command, by: SampleActors.dispatcher, policy: policy, now: sample.now)
      else {
        #expect(command.action == .merge && [.handled, .suspended].contains(state))
        continue
      }
      #expect(draft.value.clocks.allSatisfy { !$0.isRunning })
      #expect(!draft.value.facts.contains(.valid))
      #expect(draft.events.last?.clocks.count == sample.value.clocks.filter(\.isRunning).count)
    }
  }

  @Test("A limit in stages is handed in stage by stage and is late only by its end") func stages() throws {
    var sample = SampleCase(policy: policy, category: "0102")
    sample.route()
    let start = sample.now
    let excuse = CaseCommand.coordinate(outcome: "water alone", participants: ["water", "urban"], excused: ["urban"])
    try sample.act(excuse, by: SampleActors.dispatcher, after: 0)
    var clock = try #require(sample.clock(.handle))
    #expect(clock.stages.map(\.name) == ["fence", "repair", "restore"])
    #expect(clock.dueAt == start + 3 * SampleTime.hour)
    #expect(clock.limitText == "3 urgent_hours → 8 urgent_hours → 5 work_days")
    try sample.act(.sign, by: SampleActors.water)

    var events = try sample.act(.handle(result: "fenced"), by: SampleActors.water, after: 4 * SampleTime.hour)
    #expect(events.map(\.detail) == [.handled(HandedIn(result: "fenced", stage: 0, isFinal: false))])
    #expect(sample.value.state == .signed)
    #expect(!sample.value.facts.contains(.handled))
    clock = try #require(sample.clock(.handle))
    #expect(clock.isRunning)
    #expect(clock.stage == 1)
    #expect(clock.stageStartedAt == start + 3 * SampleTime.hour, "a stage begins where the one before was due")
    #expect(clock.dueAt == start + 11 * SampleTime.hour)

    try sample.act(.handle(result: "repaired"), by: SampleActors.water)
    events = try sample.act(.handle(result: "restored"), by: SampleActors.water)
    #expect(events.map(\.detail) == [.handled(HandedIn(result: "restored", stage: 2, isFinal: true))])
    #expect(sample.value.state == .handled)
    #expect(sample.value.facts.isSuperset(of: [.handled, .onTimeHandle]))
    #expect(sample.clock(.handle)?.state == .met)
  }

  @Test("Rework starts the department's clocks again and is counted") func rework() throws {
    var sample = try SampleCase.reaching(.handled, policy: policy)
    try sample.act(.verify(passed: false, note: "still there"), by: SampleActors.officer)
    #expect(
      states(sample) == ["sign 1 met", "handle 1 met", "verify 1 met", "sign 2 running", "handle 2 running"])
    #expect(sample.value.counts.reworks == 1)
    #expect(sample.value.lead == Assignment(department: "urban"))
    #expect(sample.value.facts == [.reported, .valid, .filed, .dispatched, .reworked])
    #expect(sample.value.handledAt == nil)
    try sample.act(.sign, by: SampleActors.urban)
    try sample.act(.handle(result: "now it is"), by: SampleActors.urban, after: 12 * SampleTime.day)
    try sample.act(.verify(passed: true, note: ""), by: SampleActors.officer)
    #expect(sample.value.facts.isSuperset(of: [.closed, .handled, .lateHandle, .onTimeSign, .reworked]))
    #expect(sample.value.facts.isDisjoint(with: [.onTimeHandle, .onTimeClose]))
  }

  @Test("Handled in time the second time, a case that was late stays late") func lateForGood() throws {
    var sample = try SampleCase.reaching(.signed, policy: policy)
    try sample.act(.handle(result: "late"), by: SampleActors.urban, after: 12 * SampleTime.day)
    #expect(sample.value.facts.contains(.lateHandle))
    try sample.act(.verify(passed: false, note: "no"), by: SampleActors.officer)
    try sample.act(.sign, by: SampleActors.urban)
    try sample.act(.handle(result: "done"), by: SampleActors.urban)
    #expect(sample.clock(.handle)?.state == .met)
    #expect(sample.value.facts.contains(.lateHandle))
    #expect(!sample.value.facts.contains(.onTimeHandle))
  }

  @Test("Without a limit there is no clock, and nothing is on time or late") func withoutLimits() throws {
    var network = try SamplePolicy()
    network.limits = []
    var sample = SampleCase(policy: try network.policy())
    sample.route()
    try sample.act(.sign, by: SampleActors.urban, after: 90 * SampleTime.day)
    try sample.act(.handle(result: "done"), by: SampleActors.urban)
    #expect(sample.value.state == .handled)
    #expect(sample.value.clocks.isEmpty)
    #expect(sample.value.facts.isDisjoint(with: [.onTimeSign, .lateSign, .onTimeHandle, .lateHandle]))
  }

  @Test("A limit may hang on words of the description, wherever the clock is started") func limitsByText() throws {
    var network = try SamplePolicy()
    let urgent = CaseCondition(texts: ["GAS"])
    network.limits.insert(
      LimitRule(clock: .verify, condition: urgent, stages: [LimitStage(name: "", limit: try Limit("1 urgent_hours"))]),
      at: 0)
    let policy = try network.policy()
    #expect(policy.readsTexts)
    let sample = try SampleCase.reaching(.signed, policy: policy)
    let draft = try CaseMachine.decide(
      sample.value, .handle(result: ""), by: SampleActors.urban, policy: policy, now: sample.now,
      text: "smells of gas")
    #expect(draft.value.runningClock(.verify)?.limitText == "1 urgent_hours")
  }

  @Test("A due time in a year without a notice is provisional") func provisional() throws {
    var network = try SamplePolicy()
    network.calendar = WorkingCalendar(
      zone: .fixed(offsetSeconds: 8 * SampleTime.hourCount), week: network.calendar.week, publishedYears: [])
    var sample = SampleCase(policy: try network.policy())
    sample.route()
    #expect(sample.clock(.handle)?.provisional == true)
    #expect(sample.clock(.sign)?.provisional == false, "hours on the wall hang on no calendar")
  }
}

extension SampleTime {
  fileprivate static let hourCount = 3_600
}
