import Casework
public import Domain
import GridNetwork
import Journal
public import TestSupport

/// Everything that people and services may do to the cases of a fixture, at random: right and wrong commands, routing,
/// new reports, and time that goes on.
public struct RandomActions: Sendable {
  private let fixture: CaseworkFixture
  private var random: SeededRandom
  public private(set) var ids: [CaseID] = []
  /// What the last round did: how many commands were carried out and how many refused.
  public private(set) var done = 0
  public private(set) var refused = 0

  public init(_ fixture: CaseworkFixture, random: SeededRandom) {
    self.fixture = fixture
    self.random = random
  }

  /// Some rounds of several commands at once.
  public mutating func run(rounds: Int) async throws {
    for _ in 0..<rounds { try await round() }
  }

  public mutating func round() async throws {
    fixture.advance(seconds: Int64.random(in: 0...(isOne(in: 6) ? 90_000 : 900), using: &random))
    if ids.count < 6 || isOne(in: 3) { try await file() }
    for id in ids where isOne(in: 4) { try await fixture.route(id) }
    for id in ids where isOne(in: 4) { try await escalate(id) }
    var requests: [CommandRequest] = []
    for _ in 0..<8 {
      let id = ids[Int.random(in: 0..<ids.count, using: &random)]
      let value = try await fixture.load(id).value
      let (actor, command) = attempt(value)
      let version = isOne(in: 5) ? value.version : nil
      requests.append(CommandRequest(id: id, command: command, actor: actor, expectedVersion: version))
    }
    let desk = fixture.desk
    let outcomes = await withTaskGroup(of: Bool?.self) { group in
      for request in requests {
        group.addTask {
          do {
            _ = try await desk.perform(request)
            return true
          } catch is CaseRefusal {
            return false
          } catch is CommandFault {
            return false
          } catch {
            return nil
          }
        }
      }
      return await group.reduce(into: [Bool?]()) { $0.append($1) }
    }
    guard !outcomes.contains(nil) else { throw UnexpectedOutcome() }
    done += outcomes.count { $0 == true }
    refused += outcomes.count { $0 == false }
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

  private mutating func file() async throws {
    let categories: [CategoryCode] = ["0101", "0201", "0901"]
    let units: [UnitCode] = ["g1", "g2", "g3", "g4", "c2", "s2"]
    let sources: [ReportSource] = [.officer, .hotline, .citizen, .camera]
    ids.append(
      try await fixture.file(
        category: pick(categories), unit: pick(units), source: pick(sources), by: SampleActors.finder))
  }

  /// Anybody asks anything; or, mostly, someone asks what state and role allow.
  private mutating func attempt(_ value: Case) -> (Actor, CaseCommand) {
    let allowed = SampleActors.all.flatMap { actor in
      CaseMachine.allowedActions(value, by: actor).map { (actor, $0) }
    }.filter { $0.1 != .comment && (![.void, .merge, .settleOnSpot].contains($0.1) || isOne(in: 8)) }
    if !isOne(in: 4), !allowed.isEmpty {
      let choice = allowed[Int.random(in: 0..<allowed.count, using: &random)]
      return (choice.0, command(choice.1))
    }
    return (pick(SampleActors.all), command(pick(CaseAction.allCases)))
  }

  private mutating func command(_ action: CaseAction) -> CaseCommand {
    let yes = !isOne(in: 3)
    let lead = pick(["urban", "water", "nobody"] as [DepartmentCode])
    switch action {
    case .verifyReport: return .verifyReport(genuine: yes, reason: "seen")
    case .settleOnSpot: return .settleOnSpot(action: "told", note: "")
    case .dispatch: return .dispatch(lead: lead, assists: yes ? [] : ["water"], note: "by hand")
    case .redirect: return .redirect(lead: lead, assists: [], note: "")
    case .sign: return .sign
    case .return: return .return(reason: "not ours", responsible: yes ? nil : "water")
    case .handle: return .handle(result: "done")
    case .verify: return .verify(passed: yes, note: "")
    case .void: return .void(reason: "error")
    case .merge: return .merge(into: pick(ids))
    case .comment: return .comment(text: "说明")
    }
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }

  private mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
}

struct UnexpectedOutcome: Error {}
