import Casework
public import Domain
import GridNetwork
import Journal
import PostgresClient
public import TestSupport
import Wire

/// Everything that people and services may do to the cases of a fixture, at random: right and wrong commands, routing,
/// new reports, and time that goes on.
public struct RandomActions: Sendable {
  private let fixture: CaseworkFixture
  private var random: SeededRandom
  public private(set) var ids: [CaseID] = []
  /// How many commands were carried out and how many refused.
  public private(set) var done = 0
  public private(set) var refused = 0
  /// The actions that were carried out at least once.
  public private(set) var doneActions: Set<CaseAction> = []
  private let commandsPerRound: Int
  private let roundsPerDay: Int

  /// - Parameters:
  ///   - commandsPerRound: how many commands meet at once.
  ///   - roundsPerDay: about how many rounds pass until time leaps by up to a day; minutes pass in the others.
  public init(
    _ fixture: CaseworkFixture, random: SeededRandom, commandsPerRound: Int = 8, roundsPerDay: Int = 6
  ) {
    self.fixture = fixture
    self.random = random
    self.commandsPerRound = commandsPerRound
    self.roundsPerDay = roundsPerDay
  }

  /// Some rounds of several commands at once.
  public mutating func run(rounds: Int) async throws {
    for _ in 0..<rounds { try await round() }
  }

  public mutating func round() async throws {
    fixture.advance(seconds: Int64.random(in: 0...(isOne(in: roundsPerDay) ? 90_000 : 900), using: &random))
    if ids.count < 6 || isOne(in: 3) { try await file() }
    for (id, value) in try await loadNewest() {
      if value.state == .filed, !isOne(in: 3) { try await fixture.route(id) }
      if value.state == .suspended { try await wake(id) }
      if value.state.isOpen, isOne(in: 4) { try await escalate(id) }
    }
    let values = try await loadNewest()
    var requests: [CommandRequest] = []
    for _ in 0..<commandsPerRound {
      let (id, value) = pick(values)
      let (actor, command) = try attempt(value)
      let version = isOne(in: 5) ? value.version : nil
      requests.append(CommandRequest(id: id, command: command, actor: actor, expectedVersion: version))
    }
    try await perform(requests)
    try await noteSplits()
  }

  /// Carries the commands out, all at once.
  private mutating func perform(_ requests: [CommandRequest]) async throws {
    let desk = fixture.desk
    let outcomes = await withTaskGroup(of: (CaseAction, Bool?).self) { group in
      for request in requests {
        group.addTask {
          let action = request.command.action
          do {
            _ = try await desk.perform(request)
            return (action, true)
          } catch is CaseRefusal {
            return (action, false)
          } catch is CommandFault {
            return (action, false)
          } catch {
            return (action, nil)
          }
        }
      }
      return await group.reduce(into: [(CaseAction, Bool?)]()) { $0.append($1) }
    }
    guard outcomes.allSatisfy({ $0.1 != nil }) else { throw UnexpectedOutcome() }
    done += outcomes.count { $0.1 == true }
    refused += outcomes.count { $0.1 == false }
    doneActions.formUnion(outcomes.filter { $0.1 == true }.map(\.0))
  }

  /// One command on a case that nobody else touches: what the machine says of it is what happens, and what it refuses
  /// leaves no trace. False when the two differ.
  public mutating func probe() async throws -> Bool {
    let (id, value) = pick(try await loadNewest())
    let (actor, command) = try attempt(value)
    let end = try await fixture.end()
    let decided = Result {
      try CaseMachine.decide(value, command, by: actor, policy: try fixture.policy, now: fixture.now)
    }
    let request = CommandRequest(id: id, command: command, actor: actor, expectedVersion: value.version)
    do {
      let result = try await fixture.desk.perform(request)
      try await noteSplits()
      if command.action == .split { return try await fixture.load(id) == result }
      let draft = try decided.get()
      return try await fixture.load(id).value == draft.value && result.value == draft.value
    } catch let refusal as CaseRefusal {
      let (after, endAfter) = (try await fixture.load(id).value, try await fixture.end())
      let isUnchanged = endAfter == end && after == value
      switch decided {
      case .success: return isUnchanged && command.action == .merge
      case .failure(let error): return isUnchanged && error as? CaseRefusal == refusal
      }
    }
  }

