import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Platform
import PostgresClient
import Testing
import Wire

/// Proposals, decisions and what becomes of them, on PostgreSQL.
@Suite struct GridChangeTests {
  private static let officer = Actor(kind: .user, name: "wang", role: .officer, unit: "c1")
  private static let street = Actor(kind: .user, name: "zheng", role: .supervisor, unit: "s1")
  private static let chief = Actor(kind: .user, name: "chief", role: .supervisor, unit: "d")

  private func with(_ body: (CaseworkFixture) async throws -> Void) async throws {
    let fixture = try await CaseworkFixture.make(
      named: "grids", files: SampleNetworkFiles.withGridChanges, geometry: .index)
    do {
      try await body(fixture)
      await fixture.close()
    } catch {
      await fixture.close()
      throw error
    }
  }

  private func request(
    _ kind: GridChangeKind = .split, _ grids: [UnitCode] = ["g1"],
    _ features: String = SampleNetworkFiles.halves(of: "g1"), on day: String = "2026-03-09"
  ) throws -> GridChangeRequest {
    GridChangeRequest(
      kind: kind, grids: grids, features: Array(features.utf8), effective: try CivilDate(day), reason: "too large")
  }

  private func propose(_ fixture: CaseworkFixture, _ request: GridChangeRequest) async throws -> GridChange {
    let desk = GridChangeDesk(pool: fixture.pool)
    let id = try await desk.propose(request, by: Self.officer, policy: fixture.policy, at: fixture.now)
    return try await change(fixture, id)
  }

  private func change(_ fixture: CaseworkFixture, _ id: String) async throws -> GridChange {
    try #require(try await GridChangeStore(pool: fixture.pool).change(id, of: fixture.district))
  }

  private func decide(
    _ fixture: CaseworkFixture, _ change: GridChange, _ decision: GridDecision, by actor: Actor, note: String = ""
  ) async throws -> GridChange {
    try await GridChangeDesk(pool: fixture.pool).decide(
      change, version: Int64(change.version), decision, note: note, by: actor, calendar: try fixture.policy.calendar,
      at: fixture.now)
    return try await self.change(fixture, change.id)
  }

  private func approved(_ fixture: CaseworkFixture, _ request: GridChangeRequest) async throws -> GridChange {
    let proposed = try await propose(fixture, request)
    let first = try await decide(fixture, proposed, .approve, by: Self.street)
    return try await decide(fixture, first, .approve, by: Self.chief)
  }

  private func asked(_ fixture: CaseworkFixture) async throws -> [AskedNotice] {
    try await fixture.pool.transaction { try AskedNotice.claim(fixture.district, at: fixture.now, max: 100, in: $0) }
  }

  private func settle(_ fixture: CaseworkFixture, pool: PostgresPool? = nil) async throws -> [GridChangeDay.Outcome] {
    try await GridChangeDay(pool: pool ?? fixture.pool).settle([fixture.district], at: fixture.now).map(\.outcome)
  }

  private func versions(_ fixture: CaseworkFixture) async throws -> Int64 {
    try await fixture.number("SELECT count(*) FROM network_versions")
  }

  @Test func aProposalIsKeptAndTheFirstLevelIsAsked() async throws {
    try await with { fixture in
      let change = try await propose(fixture, request())
      #expect(change.id == "d-g1" && change.state == .proposed && change.version == 1)
      #expect(change.plan.retired == ["g1"] && change.plan.proposed.map(\.code) == ["g1a", "g1b"])
      #expect(change.dueAt == fixture.now + 48 * 3_600)
      #expect(change.effectiveAt == (try Instant(rfc3339: "2026-03-09T00:00:00+08:00")))
      let told = try await asked(fixture)
      #expect(told.map(\.kind) == [.gridChangeAsked] && told[0].hearers.map(\.text) == ["supervisor@s1"])
      #expect(told[0].details["due_at_microseconds"] == .integer(change.dueAt.microseconds))
      #expect(try DrawnGrid.read(collection: change.before).grids.map(\.grid.code) == ["g1"])
    }
  }

