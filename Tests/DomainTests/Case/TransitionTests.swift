import Domain
import DomainSamples
import Testing

/// What the table should say, written a second time: who may do what in which state, and what comes of it.
private struct Expectation {
  let command: CaseCommand
  let from: [CaseState]
  let roles: [Role]
  let kinds: [EventKind]
  /// Nil where the state stays.
  let to: CaseState?
}

private let anyOpen: [CaseState] = [.reported, .filed, .desk, .dispatched, .signed, .handled, .suspended]
private let centre: [Role] = [.dispatcher, .supervisor]
private let checkers: [Role] = [.officer, .dispatcher, .supervisor, .hotline]
private let elsewhere = CaseID(district: "d", number: 9)

private let expectations: [Expectation] = [
  Expectation(
    command: .verifyReport(genuine: true, reason: ""), from: [.reported], roles: [.officer], kinds: [.filed],
    to: .filed),
  Expectation(
    command: .verifyReport(genuine: false, reason: "nothing there"), from: [.reported], roles: [.officer],
    kinds: [.rejected], to: .void),
  Expectation(
    command: .settleOnSpot(action: "told", note: ""), from: [.reported], roles: [.officer], kinds: [.filed, .closed],
    to: .closed),
  Expectation(
    command: .settleOnSpot(action: "told", note: ""), from: [.filed], roles: [.officer], kinds: [.closed], to: .closed),
  Expectation(
    command: .dispatch(lead: "water", assists: ["urban"], note: ""), from: [.filed, .desk], roles: centre,
    kinds: [.dispatched], to: .dispatched),
  Expectation(
    command: .redirect(lead: "water", assists: [], note: ""), from: [.desk, .dispatched], roles: centre,
    kinds: [.dispatched], to: .dispatched),
  Expectation(command: .sign, from: [.dispatched], roles: [.handler], kinds: [.signed], to: .signed),
  Expectation(
    command: .return(reason: "not ours", responsible: "water"), from: [.dispatched], roles: [.handler],
    kinds: [.returned, .desked], to: .desk),
  Expectation(command: .handle(result: "done"), from: [.signed], roles: [.handler], kinds: [.handled], to: .handled),
  Expectation(
    command: .verify(passed: true, note: ""), from: [.handled], roles: checkers, kinds: [.verified, .closed],
    to: .closed),
  Expectation(
    command: .verify(passed: false, note: "not done"), from: [.handled], roles: checkers,
    kinds: [.verified, .reworked], to: .dispatched),
  Expectation(command: .void(reason: "error"), from: anyOpen, roles: centre, kinds: [.voided], to: .void),
  Expectation(
    command: .merge(into: elsewhere), from: [.reported, .filed, .desk, .dispatched, .signed], roles: centre,
    kinds: [.merged], to: .merged),
  Expectation(
    command: .comment(text: "seen"), from: CaseState.allCases,
    roles: [.officer, .handler, .dispatcher, .supervisor, .hotline, .inspector, .admin], kinds: [.commented], to: nil),
]

/// Every actor of the walk is someone who has had nothing to do with the case; handlers are the lead department's.
private func stranger(_ role: Role?) -> Actor {
  SampleActors.user("stranger", role, "d", role == .handler ? "urban" : nil)
}

private func allowedActions(_ state: CaseState, _ role: Role, leadIsUrban: Bool) -> [CaseAction] {
  CaseAction.allCases.filter { action in
    expectations.contains { $0.command.action == action && $0.from.contains(state) && $0.roles.contains(role) }
      && (leadIsUrban || ![.sign, .return, .handle].contains(action))
  }
}

@Suite("Every state, action and role") struct TransitionTests {
  let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  @Test("is either allowed with this effect or refused with this code", arguments: CaseState.allCases)
  func everyCombination(_ state: CaseState) throws {
    let sample = try SampleCase.reaching(state, policy: policy)
    #expect(sample.value.state == state)
    var checked = 0
    for expected in expectations {
      for role in Role.allCases.map(Optional.some) + [nil] {
        let allowed = role.map { expected.roles.contains($0) } ?? false
        // An action with other effects from other states has rows of its own.
        let other = expectations.contains {
          $0.command == expected.command && $0.from != expected.from && $0.from.contains(state)
        }
        if other && allowed { continue }
        try check(expected, sample, stranger(role), roleAllowed: allowed)
        checked += 1
      }
    }
    #expect(checked >= CaseAction.allCases.count * (Role.allCases.count + 1))
  }

  private func check(_ expected: Expectation, _ sample: SampleCase, _ actor: Actor, roleAllowed: Bool) throws {
    let value = sample.value
    let action = expected.command.action
    let place: Comment = "\(action) in \(value.state) by \(actor.role?.rawValue ?? "nobody")"
    do {
      let draft = try CaseMachine.decide(value, expected.command, by: actor, policy: policy, now: sample.now + 60)
      #expect(roleAllowed && expected.from.contains(value.state), place)
      #expect(draft.events.map(\.kind) == expected.kinds, place)
      #expect(draft.value.state == expected.to ?? value.state, place)
      #expect(draft.events.first?.before == value.standing, place)
      #expect(draft.events.last?.after == draft.value.standing, place)
      #expect(draft.events.allSatisfy { $0.actor == actor.text && $0.subject == value.subject }, place)
      #expect(draft.value.version == value.version + Int64(draft.events.count), place)
      #expect(CaseMachine.allowedActions(value, by: actor).contains(action), place)
    } catch let refusal {
      #expect(!roleAllowed || !expected.from.contains(value.state), place)
      if roleAllowed, let role = actor.role {
        #expect(
          refusal
            == .illegalTransition(
              state: value.state,
              allowed: allowedActions(value.state, role, leadIsUrban: value.lead?.department == "urban")), place)
        #expect(refusal.code == "illegal_transition", place)
      } else {
        #expect(refusal == .notYourRole(action, actor.role), place)
        #expect(refusal.code == "forbidden_action", place)
      }
      #expect(!CaseMachine.allowedActions(value, by: actor).contains(action), place)
    }
  }

  @Test("has a row in the table and an expectation") func everyActionHasARow() {
    #expect(
      CaseTransition.table.map(\.action).sorted { $0.rawValue < $1.rawValue }
        == CaseAction.allCases.sorted { $0.rawValue < $1.rawValue })
    for action in CaseAction.allCases {
      let rows = expectations.filter { $0.command.action == action }
      #expect(CaseTransition.row(action).from == Set(rows.flatMap(\.from)), "\(action)")
      #expect(CaseTransition.row(action).roles == Set(rows.flatMap(\.roles)), "\(action)")
    }
  }

  @Test("leaves the case as it was when it is refused") func refusalChangesNothing() throws {
    let sample = try SampleCase.reaching(.closed, policy: policy)
    let before = sample.value
    #expect(throws: CaseRefusal.self) {
      try CaseMachine.decide(
        sample.value, .void(reason: ""), by: SampleActors.dispatcher, policy: policy, now: sample.now)
    }
    #expect(sample.value == before)
  }

  @Test("decides the same from the same") func isPure() throws {
    let sample = try SampleCase.reaching(.handled, policy: policy)
    let first = try CaseMachine.decide(
      sample.value, .verify(passed: false, note: "no"), by: SampleActors.officer, policy: policy, now: sample.now)
    let second = try CaseMachine.decide(
      sample.value, .verify(passed: false, note: "no"), by: SampleActors.officer, policy: policy, now: sample.now)
    #expect(first.events == second.events)
    #expect(first.value == second.value)
  }
}
