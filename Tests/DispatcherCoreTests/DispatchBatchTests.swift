import Casework
import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient
import TestSupport
import Testing
import Wire

@testable import DispatcherCore

@Suite struct DispatchBatchTests {
  private func batch(_ fixture: CaseworkFixture, pool: PostgresPool? = nil) -> DispatchBatch {
    DispatchBatch(
      district: "d", pool: pool ?? fixture.pool, policies: fixture.policies, clock: fixture.clock)
  }

  @Test func eachCaseGoesWhereTheRulesSay() async throws {
    try await CaseworkFixture.with("dispatch") { fixture in
      let (rubbish, main) = (try await fixture.file(category: "0101"), try await fixture.file(category: "0201"))
      let (other, citizen) = (try await fixture.file(category: "0901"), try await fixture.file(source: .citizen))
      fixture.advance(seconds: 3)
      let outcome = try #require(try await batch(fixture).run())
      #expect(outcome.claimed == 3 && outcome.toDesk == 1 && outcome.oldestWaitMicroseconds == 3_000_000)
      #expect(outcome.append.run.entries.map(\.kind) == ["dispatched", "dispatched", "desked"])
      let values = try await [rubbish, main, other, citizen].asyncMap { try await fixture.load($0).value }
      #expect(values.map(\.state) == [.dispatched, .dispatched, .desk, .reported])
      #expect(values.map { $0.lead?.department } == ["urban", "water", nil, nil])
      #expect(values[1].parts.map(\.department) == ["urban"])
      #expect(values[0].clocks.map(\.name) == [.sign, .handle, .contact])
      #expect(values[0].runningClock(.sign)?.dueAt == fixture.now.adding(seconds: 2 * 3_600))
      #expect(values[2].runningClock(.decide)?.dueAt == fixture.now.adding(seconds: 1_800))
      guard case .dispatched(let dispatch)? = try await fixture.journal()[4].event.decoded()?.detail else {
        Issue.record("the fifth event is the first dispatch")
        return
      }
      #expect(dispatch.rule == "street-order" && dispatch.policyVersion == 1)
      #expect(try await fixture.journal()[4].event.actor == "service:dispatcher")
      #expect(try await batch(fixture).run() == nil, "nobody waits any more")
    }
  }

  @Test func rulesMayReadWhatTheReporterWrote() async throws {
    let files = SampleNetworkFiles.replacing(
      "rules:", with: "rules:\n  - {name: burst, when: {texts: [burst, 爆裂]}, lead: water}", in: "routing.yaml")
    let fixture = try await CaseworkFixture.make(named: "dispatch", files: files)
    let ids = try await [
      fixture.file(description: "A BURST pipe"), fixture.file(description: "水管爆裂"),
      fixture.file(description: "litter"),
    ]
    _ = try await batch(fixture).run()
    let leads = try await ids.asyncMap { try await fixture.load($0).value.lead?.department }
    #expect(leads == ["water", "water", "urban"])
    await fixture.close()
  }

  @Test func theBacklogIsWorkedOffInBoundedBatches() async throws {
    try await CaseworkFixture.with("dispatch") { fixture in
      let count = DispatchBatch.maxClaimedCases + 20
      try await fixture.append(try (0..<count).map { _ in try fixture.filing() })
      #expect(try await batch(fixture).run()?.claimed == DispatchBatch.maxClaimedCases)
      #expect(try await batch(fixture).run()?.claimed == 20)
      #expect(try await batch(fixture).run() == nil)
    }
  }

  @Test func severalCopiesDispatchEachCaseOnce() async throws {
    try await CaseworkFixture.with("dispatch") { fixture in
      let count = 120
      let pools = [fixture.pool(), fixture.pool(), fixture.pool()]
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for _ in 0..<count / 10 { try await fixture.append(try (0..<10).map { _ in try fixture.filing() }) }
        }
        for pool in pools {
          let copy = batch(fixture, pool: pool)
          group.addTask {
            while try await fixture.number("SELECT count(*) FROM cases WHERE state = 'dispatched'") < count {
              _ = try await copy.run()
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await fixture.number("SELECT count(*) FROM journal WHERE kind = 'dispatched'") == count)
      #expect(try await fixture.number("SELECT max(version) FROM cases") == 2)
      #expect(try await fixture.journal().map(\.event.seq) == Array(1...Int64(2 * count)))
      for pool in pools { await pool.close() }
    }
  }

  @Test func whoDiesBetweenClaimAndCommitHasClaimedNothing() async throws {
    let server = try await OwnServer.shared
    let fixture = try await CaseworkFixture.make(named: "dispatch", server: server)
    let id = try await fixture.file()
    let relay = try SocketRelay(to: server, database: fixture.configuration)
    let pool = PostgresPool(try relay.configuration, logger: silent)
    relay.cutOnce(.beforeServerReceived(clientSent: "journal_append"))
    await #expect(throws: PostgresError.self) { try await batch(fixture, pool: pool).run() }
    #expect(try await fixture.kinds(of: id) == ["filed"])
    #expect(try await eventually { try await batch(fixture).run()?.claimed == 1 }, "the lock falls with its connection")
    #expect(try await fixture.kinds(of: id) == ["filed", "dispatched"])
    await pool.close()
    relay.stop()
    await fixture.close()
  }

  @Test func aCommitWhoseAnswerIsLostIsNotRepeated() async throws {
    let server = try await OwnServer.shared
    let fixture = try await CaseworkFixture.make(named: "dispatch", server: server)
    let id = try await fixture.file()
    let relay = try SocketRelay(to: server, database: fixture.configuration)
    let pool = PostgresPool(try relay.configuration, logger: silent)
    relay.cutOnce(.afterServerAnswered(clientSent: "journal_append"))
    await #expect(throws: PostgresError.commitOutcomeUnknown) { try await batch(fixture, pool: pool).run() }
    #expect(try await batch(fixture, pool: pool).run() == nil)
    #expect(try await fixture.kinds(of: id) == ["filed", "dispatched"])
    await pool.close()
    relay.stop()
    await fixture.close()
  }
}

extension Sequence where Element: Sendable {
  func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