  /// How many of the newest cases things are done to: enough to meet each other, few enough that a long walk does not
  /// become slower with every case it has left behind.
  private static let reach = 48

  /// The newest cases as they stand.
  private func loadNewest() async throws -> [(CaseID, Case)] {
    let known = Set(ids)
    return try await fixture.pool.query(
      .unprepared("SELECT number, snapshot FROM cases WHERE district = $1 ORDER BY number DESC LIMIT $2"),
      [.text(fixture.district.text), .int64(Int64(Self.reach))]
    ).map { row in
      (CaseID(district: fixture.district, number: try row.int64(0)), try CaseCoding.decode(try row.bytes(1)))
    }.filter { known.contains($0.0) }
  }

  /// Fires what is due of one of the case's ladders, as the escalation service does.
  private mutating func escalate(_ id: CaseID) async throws {
    let (policy, loaded) = (try fixture.policy, try await fixture.load(id))
    let traits = loaded.value.traits(policy: policy)
    let wakes = loaded.value.clocks.compactMap { LadderMachine.firstWake($0, traits: traits, policy: policy) }
    guard !wakes.isEmpty,
      let outcome = LadderMachine.fire(
        pick(wakes), loaded.value, id: id, by: .service("escalation"), policy: policy, now: fixture.now),
      !outcome.draft.events.isEmpty
    else { return }
    try await fixture.append([CaseChange(loaded, outcome.draft, policy: policy)])
  }

  /// Ends a suspension that has run out, as the escalation service does.
  private func wake(_ id: CaseID) async throws {
    let (policy, loaded) = (try fixture.policy, try await fixture.load(id))
    guard let draft = CaseMachine.wake(loaded.value, by: .service("escalation"), policy: policy, now: fixture.now)
    else { return }
    try await fixture.append([CaseChange(loaded, draft, policy: policy)])
  }

  /// Takes up the cases that were split off.
  private mutating func noteSplits() async throws {
    let last = try await fixture.number(
      "SELECT last_case FROM journal_head WHERE district = $1", [.text(fixture.district.text)])
    let known = Set(ids.map(\.number))
    ids += (1..<(last + 1)).filter { !known.contains($0) }.map { CaseID(district: fixture.district, number: $0) }
  }

  private mutating func file() async throws {
    let categories: [CategoryCode] = ["0101", "0201", "0901"]
    let units: [UnitCode] = ["g1", "g2", "g3", "g4", "c2", "s2"]
    let sources: [ReportSource] = [.officer, .hotline, .citizen, .camera]
    ids.append(
      try await fixture.file(
        category: pick(categories), unit: pick(units), source: pick(sources), by: SampleActors.finder))
  }

  /// Anybody asks anything; or, mostly, someone asks what state and role allow.
  private mutating func attempt(_ value: Case) throws -> (Actor, CaseCommand) {
    let policy = try fixture.policy
    let rare: Set<CaseAction> = [
      .void, .merge, .settleOnSpot, .split, .erase, .reveal, .comment, .coordinate, .contact, .reopen, .redirect,
      .appoint, .supervise,
    ]
    let allowed = SampleActors.all.flatMap { actor in
      CaseMachine.allowedActions(value, by: actor, policy: policy, now: fixture.now).map { (actor, $0) }
    }.filter { !rare.contains($0.1) || !doneActions.contains($0.1) || isOne(in: 12) }
    // What has never come about is tried first, lest the walk go on for the sake of one rare action.
    let new = allowed.filter { !doneActions.contains($0.1) }
    if !new.isEmpty, isOne(in: 5) {
      let (actor, chosen) = pick(new)
      return (actor, command(chosen, value))
    }
    if !isOne(in: 4), !allowed.isEmpty {
      // Often what brings the case on; at times first the action and then who does it, so that what only one may do
      // comes about, too.
      let onward = allowed.filter { [.verifyReport, .dispatch, .sign, .return, .handle, .verify].contains($0.1) }
      if isOne(in: 3), !onward.isEmpty {
        let (actor, chosen) = pick(onward)
        return (actor, command(chosen, value))
      }
      let possible = CaseAction.allCases.filter { action in allowed.contains { $0.1 == action } }
      let action = isOne(in: 4) ? pick(possible) : nil
      let (actor, chosen) = pick(allowed.filter { action == nil || $0.1 == action })
      return (actor, command(chosen, value))
    }
    return (pick(SampleActors.all), command(pick(CaseAction.allCases), value))
  }

