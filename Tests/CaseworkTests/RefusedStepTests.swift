import Casework
import CaseworkSupport
import Domain
import Journal
import PostgresClient
import Testing
import Wire

/// What the machine refuses is refused to the end: a refused command leaves no trace in the database, and a writer that
/// does not ask the machine cannot move a case where the machine would not.
@Suite struct RefusedStepTests {
  private static let districts: [Role: DepartmentCode] = [.handler: "urban"]

  /// One of each role, and a handler of a department that has nothing to do with the cases.
  private static let people: [Actor] =
    Role.allCases.map { role in
      Actor(kind: .user, name: "a \(role.rawValue)", role: role, unit: "d", department: districts[role])
    } + [Actor(kind: .user, name: "another", role: .handler, unit: "d", department: "water")]

  private static func commands(now: Instant) throws -> [CaseCommand] {
    let day = try Limit("1 work_day")
    let later = now + 86_400
    return [
      .verifyReport(genuine: true, reason: ""), .verifyReport(genuine: false, reason: "not there"),
      .settleOnSpot(action: "told", note: ""), .dispatch(lead: "urban", assists: [], note: ""),
      .redirect(lead: "water", assists: [], note: ""), .sign, .return(reason: "not ours", responsible: nil),
      .contact(reached: true, note: ""), .requestExtension(by: day, reason: "rain"), .grantExtension(department: nil),
      .refuseExtension(department: nil, reason: "no"), .suspend(until: later, reason: "season"),
      .refuseSuspension(reason: "no"), .resume(note: ""),
      result, .verify(passed: true, note: ""), .verify(passed: false, note: "no"),
      .revisit(rating: .satisfied, note: ""),
      .revisit(rating: .dissatisfied, note: ""), .supervise(form: "phone", note: "", department: nil, jointly: []),
      .answer(order: nil, text: "so"), .coordinate(outcome: "agreed", participants: [], excused: []),
      .appoint(lead: "urban", assists: [], basis: .appointed, note: ""),
      .appoint(lead: nil, assists: ["water"], basis: .leads, note: ""),
      .merge(into: CaseID(district: "d", number: 1)), .split(category: nil, unit: nil, note: ""),
      .void(reason: "error"), .reopen(reason: "again"), .appeal(reason: "flood"),
      .decideAppeal(accepted: true, reason: "so"), .reveal(reason: "call"), .erase(reason: "asked"),
      .comment(text: "so"),
    ]
  }

  /// A fixture with the network of the whole loop and one case in each state.
  private func withEveryState(
    _ body: (CaseworkFixture, [CaseState: LoadedCase]) async throws -> Void
  ) async throws {
    let fixture = try await CaseworkFixture.make(named: "refused", files: SampleNetworkFiles.loop)
    // What others are merged into.
    _ = try await fixture.file()
    var cases: [CaseState: LoadedCase] = [:]
    for state in CaseState.allCases {
      cases[state] = try await Self.bring(fixture, to: state)
      #expect(cases[state]?.value.state == state)
    }
    try await body(fixture, cases)
    await fixture.close()
  }

  /// A case that was brought to the state along the shortest way.
  private static func bring(_ fixture: CaseworkFixture, to state: CaseState) async throws -> LoadedCase {
    let id = try await fixture.file(source: state == .reported ? .citizen : .officer)
    let ways: [CaseState: [(CaseCommand, Actor)]] = [
      .desk: [(.return(reason: "not ours", responsible: nil), SampleActors.urban)],
      .signed: [(.sign, SampleActors.urban)],
      .suspended: [
        (.sign, SampleActors.urban), (.suspend(until: fixture.now + 86_400, reason: "season"), SampleActors.chief),
      ],
      .handled: [(.sign, SampleActors.urban), (result, SampleActors.urban)],
      .closed: [
        (.sign, SampleActors.urban), (result, SampleActors.urban),
        (.verify(passed: true, note: ""), SampleActors.officer),
      ],
      .void: [(.void(reason: "error"), SampleActors.dispatcher)],
      .merged: [(.merge(into: CaseID(district: "d", number: 1)), SampleActors.dispatcher)],
    ]
    if state != .reported, state != .filed { try await fixture.route(id) }
    for (command, actor) in ways[state] ?? [] { try await fixture.perform(command, on: id, by: actor) }
    return try await fixture.load(id)
  }

