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
  var to: CaseState?
  /// Where, of those states, the case is such that it may be done; nil: in all of them.
  var allowed: [CaseState]?
  /// The code by which it is refused in the others.
  var otherwise = "nothing_to_decide"
  /// What must have happened before.
  var prepare: (command: CaseCommand, actor: Actor)?
}

private let anyOpen: [CaseState] = [.reported, .filed, .desk, .dispatched, .signed, .handled, .suspended]
private let held: [CaseState] = [.dispatched, .signed]
private let everywhere = CaseState.allCases
private let centre: [Role] = [.dispatcher, .supervisor]
private let checkers: [Role] = [.officer, .dispatcher, .supervisor, .hotline]
private let elsewhere = CaseID(district: "d", number: 9)
private let later = SampleTime.start + 9 * SampleTime.day
private let oneDay: Limit = {
  guard let limit = try? Limit("1 work_day") else { preconditionFailure("1 work_day is a limit") }
  return limit
}()

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
  Expectation(
    command: .sign, from: held, roles: [.handler], kinds: [.signed], to: .signed, allowed: [.dispatched],
    otherwise: "illegal_transition"),
  Expectation(
    command: .return(reason: "not ours", responsible: "water"), from: held, roles: [.handler],
    kinds: [.returned, .desked], to: .desk, allowed: [.dispatched], otherwise: "illegal_transition"),
  Expectation(
    command: .contact(reached: true, note: ""), from: [.dispatched, .signed, .handled], roles: [.handler, .hotline],
    kinds: [.contacted]),
  Expectation(
    command: .requestExtension(by: oneDay, reason: "rain"), from: held, roles: [.handler],
    kinds: [.extensionRequested], allowed: [.signed], otherwise: "illegal_transition"),
  Expectation(
    command: .grantExtension(department: nil), from: held, roles: centre, kinds: [.extensionGranted],
    allowed: [.signed], prepare: (.requestExtension(by: oneDay, reason: "rain"), SampleActors.urban)),
  Expectation(
    command: .refuseExtension(department: nil, reason: "no"), from: held, roles: centre, kinds: [.extensionRefused],
    allowed: [.signed], prepare: (.requestExtension(by: oneDay, reason: "rain"), SampleActors.urban)),
  Expectation(
    command: .suspend(until: later, reason: "season"), from: [.signed], roles: centre, kinds: [.suspended],
    to: .suspended),
  Expectation(
    command: .suspend(until: later, reason: "season"), from: [.signed], roles: [.handler],
    kinds: [.suspensionRequested]),
  Expectation(
    command: .refuseSuspension(reason: "no"), from: [.signed], roles: centre, kinds: [.suspensionRefused],
    prepare: (.suspend(until: later, reason: "season"), SampleActors.urban)),
  Expectation(
    command: .resume(note: ""), from: [.suspended], roles: centre + [.handler], kinds: [.resumed], to: .signed),
  Expectation(
    command: .handle(result: "done"), from: held, roles: [.handler], kinds: [.handled], to: .handled,
    allowed: [.signed], otherwise: "illegal_transition"),
  Expectation(
    command: .verify(passed: true, note: ""), from: [.handled], roles: checkers, kinds: [.verified, .closed],
    to: .closed),
  Expectation(
    command: .verify(passed: false, note: "not done"), from: [.handled], roles: checkers,
    kinds: [.verified, .reworked], to: .dispatched),
  Expectation(
    command: .revisit(rating: .basically, note: ""), from: [.closed], roles: [.hotline], kinds: [.revisited]),
  Expectation(
    command: .revisit(rating: .dissatisfied, note: "still dark"), from: [.closed], roles: [.hotline],
    kinds: [.revisited, .reopened], to: .dispatched),
  Expectation(
    command: .supervise(form: "phone", note: "", department: nil, jointly: []), from: anyOpen + [.closed],
    roles: centre + [.hotline], kinds: [.supervised], allowed: anyOpen),
  Expectation(
    command: .answer(order: nil, text: "seen to"), from: everywhere, roles: [.handler], kinds: [.answered],
    allowed: [.dispatched, .signed, .suspended, .handled],
    prepare: (.supervise(form: "leader", note: "", department: nil, jointly: []), SampleActors.supervisor)),
  Expectation(
    command: .coordinate(outcome: "agreed", participants: ["water"], excused: []), from: held + [.desk],
    roles: centre, kinds: [.coordinated]),
  Expectation(
    command: .appoint(lead: "water", assists: [], basis: .appointed, note: ""), from: held + [.desk], roles: centre,
    kinds: [.appointed, .dispatched], to: .dispatched, allowed: [.desk], otherwise: "illegal_transition"),
  Expectation(
    command: .appoint(lead: nil, assists: ["water"], basis: .leads, note: ""), from: held + [.desk], roles: centre,
    kinds: [.appointed], allowed: held, otherwise: "not_provided"),
  Expectation(
    command: .merge(into: elsewhere), from: [.reported, .filed, .desk, .dispatched, .signed], roles: centre,
    kinds: [.merged], to: .merged),
  Expectation(
    command: .split(category: "0201", unit: nil, note: ""), from: [.filed, .desk, .dispatched, .signed],
    roles: centre, kinds: []),
  Expectation(command: .void(reason: "error"), from: anyOpen, roles: centre, kinds: [.voided], to: .void),
  Expectation(
    command: .reopen(reason: "again"), from: [.closed], roles: centre + [.hotline], kinds: [.reopened],
    to: .dispatched),
  Expectation(
    command: .appeal(reason: "flood"), from: [.dispatched, .signed, .suspended, .handled, .closed],
    roles: [.handler], kinds: [.appealed], allowed: [.closed], otherwise: "illegal_transition"),
  Expectation(
    command: .decideAppeal(accepted: true, reason: "so it was"), from: everywhere, roles: [.inspector, .supervisor],
    kinds: [.appealDecided], allowed: [.closed], prepare: (.appeal(reason: "flood"), SampleActors.urban)),
  Expectation(
    command: .reveal(reason: "call back"), from: everywhere,
    roles: [.officer, .handler, .dispatcher, .supervisor, .hotline, .inspector], kinds: [.revealed]),
  Expectation(
    command: .erase(reason: "asked to"), from: everywhere, roles: [.supervisor, .admin], kinds: [.erased]),
  Expectation(
    command: .comment(text: "seen"), from: everywhere,
    roles: [.officer, .handler, .dispatcher, .supervisor, .hotline, .inspector, .admin], kinds: [.commented]),
]

