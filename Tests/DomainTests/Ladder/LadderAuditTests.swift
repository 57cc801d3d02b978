import Domain
import DomainSamples
import Testing

/// The daily proof. In the sample network signing is due after two hours; its rungs lie one, two and four hours after
/// the dispatch.
@Suite("The proof of the ladder") struct LadderAuditTests {
  private let id = CaseID(district: "d", number: 1)
  private var network: SamplePolicy
  private let policy: NetworkPolicy

  init() throws {
    network = try SamplePolicy()
    network.casePolicy.extensions = [
      ExtensionRule(grades: [.init(longest: try Limit("5 work_days"), grantedBy: [.dispatcher])])
    ]
    network.casePolicy.suspension = SuspensionRule(
      longest: try Limit("60 urgent_days"), grantedBy: [.dispatcher, .supervisor])
    policy = try network.policy()
  }

  /// Fires what is due of every clock of the case by now, as the service does.
  private func climb(_ sample: inout SampleCase, at now: Instant) {
    sample.now = now
    for clock in sample.value.clocks {
      guard
        let wake = LadderMachine.nextWake(clock, of: sample.value, policy: sample.policy, now: now),
        let outcome = LadderMachine.fire(
          wake, sample.value, id: id, by: .service("escalation"), policy: sample.policy, now: now)
      else { continue }
      sample.take(outcome.draft)
    }
  }

  private func dispatched() -> SampleCase {
    var sample = SampleCase(policy: policy)
    sample.route()
    return sample
  }

  private func audit(
    _ events: [CaseEvent], asOf: Instant, periods: [LadderAudit.Period]? = nil
  ) -> LadderAudit.Findings {
    LadderAudit(periods: periods ?? [LadderAudit.Period(policy: policy, since: SampleTime.start)], asOf: asOf)
      .audit(events)
  }

  private func named(_ findings: LadderAudit.Findings) -> [String] { findings.gaps.map { "\($0.clock) \($0.rung)" } }

  private func without(_ rung: String, of clock: ClockName = .sign, _ events: [CaseEvent]) -> [CaseEvent] {
    events.filter { event in
      guard case .escalated(let escalation) = event.detail else { return true }
      return escalation.clock != clock || escalation.rung != rung
    }
  }

  @Test("holds where every rung fired, however late, and names each that did not") func gaps() throws {
    var sample = dispatched()
    let start = sample.now
    climb(&sample, at: start + 90 * 60)
    climb(&sample, at: start + 10 * SampleTime.hour)
    let asOf = start + 10 * SampleTime.hour
    let whole = audit(sample.events, asOf: asOf)
    #expect(whole.gaps.isEmpty)
    #expect(whole.rungs == 3)
    #expect(whole.clocks == 2, "signing and handling run")
    for (rung, hours) in [("reminder", Int64(1)), ("red", 2), ("inspection", 4)] {
      let findings = audit(without(rung, sample.events), asOf: asOf)
      #expect(named(findings) == ["sign \(rung)"])
      #expect(findings.gaps.first?.expectedAt == start + hours * SampleTime.hour)
      #expect(findings.gaps.first?.clockVersion == 16)
    }
  }

  @Test("asks for nothing that was not due yet, or whose clock had stopped") func notYet() throws {
    var sample = dispatched()
    let start = sample.now
    #expect(audit(sample.events, asOf: start + SampleTime.hour - 1).gaps.isEmpty)
    #expect(named(audit(sample.events, asOf: start + SampleTime.hour)) == ["sign reminder"])
    sample.now = start
    // Signed within the grace after the reminder's time.
    try sample.act(.sign, by: SampleActors.urban, after: SampleTime.hour + 30)
    #expect(audit(sample.events, asOf: start + SampleTime.day).gaps.isEmpty)
    var late = dispatched()
    try late.act(.sign, by: SampleActors.urban, after: SampleTime.hour + 90)
    #expect(named(audit(late.events, asOf: start + SampleTime.day)) == ["sign reminder"])
  }

  @Test("follows a clock that was extended to its new version") func extended() throws {
    var sample = dispatched()
    try sample.act(.sign, by: SampleActors.urban)
    try sample.act(.requestExtension(by: try Limit("5 work_days"), reason: "parts"), by: SampleActors.urban)
    let first = try #require(sample.clock(.handle)?.dueAt)
    try sample.act(.grantExtension(department: nil), by: SampleActors.dispatcher)
    let second = try #require(sample.clock(.handle)?.dueAt)
    #expect(second > first)
    #expect(audit(sample.events, asOf: first + SampleTime.hour).gaps.allSatisfy { $0.clockVersion > 16 })
    climb(&sample, at: second + 30 * SampleTime.day)
    #expect(audit(sample.events, asOf: sample.now).gaps.isEmpty)
    let missing = audit(without("red", of: .handle, sample.events), asOf: sample.now)
    #expect(named(missing) == ["handle red"])
    #expect(missing.gaps.first?.expectedAt == second)
  }