  private static let result = CaseCommand.handle(result: "done", checklist: ["clean", "swept", "repaired"], photos: [])

  @Test(.timeLimit(.minutes(10))) func whatIsRefusedLeavesNoTrace() async throws {
    try await withEveryState { fixture, cases in
      let policy = try fixture.policy
      #expect(Set(try Self.commands(now: fixture.now).map(\.action)) == Set(CaseAction.allCases))
      let before = (try await fixture.end(), try await Self.everything(fixture))
      var refused = 0
      for (state, loaded) in cases {
        for command in try Self.commands(now: fixture.now) {
          for actor in Self.people {
            let decided = Result {
              try CaseMachine.decide(loaded.value, command, by: actor, policy: policy, now: fixture.now)
            }
            guard case .failure(let refusal) = decided else { continue }
            refused += 1
            let error = await #expect(throws: CaseRefusal.self, "\(command.action) in \(state) by \(actor.text)") {
              try await fixture.desk.perform(
                CommandRequest(
                  id: loaded.id, command: command, actor: actor, expectedVersion: loaded.value.version))
            }
            #expect(error == refusal as? CaseRefusal)
          }
        }
      }
      #expect(refused > CaseState.allCases.count * CaseAction.allCases.count * 5)
      #expect(try await fixture.end() == before.0)
      #expect(try await Self.everything(fixture) == before.1)
    }
  }

  @Test(.timeLimit(.minutes(10))) func noWriterTakesAStepThatTheMachineDoesNot() async throws {
    try await withEveryState { fixture, cases in
      let policy = try fixture.policy
      var refused = 0
      for (from, loaded) in cases {
        let steps = try Self.steps(loaded.value, policy, now: fixture.now)
        for to in CaseState.allCases where to != from && !steps.contains(to) {
          // Both are ends that count for nothing; what a case was merged into is written after its row.
          if from == .void, to == .merged { continue }
          // The row and its lock are right, and so is the version; only the state is the writer's own idea.
          var value = loaded.value
          let event = CaseEvent(
            detail: .commented(text: "so"), at: fixture.now, actor: "user:x", subject: value.subject,
            before: value.standing, after: CaseStanding(state: to, lead: value.lead?.department, facts: value.facts),
            clocks: [])
          value.apply(event)
          let change = CaseChange(
            number: loaded.id.number, expectedVersion: loaded.value.version, value: value, events: [event],
            unitPath: policy.unitPath(value.subject.unit), filedDay: policy.filedDay(value.subject.filedAt))
          let error = await #expect(throws: PostgresError.self, "from \(from) to \(to)") {
            try await fixture.append([change])
          }
          #expect(error?.sqlState == .checkViolation, "from \(from) to \(to)")
          refused += 1
        }
      }
      #expect(refused > 60)
      let proof = try await ProjectionProof(pool: fixture.pool, policies: fixture.policies).run(fixture.district)
      #expect(proof.holds, "\(proof.found)")
    }
  }

  /// The states to which any one command, the rules or the end of a suspension bring the case.
  private static func steps(_ value: Case, _ policy: NetworkPolicy, now: Instant) throws -> Set<CaseState> {
    var states: Set<CaseState> = []
    for command in try commands(now: now) {
      for actor in people {
        if let draft = try? CaseMachine.decide(value, command, by: actor, policy: policy, now: now) {
          states.insert(draft.value.state)
        }
      }
    }
    for decision in [RoutingDecision.desk, Router.route(value.traits(policy: policy), policy: policy)] {
      if let draft = CaseMachine.route(value, decision, by: .service("dispatcher"), policy: policy, now: now) {
        states.insert(draft.value.state)
      }
    }
    return states
  }

  /// Every row that a command could have changed, as text.
  private static func everything(_ fixture: CaseworkFixture) async throws -> [String] {
    var rows: [String] = []
    for table in ["cases", "case_parts", "reports", "attachments", "journal"] {
      rows += try await fixture.pool.query(
        .unprepared("SELECT r::text FROM \(table) AS r ORDER BY 1")
      ).map { "\(table) \(try $0.text(0))" }
    }
    return rows
  }
}
