import Casework
import CaseworkSupport
import Domain
import Journal
import MessageBus
import PostgresClient
import TestSupport
import Testing
import Wire

@Suite struct CommandDeskTests {
  /// A case that was sent to the street's cleaners.
  private func dispatched(_ fixture: CaseworkFixture) async throws -> CaseID {
    let id = try await fixture.file()
    try await fixture.route(id)
    return id
  }

  private func request(
    _ id: CaseID, _ command: CaseCommand, by actor: Actor, version: Int64? = nil
  ) -> CommandRequest {
    CommandRequest(id: id, command: command, actor: actor, expectedVersion: version)
  }

  @Test func aCommandReturnsTheCaseAsItLeftIt() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      let id = try await dispatched(fixture)
      let signed = try await fixture.desk.perform(request(id, .sign, by: SampleActors.urban, version: 2))
      #expect(signed.value.state == .signed && signed.value.version == 3)
      #expect(try await fixture.load(id).value == signed.value)
      #expect(try await fixture.journal().last?.event.actor == "user:li")
    }
  }

  @Test func ofTwoWhoSawTheSameVersionOneIsStale() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      let other = CommandDesk(
        pool: fixture.pool(), policies: fixture.policies, publisher: fixture.publisher, clock: fixture.clock)
      for _ in 0..<5 {
        let id = try await dispatched(fixture)
        let signing = request(id, .sign, by: SampleActors.urban, version: 2)
        let redirect = CaseCommand.redirect(lead: "water", assists: [], note: "")
        let redirecting = request(id, redirect, by: SampleActors.dispatcher, version: 2)
        let tasks = [
          Task { try await fixture.desk.perform(signing) }, Task { try await other.perform(redirecting) },
        ]
        var done = 0
        var stale: [Int64] = []
        for task in tasks {
          switch await task.result {
          case .success: done += 1
          case .failure(let error):
            if case .stale(let current)? = error as? CommandFault { stale.append(current.value.version) }
          }
        }
        #expect(done == 1 && stale == [3])
        #expect(try await fixture.load(id).value.version == 3)
      }
      await other.close()
    }
  }

  @Test func whoStatesNoVersionActsOnTheCaseAsItStands() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      let id = try await dispatched(fixture)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<20 {
          group.addTask {
            try await fixture.perform(.comment(text: "\(number)"), on: id, by: SampleActors.officer)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await fixture.load(id).value.version == 22)
      #expect(try await fixture.journal().map(\.event.seq) == Array(1...22))
    }
  }

  @Test func aRefusedCommandChangesNothing() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      let id = try await dispatched(fixture)
      let (end, before) = (try await fixture.end(), try await fixture.load(id))
      let refusals: [(CommandRequest, any Error)] = [
        (request(id, .sign, by: SampleActors.water), CaseRefusal.notYourDepartment("urban")),
        (
          request(id, .handle(result: ""), by: SampleActors.urban),
          CaseRefusal.illegalTransition(state: .dispatched, allowed: [.sign, .return, .contact, .reveal, .comment])
        ),
        (
          request(id, .redirect(lead: "nobody", assists: [], note: ""), by: SampleActors.dispatcher),
          CaseRefusal.unknownDepartment("nobody")
        ),
        (request(id, .merge(into: id), by: SampleActors.dispatcher), CaseRefusal.mergeTarget(id)),
        (request(id, .sign, by: SampleActors.urban, version: 1), CommandFault.stale(before)),
        (
          request(CaseID(district: "d", number: 99), .sign, by: SampleActors.urban),
          CommandFault.unknownCase(CaseID(district: "d", number: 99))
        ),
      ]
      for (request, expected) in refusals {
        let error = await #expect(throws: (any Error).self) { try await fixture.desk.perform(request) }
        #expect(error.map { "\($0)" } == "\(expected)")
      }
      #expect(try await fixture.end() == end)
      #expect(try await fixture.load(id).value == before.value)
    }
  }

  @Test func aMergeIsInTheJournalsOfBothOrOfNone() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      let (target, source) = (try await dispatched(fixture), try await dispatched(fixture))
      let merged = try await fixture.perform(.merge(into: target), on: source, by: SampleActors.dispatcher)
      #expect(merged.value.state == .merged && merged.value.mergedInto == target)
      #expect(merged.value.clocks.allSatisfy { !$0.isRunning })
      #expect(try await fixture.load(target).value.counts.duplicates == 1)
      let last = try await fixture.journal().suffix(2)
      #expect(Set(last.map(\.event.caseNumber)) == [source.number, target.number])
      #expect(Set(last.map(\.event.at)).count == 1)

      try await fixture.perform(.void(reason: "error"), on: target, by: SampleActors.dispatcher)
      let (third, end) = (try await dispatched(fixture), try await fixture.end())
      await #expect(throws: CaseRefusal.mergeTarget(target)) {
        try await fixture.perform(.merge(into: target), on: third, by: SampleActors.dispatcher)
      }
      #expect(try await fixture.end() == end)
      #expect(try await fixture.load(third).value.state == .dispatched)
    }
  }

  @Test func oneCommitCarriesTheOutcomesOfManyCommands() async throws {
    let bus = LoopbackBus(network: LoopbackNetwork(), service: "console", instance: "1")
    let fixture = try await CaseworkFixture.make(named: "desk", bus: bus)
    let inbox = bus.subscribe(prefix: Array("e/".utf8))
    let ids = [try await dispatched(fixture), try await dispatched(fixture), try await dispatched(fixture)]
    _ = await inbox.nextBatch(maxEvents: 100)
    let outcomes = try await fixture.pool().withConnection { holder in
      // While the first command waits for this lock, the others gather for the next commit.
      try await holder.execute(script: "BEGIN; SELECT 1 FROM cases WHERE number = 1 FOR UPDATE")
      let first = Task { try await fixture.perform(.comment(text: "first"), on: ids[0], by: SampleActors.officer) }
      #expect(
        try await eventually {
          // Of this database: other tests wait for locks of theirs on the same server.
          try await fixture.number(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """) > 0
        })
      let requests = [
        request(ids[0], .sign, by: SampleActors.urban), request(ids[1], .sign, by: SampleActors.water),
        request(ids[1], .sign, by: SampleActors.urban, version: 9), request(ids[2], .sign, by: SampleActors.urban),
      ]
      let rest = requests.map { request in Task { try await fixture.desk.perform(request) } }
      #expect(await eventually { await fixture.desk.waitingCount("d") == 4 })
      try await holder.execute(script: "COMMIT")
      var outcomes = ["\(try await first.value.value.version)"]
      for task in rest {
        switch await task.result {
        case .success(let loaded): outcomes.append("\(loaded.value.state) \(loaded.value.version)")
        case .failure(let error): outcomes.append("\(error)")
        }
      }
      return outcomes
    }
    #expect(
      outcomes == [
        "3", "signed 4", "\(CaseRefusal.notYourDepartment("urban"))",
        "\(CommandFault.stale(try await fixture.load(ids[1])))",
        "signed 3",
      ])
    var runs: [Int] = []
    for case .message(let message) in await inbox.nextBatch(maxEvents: 100) {
      runs.append(try JournalRun(decoding: message.frames[0]).entries.count)
    }
    #expect(runs == [1, 2], "two commits, the second with what was allowed of four commands")
    await fixture.close()
  }

  @Test func aCaseOfOneBatchSeesWhatWentBefore() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      let id = try await dispatched(fixture)
      let batch = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<10 {
          group.addTask { (try? await fixture.perform(.sign, on: id, by: SampleActors.urban)) != nil }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(batch == 1)
      #expect(try await fixture.load(id).value.version == 3)
    }
  }

  @Test func aDistrictWithoutNetworkIsNamed() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      await #expect(throws: PolicyFault.noNetwork("elsewhere")) {
        try await fixture.perform(.sign, on: CaseID(district: "elsewhere", number: 1), by: SampleActors.urban)
      }
    }
  }

  @Test func aDeskThatIsClosedHasFinishedWhatItTook() async throws {
    try await CaseworkFixture.with("desk") { fixture in
      let id = try await dispatched(fixture)
      try await fixture.perform(.sign, on: id, by: SampleActors.urban)
      await fixture.desk.close()
      let error = await #expect(throws: GroupCommitError.self) {
        try await fixture.perform(.comment(text: ""), on: id, by: SampleActors.urban)
      }
      #expect(error == .closed)
    }
  }
}
