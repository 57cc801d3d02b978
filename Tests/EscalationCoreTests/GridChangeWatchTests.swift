import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Operations
import PostgresClient
import Testing

@testable import EscalationCore

/// The watch that brings changes of grids into force.
@Suite struct GridChangeWatchTests {
  @Test func anApprovedChangeIsInForceOnItsDayAndReportsGoToTheNewGrids() async throws {
    let fixture = try await CaseworkFixture.make(
      named: "gridwatch", files: SampleNetworkFiles.withGridChanges, geometry: .index)
    let desk = GridChangeDesk(pool: fixture.pool)
    let id = try await desk.propose(
      GridChangeRequest(
        kind: .split, grids: ["g1"], features: Array(SampleNetworkFiles.halves(of: "g1").utf8),
        effective: try CivilDate("2026-03-09"), reason: "too large"),
      by: Actor(kind: .user, name: "wang", role: .officer, unit: "c1"), policy: fixture.policy, at: fixture.now)
    let store = GridChangeStore(pool: fixture.pool)
    for actor in [SampleActors.supervisor, SampleActors.chief] {
      let change = try #require(try await store.change(id, of: "d"))
      try await desk.decide(
        change, version: nil, .approve, note: "", by: actor, calendar: fixture.policy.calendar, at: fixture.now)
    }
    let metrics = MetricsRegistry()
    let watch = GridChangeWatch(
      pool: fixture.pool, policies: fixture.policies, clock: fixture.clock, logger: silent, metrics: metrics)
    #expect(try await watch.settle() == 0)
    fixture.setClock(9, 0, 0)
    #expect(try await watch.settle() == 1)
    #expect(try await watch.settle() == 0)
    let policy = try fixture.policy
    #expect(policy.version == 2 && !policy.units.isInForce("g1") && policy.units.isInForce("g1a"))
    let case1 = try await fixture.file(unit: "g1a")
    #expect(try await fixture.load(case1).value.subject.unit == "g1a")
    // The timers follow the new version as they follow any other.
    try await EscalationRig(fixture).layOut()
    await fixture.close()
  }
}
