import Casework
import CaseworkSupport
import Domain
import Journal
import PostgresClient
import TestSupport
import Testing

@testable import EscalationCore

/// In the sample network signing is due after two hours; its rungs are `reminder` after one hour, `street` after two
/// and `inspection` after four. Handling is due after eight hours.
@Suite struct FiringBatchTests {
  private func dispatched(_ fixture: CaseworkFixture, _ count: Int = 1) async throws -> [CaseID] {
    var ids: [CaseID] = []
    for _ in 0..<count {
      let id = try await fixture.file()
      try await fixture.route(id)
      ids.append(id)
    }
    return ids
  }

  @Test func severalCopiesFireEachRungOnce() async throws {
    try await CaseworkFixture.with("firing") { fixture in
      let ids = try await dispatched(fixture, 30)
      try await EscalationRig(fixture).settle()
      fixture.advance(seconds: 5 * 3_600)
      let pools = [fixture.pool(), fixture.pool(), fixture.pool()]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for pool in pools {
          let rig = EscalationRig(fixture, pool: pool)
          group.addTask { for _ in 0..<4 { try await rig.settle() } }
        }
        try await group.waitForAll()
      }
      for id in ids {
        #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder", "street", "inspection"])
      }
      #expect(try await fixture.number("SELECT count(*) FROM accountability") == 30)
      #expect(try await fixture.number("SELECT count(*) FROM journal WHERE kind = 'flagged'") == 30)
      for pool in pools { await pool.close() }
    }
  }

  @Test func whoDiesBetweenClaimAndCommitHasFiredNothing() async throws {
    let server = try await OwnServer.shared
    let fixture = try await CaseworkFixture.make(named: "firing", server: server)
    let id = try await dispatched(fixture)[0]
    let rig = EscalationRig(fixture)
    try await rig.settle()
    fixture.advance(seconds: 2 * 3_600)
    let relay = try SocketRelay(to: server, database: fixture.configuration)
    let pool = PostgresPool(try relay.configuration, logger: silent)
    let doomed = EscalationRig(fixture, pool: pool)
    relay.cutOnce(.beforeServerReceived(clientSent: "journal_append"))
    await #expect(throws: PostgresError.self) { try await doomed.fireOnce() }
    #expect(try await fixture.fired(id).isEmpty)
    #expect(try await eventually { try await rig.settle() == 2 })
    #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder", "street"])

    fixture.advance(seconds: 2 * 3_600)
    relay.cutOnce(.afterServerAnswered(clientSent: "journal_append"))
    await #expect(throws: PostgresError.commitOutcomeUnknown) { try await doomed.fireOnce() }
    #expect(try await rig.settle() == 0)
    #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder", "street", "inspection"])
    await pool.close()
    relay.stop()
    await fixture.close()
  }

  @Test func aRebuildOfTheTimersFiresNothingAgain() async throws {
    try await CaseworkFixture.with("firing") { fixture in
      let id = try await dispatched(fixture)[0]
      let rig = EscalationRig(fixture)
      try await rig.settle()
      fixture.advance(seconds: 2 * 3_600)
      try await rig.settle()
      let next = try await rig.nextFireAt()
      try await rig.forget()
      #expect(try await rig.settle() == 0)
      #expect(try await rig.nextFireAt() == next)
      #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder", "street"])
    }
  }

  @Test func aNewRunningOfTheClockHasItsOwnRungs() async throws {
    try await CaseworkFixture.with("firing") { fixture in
      let id = try await dispatched(fixture)[0]
      let rig = EscalationRig(fixture)
      try await rig.settle()
      fixture.advance(seconds: 2 * 3_600)
      try await rig.settle()
      try await fixture.perform(.redirect(lead: "water", assists: [], note: ""), on: id, by: SampleActors.dispatcher)
      try await rig.settle()
      #expect(try await fixture.number("SELECT clock_version FROM timers WHERE clock = 'sign'") > 16)
      fixture.advance(seconds: 2 * 3_600)
      try await rig.settle()
      let fired = try await fixture.fired(id, clock: .sign)
      #expect(fired.map(\.rung) == ["reminder", "street", "reminder", "street"])
      #expect(
        fired.map { $0.receivers.first } == [
          "handler@d/urban", "supervisor@s1", "handler@d/water", "supervisor@s1",
        ])
    }
  }

  @Test func whatIsOverHasNoTimers() async throws {
    try await CaseworkFixture.with("firing") { fixture in
      let ids = try await dispatched(fixture, 2)
      let rig = EscalationRig(fixture)
      try await rig.settle()
      #expect(try await fixture.number("SELECT count(*) FROM timers") == 6)
      try await fixture.perform(.void(reason: "error"), on: ids[0], by: SampleActors.dispatcher)
      try await rig.settle()
      #expect(try await fixture.number("SELECT count(*) FROM timers") == 3)
      fixture.advance(seconds: 86_400)
      try await rig.settle()
      #expect(try await fixture.fired(ids[0]).isEmpty)
    }
  }
}
