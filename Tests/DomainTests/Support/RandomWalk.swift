public import Domain

/// Random journeys of a case through everything that may happen to it: commands, wrong and right ones, routing,
/// repeats, absorbed cases and rungs of the ladder.
public struct RandomWalk: Sendable {
  public private(set) var sample: SampleCase
  private var generator: SeededGenerator
  private static let actors: [Actor] = [
    SampleActors.finder, SampleActors.officer, SampleActors.urban, SampleActors.urbanColleague, SampleActors.water,
    SampleActors.power, SampleActors.dispatcher, SampleActors.supervisor, SampleActors.hotline,
  ]
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
    case 3, 4, 5: draft = fire(now)
    default:
      let (actor, command) = attempt(value)
      draft = try? CaseMachine.decide(value, command, by: actor, policy: sample.policy, now: now)
    }
    guard let draft, !draft.events.isEmpty else { return false }
    sample.take(draft)
    return true
  }

  /// Anybody asks anything; or, mostly, someone asks what state and role allow and what leads on.
  private mutating func attempt(_ value: Case) -> (Actor, CaseCommand) {
    var actor = Self.actors.randomElement(using: &generator) ?? SampleActors.finder
    var command = command()
    let endings: [CaseAction] =
      Int.random(in: 0..<8, using: &generator) == 0 ? [] : [.void, .merge, .settleOnSpot]
    let allowed = Self.actors.flatMap { actor in
      CaseMachine.allowedActions(value, by: actor).filter { $0 != .comment && !endings.contains($0) }.map {
        (actor, $0)
      }
    }
    if Int.random(in: 0..<4, using: &generator) > 0, let choice = allowed.randomElement(using: &generator) {
      actor = choice.0
      while command.action != choice.1 { command = self.command() }
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
    switch Int.random(in: 0..<14, using: &generator) {
    case 0: return .verifyReport(genuine: yes, reason: "seen")
    case 1: return .settleOnSpot(action: "told", note: "")
    case 2: return .dispatch(lead: lead, assists: yes ? ["water"] : [], note: "by hand")
    case 3: return .redirect(lead: lead, assists: [], note: "")
    case 4, 5, 6: return .sign
    case 7: return .return(reason: "not ours", responsible: yes ? lead : nil)
    case 8, 9: return .handle(result: "done")
    case 10, 11: return .verify(passed: yes, note: "")
    case 12:
      if yes { return .comment(text: "说明") }
      return Bool.random(using: &generator) ? .void(reason: "error") : .merge(into: CaseID(district: "d", number: 3))
    default: return .comment(text: "")
    }
  }
}