/// Every actor of the walk is someone who has had nothing to do with the case; handlers are the lead department's.
private func stranger(_ role: Role?) -> Actor {
  SampleActors.user("stranger", role, "d", role == .handler ? "urban" : nil)
}

@Suite("Every state, action and role") struct TransitionTests {
  let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  @Test("is either allowed with this effect or refused with this code", arguments: CaseState.allCases)
  func everyCombination(_ state: CaseState) throws {
    var checked = 0
    for expected in expectations {
      var sample = try SampleCase.reaching(state, policy: policy)
      #expect(sample.value.state == state)
      let isAllowed = (expected.allowed ?? expected.from).contains(state)
      if let prepare = expected.prepare, isAllowed { try sample.act(prepare.command, by: prepare.actor) }
      for role in Role.allCases.map(Optional.some) + [nil] {
        let mayDo = role.map { expected.roles.contains($0) } ?? false
        // A command with other effects from other states, or by other roles, has rows of its own.
        let others = expectations.filter {
          $0.command == expected.command && !($0.from == expected.from && $0.roles == expected.roles)
        }
        if others.contains(where: { other in
          role.map { other.roles.contains($0) } == true && (!mayDo || other.from.contains(state))
        }) {
          continue
        }
        try check(expected, sample, stranger(role), mayDo: mayDo, isAllowed: isAllowed)
        checked += 1
      }
    }
    #expect(checked >= CaseAction.allCases.count * (Role.allCases.count - 2))
  }

  private func check(
    _ expected: Expectation, _ sample: SampleCase, _ actor: Actor, mayDo: Bool, isAllowed: Bool
  ) throws {
    let value = sample.value
    let action = expected.command.action
    let place: Comment = "\(action) in \(value.state) by \(actor.role?.rawValue ?? "nobody")"
    let named = CaseMachine.allowedActions(value, by: actor, policy: policy, now: sample.now + 60)
    do {
      let draft = try CaseMachine.decide(value, expected.command, by: actor, policy: policy, now: sample.now + 60)
      #expect(mayDo && isAllowed, place)
      #expect(draft.events.map(\.kind) == expected.kinds, place)
      #expect(draft.value.state == expected.to ?? value.state, place)
      #expect(draft.events.isEmpty || draft.events.first?.before == value.standing, place)
      #expect(draft.events.isEmpty || draft.events.last?.after == draft.value.standing, place)
      #expect(draft.events.allSatisfy { $0.actor == actor.text && $0.subject == value.subject }, place)
      #expect(draft.value.version == value.version + Int64(draft.events.count), place)
      #expect(named.contains(action), place)
    } catch let refusal {
      #expect(!mayDo || !isAllowed, place)
      #expect(refusal.code == code(expected, value, actor, mayDo: mayDo), place)
      if case .illegalTransition(let state, let allowed) = refusal, !expected.from.contains(value.state) {
        #expect(state == value.state && allowed == named, place)
      }
      // Which department is appointed decides whether it may be; of everything else the names say the truth.
      if action != .appoint { #expect(!named.contains(action), place) }
    }
  }

  private func code(_ expected: Expectation, _ value: Case, _ actor: Actor, mayDo: Bool) -> String {
    guard mayDo else { return "forbidden_action" }
    guard expected.from.contains(value.state) else { return "illegal_transition" }
    let isHeld = value.lead?.department == actor.department
    if actor.role == .handler && CaseTransition.row(expected.command.action).holder != nil && !isHeld {
      return "not_your_department"
    }
    return expected.otherwise
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
