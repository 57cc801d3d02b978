public import Domain

/// Random journeys of a case through everything that may happen to it: commands, wrong and right ones, routing,
/// repeats, absorbed cases and rungs of the ladder.
public struct RandomWalk: Sendable {
  public private(set) var sample: SampleCase
  private var generator: SeededGenerator
  private static let actors: [Actor] = [
    SampleActors.finder, SampleActors.officer, SampleActors.urban, SampleActors.urbanColleague, SampleActors.water,
    SampleActors.power, SampleActors.dispatcher, SampleActors.supervisor, SampleActors.hotline,
    SampleActors.inspector,
  ]
  private static let extra: Limit = {
    guard let limit = try? Limit("2 work_days") else { preconditionFailure("2 work_days is a limit") }
    return limit
  }()
  public static let id = CaseID(district: "d", number: 1)

  public init(seed: UInt64, policy: NetworkPolicy) {
    var generator = SeededGenerator(seed: seed)
    sample = SampleCase(
      policy: policy, category: ["0101", "0102", "0201", "0901"].randomElement(using: &generator) ?? "0101",
      unit: ["g1", "g2", "g3", "g4", "c1", "s2", "d"].randomElement(using: &generator) ?? "g1",
      source: ReportSource.allCases.randomElement(using: &generator) ?? .officer,
      priority: Priority.allCases.randomElement(using: &generator) ?? .normal,
      onSpot: Int.random(in: 0..<20, using: &generator) == 0 ? Report.OnSpot(action: "told", note: "done") : nil)
    self.generator = generator
  }

  /// One attempt; true when it made events. Time moves on by up to four days, and now and then stands or runs back.
  public mutating func step() -> Bool {
    let seconds = Int64.random(in: -600...(4 * SampleTime.day), using: &generator)
    let now = sample.now + (Int.random(in: 0..<8, using: &generator) == 0 ? seconds : seconds % 1_200)
    sample.now = now
    let value = sample.value
    let draft: CaseDraft?
    switch Int.random(in: 0..<12, using: &generator) {
    case 0:
      draft = CaseMachine.route(
        value, Router.route(value.traits(policy: sample.policy), policy: sample.policy), by: .service("dispatcher"),
        policy: sample.policy, now: now)
    case 1:
      draft =
        value.state.isOpen
        ? CaseMachine.join(value, source: .camera, contentDigest: [1, 2, 3], by: SampleActors.camera, now: now) : nil
    case 2:
      draft = try? CaseMachine.absorb(
        value, id: Self.id, CaseID(district: "d", number: 5), by: SampleActors.dispatcher, now: now)
    case 3, 4: draft = fire(now)
    case 5: draft = CaseMachine.wake(value, by: .service("escalation"), policy: sample.policy, now: now)
    case 6: draft = splitOff(value, now)
    default:
      let (actor, command) = attempt(value, now)
      draft = try? CaseMachine.decide(value, command, by: actor, policy: sample.policy, now: now)
    }
    guard let draft, !draft.events.isEmpty else { return false }
    sample.take(draft)
    return true
  }

  private func splitOff(_ value: Case, _ now: Instant) -> CaseDraft? {
    let allowed = CaseMachine.allowedActions(value, by: SampleActors.dispatcher, policy: sample.policy, now: now)
    guard allowed.contains(.split) else { return nil }
    return CaseMachine.splitOff(
      value, id: Self.id, into: CaseID(district: "d", number: 77), category: "0201", unit: nil,
      by: SampleActors.dispatcher, policy: sample.policy, now: now
    ).stays
  }

