import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Journal
import PostgresClient
import TestSupport
import Testing

@testable import EscalationCore

/// What a new version of the policy does to timers and due times. In the sample network no year's calendar is published,
/// so that the first contact, due on the next working day, is provisional.
@Suite struct PolicyLayoutTests {
  /// The sample network with the calendar of 2026, in which Tuesday 3 March is a day off.
  private static let published: [String: [UInt8]] = {
    var files = SampleNetworkFiles.replacing(
      "holidays: []", with: "holidays: [\"holidays/*.json\"]", in: "calendar.yaml")
    files["holidays/2026.json"] = Array(
      "{\"year\": 2026, \"days\": [{\"name\": \"day off\", \"date\": \"2026-03-03\", \"isOffDay\": true}]}".utf8)
    return files
  }()

  private func apply(
    _ files: [String: [UInt8]], version: Int32 = 2, _ fixture: CaseworkFixture
  ) async throws {
    try await CaseworkFixture.load(files, version: version, pool: fixture.pool)
    try await fixture.policies.refresh()
  }

  private func contactDue(_ fixture: CaseworkFixture, _ number: Int64) async throws -> CaseClock? {
    try await fixture.load(CaseID(district: fixture.district, number: number)).value.runningClock(.contact)
  }

  @Test func aPublishedYearMovesProvisionalDueTimesOnceAndTheirRungsWithThem() async throws {
    try await CaseworkFixture.with("layout") { fixture in
      let rig = EscalationRig(fixture)
      try await rig.layOut()
      try await fixture.dispatchMany(PolicyLayout.maxCases + 20)
      try await rig.settle()
      let before = try #require(try await contactDue(fixture, 1))
      #expect(before.provisional && before.dueAt == CaseworkFixture.march(3, 18, 0))
      #expect(try await rig.layOut().isEmpty, "nothing to do under the same policy")

      try await apply(Self.published, fixture)
      let steps = try await rig.layOut()
      #expect(steps.map(\.recalculated) == [PolicyLayout.maxCases, 20])
      #expect(steps.map(\.isLast) == [false, true])
      let after = try #require(try await contactDue(fixture, 1))
      #expect(!after.provisional && after.dueAt == CaseworkFixture.march(4, 18, 0))
      #expect(after.version == before.version)
      try await rig.follow()
      let timers = try await fixture.timers().filter { $0.clock == "contact" }
      #expect(timers.allSatisfy { $0.fireAt == CaseworkFixture.march(4, 18, 0) })
      let events = try await fixture.number("SELECT count(*) FROM journal WHERE kind = 'recalculated'")
      #expect(events == Int64(PolicyLayout.maxCases + 20))

      // Once more changes nothing.
      let again = PolicyLayout.againCall(fixture.district, try fixture.policy)
      try await fixture.pool.execute(again.statement, again.parameters)
      #expect(try await rig.layOut().map(\.recalculated) == [0, 0])
    }
  }

  @Test func whoIsKilledBetweenTwoBatchesIsFollowedByAnotherThatGoesOn() async throws {
    let server = try await OwnServer.shared
    let fixture = try await CaseworkFixture.make(named: "layout", server: server)
    let rig = EscalationRig(fixture)
    try await rig.layOut()
    try await fixture.dispatchMany(PolicyLayout.maxCases + 20)
    try await rig.settle()
    try await apply(Self.published, fixture)
    let relay = try SocketRelay(to: server, database: fixture.configuration)
    let pool = PostgresPool(try relay.configuration, logger: silent)
    let doomed = EscalationRig(fixture, pool: pool)
    _ = try await doomed.layout.begin(try fixture.policy)
    relay.cutOnce(.beforeServerReceived(clientSent: "journal_append"))
    await #expect(throws: PostgresError.self) { try await doomed.layout.step(try fixture.policy) }
    #expect(try await fixture.number("SELECT count(*) FROM journal WHERE kind = 'recalculated'") == 0)
    let policy = try fixture.policy
    var first: PolicyLayout.Step?
    #expect(
      try await eventually {
        first = try await rig.layout.step(policy)
        return first != nil
      }, "the server has noticed that the other is gone")
    #expect(first?.recalculated == PolicyLayout.maxCases)
    #expect(try await fixture.number("SELECT through FROM timer_policies") == Int64(PolicyLayout.maxCases))
    #expect(try await rig.layOut().map(\.recalculated) == [20])
    let twice = try await fixture.number(
      "SELECT count(*) - count(DISTINCT case_number) FROM journal WHERE kind = 'recalculated'")
    #expect(twice == 0)
    await pool.close()
    relay.stop()
    await fixture.close()
  }

  @Test func aClockWhoseLadderHadEndedGetsTheRungsThatAreNew() async throws {
    let short = SampleNetworkFiles.replacing(
      """
            - {name: street, at: "0", to: [supervisor@street], act: red}
            - {name: inspection, at: +2 urgent_hours, to: [inspector@district], act: flag}
        - clock: handle
      """, with: "  - clock: handle", in: "ladder.yaml")
    let fixture = try await CaseworkFixture.make(named: "layout", files: short)
    let rig = EscalationRig(fixture)
    try await rig.layOut()
    let id = try await fixture.file()
    try await fixture.route(id)
    try await rig.settle()
    fixture.advance(seconds: 3 * 3_600)
    try await rig.settle()
    #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder"])
    #expect(try await fixture.timers().contains { $0.clock == "sign" } == false)
    try await apply(SampleNetworkFiles.all, fixture)
    try await rig.layOut()
    try await rig.settle()
    #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder", "street"])
    #expect(try await fixture.number("SELECT count(*) FROM timer_policy_periods") == 2)
    await fixture.close()
  }

  @Test func aCopyThatStillHoldsTheOldPolicyWaits() async throws {
    try await CaseworkFixture.with("layout") { fixture in
      let old = PolicyStore(pool: fixture.pool, geometry: .skip, logger: silent)
      try await old.refresh()
      let rig = EscalationRig(fixture)
      try await rig.layOut()
      try await apply(Self.published, fixture)
      try await rig.layOut()
      try await fixture.dispatchMany(1)
      fixture.advance(seconds: 7_200)
      let stale = FiringBatch(district: fixture.district, pool: fixture.pool, policies: old, clock: fixture.clock)
      await #expect(throws: EffectNotReady.self) { try await stale.run() }
      let sink = DurableSink(
        consumer: TimerEffect.consumer, pool: fixture.pool, effect: TimerEffect(policies: old), logger: silent)
      let position = try await sink.position(fixture.district)
      let slice = try #require(try await fixture.reader.events(fixture.district, after: position.seq))
      await #expect(throws: EffectNotReady.self) {
        try await sink.apply(slice, to: fixture.district, from: position)
      }
      #expect(try await rig.settle() == 2)
    }
  }
}