  private mutating func command(_ action: CaseAction, _ value: Case) -> CaseCommand {
    let yes = !isOne(in: 3)
    let lead = pick(["urban", "water", "urban", "water", "nobody"] as [DepartmentCode])
    let other: DepartmentCode = lead == "urban" ? "water" : "urban"
    switch action {
    case .verifyReport: return .verifyReport(genuine: yes, reason: "seen")
    case .settleOnSpot: return .settleOnSpot(action: "told", note: "")
    case .dispatch: return .dispatch(lead: lead, assists: yes ? [] : [other], note: "by hand")
    case .redirect: return .redirect(lead: lead, assists: yes ? [other] : [], note: "")
    case .sign: return .sign
    case .return: return .return(reason: "not ours", responsible: yes ? nil : "water")
    case .contact: return .contact(reached: yes, note: "called")
    case .requestExtension:
      return .requestExtension(by: pick(Self.limits), reason: "waits for parts")
    case .grantExtension: return .grantExtension(department: yes ? value.requests.first?.department : nil)
    case .refuseExtension: return .refuseExtension(department: value.requests.first?.department, reason: "no")
    case .suspend:
      let until = fixture.now.adding(microseconds: .random(in: -60_000_000...864_000_000_000, using: &random))
      return .suspend(until: yes ? until : nil, reason: "needs a survey")
    case .refuseSuspension: return .refuseSuspension(reason: "no")
    case .resume: return .resume(note: "")
    case .handle:
      return .handle(result: "done", checklist: isOne(in: 6) ? [] : ["clean", "swept", "repaired"], photos: [])
    case .verify: return .verify(passed: yes, note: "")
    case .revisit: return .revisit(rating: pick(Satisfaction.allCases), note: "asked")
    case .supervise:
      return .supervise(
        form: pick(["phone", "leader", "shouting"]), note: "", department: yes ? nil : other, jointly: [])
    case .answer: return .answer(order: yes ? nil : 1, text: "written")
    case .coordinate:
      let open = value.parts.filter(\.isOpen).map(\.department)
      return .coordinate(outcome: "agreed", participants: [lead], excused: yes ? [] : open)
    case .appoint:
      let isDesk = value.state == .desk
      return .appoint(
        lead: isDesk ? lead : nil, assists: yes ? [other] : [], basis: pick(Appointment.Basis.allCases), note: "")
    case .merge: return .merge(into: pick(ids))
    case .split:
      let categories: [CategoryCode?] = [nil, "0201", "77"]
      return .split(category: pick(categories), unit: yes ? nil : "g3", note: "")
    case .void: return .void(reason: "error")
    case .reopen: return .reopen(reason: "came back")
    case .appeal: return .appeal(reason: "road was closed")
    case .decideAppeal: return .decideAppeal(accepted: yes, reason: "heard")
    case .reveal: return .reveal(reason: "to call back")
    case .erase: return .erase(reason: "asked for")
    case .comment: return .comment(text: "说明")
    }
  }

  private static let limits: [Limit] = ["2 urgent_hours", "5 work_days", "90 work_days"].compactMap { try? Limit($0) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }

  private mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
}

struct UnexpectedOutcome: Error {}