  /// Anybody asks anything; or, mostly, someone asks what state and role allow and what leads on.
  private mutating func attempt(_ value: Case, _ now: Instant) -> (Actor, CaseCommand) {
    var actor = Self.actors.randomElement(using: &generator) ?? SampleActors.finder
    var command = command()
    let endings: [CaseAction] =
      Int.random(in: 0..<8, using: &generator) == 0 ? [] : [.void, .merge, .settleOnSpot]
    let allowed = Self.actors.flatMap { actor in
      CaseMachine.allowedActions(value, by: actor, policy: sample.policy, now: now).filter {
        $0 != .comment && !endings.contains($0)
      }.map {
        (actor, $0)
      }
    }
    // Decisions about requests and appeals can be made for a moment only: they are taken up when there is one.
    let decisions: Set<CaseAction> = [.grantExtension, .refuseExtension, .refuseSuspension, .decideAppeal, .answer]
    let urgent = allowed.filter { decisions.contains($0.1) }
    let choices = Bool.random(using: &generator) && !urgent.isEmpty ? urgent : allowed
    if Int.random(in: 0..<4, using: &generator) > 0, let choice = choices.randomElement(using: &generator) {
      actor = choice.0
      for _ in 0..<200 where command.action != choice.1 { command = self.command() }
    }
    return (actor, command)
  }

  private mutating func fire(_ now: Instant) -> CaseDraft? {
    let traits = sample.value.traits(policy: sample.policy)
    let wakes = sample.value.clocks.compactMap { LadderMachine.firstWake($0, traits: traits, policy: sample.policy) }
    guard let wake = wakes.randomElement(using: &generator) else { return nil }
    return LadderMachine.fire(
      wake, sample.value, id: Self.id, by: .service("escalation"), policy: sample.policy, now: now)?.draft
  }

  private mutating func command() -> CaseCommand {
    let departments: [DepartmentCode] = ["urban", "water", "power", "nobody"]
    let lead = departments.randomElement(using: &generator) ?? "urban"
    let yes = Int.random(in: 0..<3, using: &generator) > 0
    switch Int.random(in: 0..<32, using: &generator) {
    case 0: return .verifyReport(genuine: yes, reason: "seen")
    case 1: return .settleOnSpot(action: "told", note: "")
    case 2: return .dispatch(lead: lead, assists: yes ? ["water"] : [], note: "by hand")
    case 3: return .redirect(lead: lead, assists: [], note: "")
    case 4, 5, 6: return .sign
    case 7: return .return(reason: "not ours", responsible: yes ? lead : nil)
    case 8, 9, 10: return .handle(result: "done")
    case 11, 12: return .verify(passed: yes, note: "")
    case 13: return yes ? .void(reason: "error") : .merge(into: CaseID(district: "d", number: 3))
    default: return laterCommand(lead, yes)
    }
  }

  private mutating func laterCommand(_ lead: DepartmentCode, _ yes: Bool) -> CaseCommand {
    let end = sample.now + Int64.random(in: 1...20, using: &generator) * SampleTime.day
    switch Int.random(in: 0..<18, using: &generator) {
    case 0: return .contact(reached: yes, note: "")
    case 1: return .requestExtension(by: Self.extra, reason: "rain")
    case 2: return .grantExtension(department: nil)
    case 3: return .refuseExtension(department: nil, reason: "no")
    case 4: return .suspend(until: yes ? end : nil, reason: "season")
    case 5: return .refuseSuspension(reason: "no")
    case 6: return .resume(note: "")
    case 7: return .revisit(rating: Satisfaction.allCases.randomElement(using: &generator) ?? .unrated, note: "")
    case 8: return .supervise(form: yes ? "leader" : "phone", note: "", department: nil, jointly: [])
    case 9: return .answer(order: nil, text: "seen to")
    case 10: return .coordinate(outcome: "agreed", participants: [lead], excused: yes ? ["water"] : [])
    case 11: return .appoint(lead: lead, assists: [], basis: .appointed, note: "")
    case 12: return .appoint(lead: nil, assists: yes ? ["power"] : ["water"], basis: .leads, note: "")
    case 13: return .reopen(reason: "again")
    case 14: return .appeal(reason: "not ours")
    case 15: return .decideAppeal(accepted: yes, reason: "so")
    case 16: return yes ? .reveal(reason: "call back") : .erase(reason: "asked to")
    default: return yes ? .comment(text: "说明") : .split(category: nil, unit: nil, note: "")
    }
  }
}