  @Test func faultsAreNamedAndCodesAreClaimed() async throws {
    try await with { fixture in
      let first = try await propose(fixture, request())
      let overlapping = SampleNetworkFiles.collection(
        SampleNetworkFiles.feature("n1", in: "g2", to: 0.6), SampleNetworkFiles.feature("n2", in: "g2", from: 0.5))
      let fault = await #expect(throws: GridChangeDenial.self) {
        try await propose(fixture, request(.split, ["g2"], overlapping, on: "2026-03-01"))
      }
      guard case .invalid(let faults)? = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
      #expect(faults.map(\.code) == ["overlap", "in_past"])
      await #expect(throws: GridChangeDenial.taken([.init(code: "g1", id: first.id)])) {
        let other = SampleNetworkFiles.collection(
          SampleNetworkFiles.feature("n1", in: "g1", to: 0.5), SampleNetworkFiles.feature("n2", in: "g1", from: 0.5))
        return try await propose(fixture, request(.split, ["g1"], other))
      }
      _ = try await decide(fixture, first, .withdraw, by: Self.officer)
      #expect(try await propose(fixture, request()).id == "d-g2", "withdrawn, it holds its codes no longer")
    }
  }

  @Test func whoMayNotProposeIsRefused() async throws {
    try await with { fixture in
      let stranger = Actor(kind: .user, name: "x", role: .officer, unit: "c2")
      let denial = await #expect(throws: GridChangeDenial.self) {
        _ = try await GridChangeDesk(pool: fixture.pool).propose(
          request(), by: stranger, policy: fixture.policy, at: fixture.now)
      }
      #expect(denial == .mayNotPropose([GridPost(role: .officer, tier: "community")]))
    }
  }

  @Test func ofTwoApproversAtOneMomentOneIsStale() async throws {
    try await with { fixture in
      let seen = try await propose(fixture, request())
      let twin = Actor(kind: .user, name: "zhou", role: .supervisor, unit: "s1")
      let results = await withTaskGroup(of: Bool.self) { group in
        for actor in [Self.street, twin] {
          group.addTask { (try? await decide(fixture, seen, .approve, by: actor)) != nil }
        }
        return await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(results.filter(\.self).count == 1)
      let change = try await change(fixture, seen.id)
      #expect(change.version == 2 && change.steps.count == 1 && change.standing.waiting.map(\.unit) == ["d"])
    }
  }

  @Test func levelAfterLevelApprovesAndTheChainCoversIt() async throws {
    try await with { fixture in
      let change = try await approved(fixture, request())
      #expect(change.state == .approved && change.dueAt == change.effectiveAt)
      #expect(change.steps.map(\.actor) == ["user:zheng", "user:chief"] && change.steps.last?.hash == change.chain)
      let told = try await asked(fixture)
      #expect(
        told.map { "\($0.kind.rawValue) \($0.hearers.map(\.text).joined(separator: " "))" }.sorted() == [
          "grid_change_asked supervisor@d", "grid_change_asked supervisor@s1",
          "grid_change_decided officer@c1", "grid_change_decided officer@c1 supervisor@s1",
        ])
      // The stored opening and steps give the chain again.
      let recomputed = try await fixture.pool.query(
        .unprepared(
          """
          WITH RECURSIVE c(step, h) AS (
            SELECT 0, grid_change_opening(district, id, kind, grids, after, reason, effective_on, approvals, proposed_by,
              proposed_at) FROM grid_changes
            UNION ALL
            SELECT s.step, grid_change_step_hash(c.h, s.district, s.id, s.step, s.action, s.post, s.actor, s.note, s.at)
            FROM c JOIN grid_change_steps AS s ON s.step = c.step + 1)
          SELECT h FROM c ORDER BY step DESC LIMIT 1
          """)
      ).onlyRow().bytes(0)
      #expect(recomputed == change.chain)
    }
  }

  @Test func onItsDayItIsInForceOnceHoweverManyCopiesTry() async throws {
    try await with { fixture in
      let old = try await fixture.file(unit: "g1")
      let change = try await approved(fixture, request())
      _ = try await asked(fixture)
      fixture.clock.set(microseconds: change.effectiveAt.microseconds - 1)
      #expect(try await settle(fixture) == [])
      // Nobody was there over the day.
      fixture.clock.set(microseconds: (change.effectiveAt + 3 * 86_400).microseconds)
      let pools = [fixture.pool(role: "gridloop_escalation"), fixture.pool(role: "gridloop_escalation")]
      let outcomes = try await withThrowingTaskGroup(of: [GridChangeDay.Outcome].self) { group in
        for pool in pools { group.addTask { try await settle(fixture, pool: pool) } }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      for pool in pools { await pool.close() }
      #expect(outcomes.filter { $0 == .inForce(version: 2) }.count == 1)
      #expect(try await settle(fixture) == [])
      #expect(try await versions(fixture) == 2)
      try await fixture.policies.refresh()
      let network = try #require(fixture.policies.current(fixture.district))
      #expect(network.policy.units.children(of: "c1").map(\.code) == ["g1a", "g1b", "g2"])
      let middle = try #require(LatticePoint(latitude: 22.55, longitude: 113.82))
      #expect(network.grids.unit(at: middle) == "g1a")
      #expect(
        try await fixture.load(old).value.subject.unit == "g1"
          && network.policy.units.pathText(to: "g1") == "d/s1/c1/g1/")
      let ended = try await self.change(fixture, change.id)
      #expect(ended.state == .inForce && ended.networkVersion == 2 && ended.steps.last?.action == "in_force")
      let told = try await asked(fixture)
      #expect(told.map(\.kind) == [.gridChangeInForce], "once")
      #expect(Set(["officer@c1", "supervisor@s1", "supervisor@d"]).isSubset(of: told[0].hearers.map(\.text)))
    }
  }

  @Test func whoIsLeftAtAGridThatGaveWayIsNamed() async throws {
    try await with { fixture in
      try await fixture.pool.execute(
        script: """
          INSERT INTO users (district, username, role, unit, password_hash, created_at)
          VALUES ('d', 'left', 'officer', 'g1', 'none', now())
          """)
      let change = try await approved(fixture, request())
      _ = try await asked(fixture)
      let impact = try await GridChangeImpact.read(
        change.plan, district: "d", at: fixture.now, today: try CivilDate("2026-03-02"), fixture.pool)
      #expect(impact.people.map(\.username) == ["left"] && impact.cases.map(\.grid) == ["g1"])
      fixture.clock.set(microseconds: change.effectiveAt.microseconds)
      _ = try await settle(fixture)
      let told = try #require(try await asked(fixture).first)
      #expect(told.details["result"] == "left" && told.details["count"] == 1)
      #expect(told.hearers.map(\.text).contains("officer@g1"))
    }
  }

  @Test func whatALevelDoesNotDecideInTimeLapsesAndIsTold() async throws {
    try await with { fixture in
      let change = try await propose(fixture, request())
      _ = try await asked(fixture)
      fixture.advance(seconds: 48 * 3_600 - 1)
      #expect(try await settle(fixture) == [])
      fixture.advance(seconds: 1)
      await #expect(throws: GridChangeDenial.refused(.tooLate)) {
        try await decide(fixture, change, .approve, by: Self.street)
      }
      #expect(try await settle(fixture) == [.lapsed])
      #expect(try await settle(fixture) == [])
      let told = try await asked(fixture)
      #expect(told.map(\.kind) == [.gridChangeFailed])
      #expect(told[0].hearers.map(\.text) == ["officer@c1", "supervisor@s1"])
      #expect(told[0].details["result"] == "lapsed" && told[0].details["reason"] == "supervisor@s1")
      #expect(try await self.change(fixture, change.id).state == .lapsed)
      #expect(try await versions(fixture) == 1)
    }
  }

  @Test func whatNoLongerFitsOnItsDayIsTold() async throws {
    try await with { fixture in
      let change = try await approved(fixture, request())
      _ = try await asked(fixture)
      // A new version of the files in which a rule names the grid.
      var files = SampleNetworkFiles.withGridChanges
      files["routing.yaml"] = Array(
        """
        rules:
          - {name: one-grid, when: {categories: ["01"], units: ["g1"]}, lead: water}
          - {name: street-order, when: {categories: ["01"]}, lead: urban}
          - {name: water, when: {categories: ["02"]}, lead: water, assists: [urban]}
        desk: ["0901"]
        """.utf8)
      try await CaseworkFixture.load(files, version: 2, pool: fixture.pool)
      fixture.clock.set(microseconds: change.effectiveAt.microseconds)
      guard case .conflicted(let reason)? = try await settle(fixture).first else { return #expect(Bool(false)) }
      #expect(reason.contains("routing.yaml"))
      let told = try #require(try await asked(fixture).first)
      #expect(told.kind == .gridChangeFailed && told.details["result"] == "conflicted")
      #expect(try await versions(fixture) == 2)
      #expect(try await settle(fixture) == [])
    }
  }

  @Test func twoChangesOfOneDayAreBothInForce() async throws {
    try await with { fixture in
      _ = try await approved(fixture, request())
      let second = try await approved(fixture, request(.split, ["g2"], SampleNetworkFiles.halves(of: "g2")))
      fixture.clock.set(microseconds: second.effectiveAt.microseconds)
      #expect(try await settle(fixture) == [.inForce(version: 2), .inForce(version: 3)])
      try await fixture.policies.refresh()
      #expect(
        try fixture.policy.units.children(of: "c1").map(\.code) == ["g1a", "g1b", "g2a", "g2b"])
    }
  }

  /// Whatever statement of the day's transaction fails, nothing of it is left; the next round does all of it.
  @Test(arguments: ["network_versions", "grid_change_steps", "asked_notices"])
  func aProcessThatDiesOnTheDayLeavesNothingHalfDone(table: String) async throws {
    try await with { fixture in
      let change = try await approved(fixture, request())
      _ = try await asked(fixture)
      fixture.clock.set(microseconds: change.effectiveAt.microseconds)
      try await fixture.pool.execute(
        script: """
          CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
          CREATE TRIGGER die AFTER INSERT ON \(table) FOR EACH ROW EXECUTE FUNCTION die()
          """)
      await #expect(throws: PostgresError.self) { try await settle(fixture) }
      #expect(try await self.change(fixture, change.id).state == .approved)
      #expect(try await versions(fixture) == 1)
      #expect(try await asked(fixture).isEmpty)
      try await fixture.pool.execute(script: "DROP TRIGGER die ON \(table)")
      #expect(try await settle(fixture) == [.inForce(version: 2)])
      #expect(try await asked(fixture).map(\.kind) == [.gridChangeInForce])
    }
  }
}