  @Test("asks nothing of a clock that stands still, and all of it when it runs again") func paused() throws {
    var sample = dispatched()
    try sample.act(.sign, by: SampleActors.urban)
    let end = sample.now + 20 * SampleTime.day
    let due = try #require(sample.clock(.handle)?.dueAt)
    try sample.act(.suspend(until: end, reason: "season"), by: SampleActors.dispatcher)
    #expect(audit(sample.events, asOf: due + SampleTime.day).gaps.isEmpty)
    // Not woken although its end has come.
    #expect(named(audit(sample.events, asOf: end + 120)) == ["suspension resumed"])
    sample.now = end
    let woken = try #require(CaseMachine.wake(sample.value, by: .service("escalation"), policy: policy, now: end))
    sample.take(woken)
    let again = try #require(sample.clock(.handle)?.dueAt)
    #expect(again > due)
    #expect(named(audit(sample.events, asOf: again)).contains("handle red"))
    climb(&sample, at: again + 30 * SampleTime.day)
    #expect(audit(sample.events, asOf: sample.now).gaps.isEmpty)
  }

  @Test("counts a rung that comes again and again") func repeated() throws {
    var daily = network
    let receiver = Receiver(role: .handler, place: .leadDepartment)
    daily.ladders = [
      Ladder(
        clock: .sign, condition: CaseCondition(),
        rungs: [
          Rung(name: "chase", at: .due, to: [receiver], act: .supervise, every: try Limit("1 urgent_days")),
          Rung(name: "inspection", at: try RungTime("+36 urgent_hours"), to: [receiver], act: .flag),
        ])
    ]
    let chasing = try daily.policy()
    var sample = SampleCase(policy: chasing)
    sample.route()
    let due = try #require(sample.clock(.sign)?.dueAt)
    let periods = [LadderAudit.Period(policy: chasing, since: SampleTime.start)]
    for day in 0..<3 { climb(&sample, at: due + Int64(day) * SampleTime.day) }
    let rungs = sample.value.escalations.map(\.escalation.rung)
    #expect(rungs == ["chase", "chase-again-1", "inspection", "chase-again-2"])
    let asOf = due + 2 * SampleTime.day + SampleTime.hour
    #expect(audit(sample.events, asOf: asOf, periods: periods).gaps.isEmpty)
    let next = audit(sample.events, asOf: due + 3 * SampleTime.day, periods: periods)
    #expect(named(next) == ["sign chase-again-3"])
    #expect(next.gaps.first?.expectedAt == due + 3 * SampleTime.day)
    // After an outage only the last of the missed times is made up for; that is no gap.
    climb(&sample, at: due + 9 * SampleTime.day + SampleTime.hour)
    #expect(audit(sample.events, asOf: sample.now, periods: periods).gaps.isEmpty)
  }

  @Test("asks for the rungs of each policy while it was in force") func policies() throws {
    var sample = dispatched()
    let start = sample.now
    climb(&sample, at: start + SampleTime.hour)
    var renamed = network
    renamed.version = 8
    renamed.ladders = network.ladders.map { ladder in
      Ladder(
        clock: ladder.clock, condition: ladder.condition,
        rungs: ladder.rungs.map { Rung(name: "new \($0.name)", at: $0.at, to: $0.to, act: $0.act) })
    }
    let later = try renamed.policy()
    let change = start + 90 * 60
    let periods = [
      LadderAudit.Period(policy: policy, since: SampleTime.start), LadderAudit.Period(policy: later, since: change),
    ]
    sample.policy = later
    climb(&sample, at: start + 10 * SampleTime.hour)
    #expect(sample.value.escalations.map(\.escalation.rung) == ["reminder", "new red", "new inspection"])
    #expect(audit(sample.events, asOf: sample.now, periods: periods).gaps.isEmpty)
    // What the old policy asked for before the change is asked for still; the new one would have made up for it.
    let missing = audit(without("reminder", sample.events), asOf: sample.now, periods: periods)
    #expect(missing.gaps.map { "\($0.rung) \($0.policyVersion)" } == ["new reminder 8", "reminder 7"])
    #expect(missing.gaps.allSatisfy { $0.expectedAt == start + SampleTime.hour })
    let other = audit(without("new red", sample.events), asOf: sample.now, periods: periods)
    #expect(named(other) == ["sign new red"])
  }
}
