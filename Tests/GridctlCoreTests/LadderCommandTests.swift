import Casework
import Domain
import GridNetwork
import Journal
import PostgresClient
import Testing
import Wire

@testable import GridctlCore

@Suite struct LadderCommandTests {
  private static let filedAt = Instant(secondsSince1970: 1_772_413_200)

  /// One case of Bao'an, filed and sent to its department; nobody fires its rungs.
  private func dispatched(_ fixture: StackFixture) async throws {
    try await fixture.database { pool in
      guard let policy = try await NetworkVersions.read(named: "baoan", geometry: .skip, pool)?.policy,
        let unit = policy.units.units.last?.code, let root = policy.units.roots.first?.code
      else { throw StackFixture.Failure(text: "no network") }
      let report = Report(
        source: .officer, category: "E0202", unit: unit, contentDigest: [UInt8](repeating: 1, count: 32))
      let filed = CaseMachine.file(
        report, by: Actor(kind: .user, name: "li", role: .officer, unit: unit), policy: policy, now: Self.filedAt)
      let decision = Router.route(filed.value.traits(policy: policy), policy: policy)
      guard
        let routed = CaseMachine.route(
          filed.value, decision, by: .service("dispatcher"), policy: policy, now: Self.filedAt)
      else { throw StackFixture.Failure(text: "no rule routes the case") }
      let change = CaseChange(
        number: 0, expectedVersion: 0, value: routed.value, events: filed.events + routed.events,
        unitPath: policy.unitPath(unit), filedDay: policy.filedDay(Self.filedAt))
      let batch = JournalAppend.batch([change], district: root, now: Self.filedAt)
      _ = try batch.result(try await pool.pipeline(batch.calls)[0])
    }
  }

  @Test func whatIsMissingIsNamedWithItsTime() async throws {
    let fixture = try await StackFixture.make(network: "baoan", clock: Self.filedAt + 60)
    try await dispatched(fixture)
    let early = await fixture.run("ladder", "check", "--json")
    #expect(early.status == 0, "\(early.error)")
    #expect(try early.json["whole"] == true)
    #expect(try early.json["districts"]?[0]?["cases"] == 1)

    let late = await fixture.run("ladder", "check", "--as-of", "2026-03-02T11:00:00+08:00", "--json")
    #expect(late.status == 1)
    let findings = try late.json["districts"]?[0]?["findings"]?.arrayValue ?? []
    #expect(findings.map { $0["rung"]?.stringValue } == ["reminder", "community"])
    #expect(findings[0]["case_id"] == "440306-1")
    #expect(findings[1]["expected_at"] == "2026-03-02T03:00:00Z")
    let text = await fixture.run("ladder", "check", "--as-of", "2026-03-02T11:00:00+08:00").output
    #expect(text.contains("440306-1 sign community: should have been 2026-03-02T03:00:00Z"))
    #expect(await fixture.run("ladder", "check", "--district", "nowhere").status == 1)
    #expect(await fixture.run("ladder", "check", "--as-of", "yesterday").status == 2)
  }

  @Test func verifyNamesAChangedStepOfARecord() async throws {
    let fixture = try await StackFixture.make(network: "baoan")
    try await fixture.file(1)
    try await fixture.execute(
      """
      INSERT INTO accountability (district, id, case_number, clock, rung, unit, receivers, due_at, opened_at)
      VALUES ('440306', '440306-1-sign-16-inspection', 1, 'sign', 'inspection', '440306', '{}', now(), now());
      SELECT accountability_advance('440306', id, 1, 'acknowledged', 'acknowledge', 'user:ji', '', now(), NULL)
      FROM accountability
      """)
    let good = await fixture.run("journal", "verify", "--json")
    #expect(good.status == 0)
    #expect(try good.json["districts"]?[0]?["accountability_records"] == 1)
    try await fixture.execute("UPDATE accountability_steps SET actor = 'user:someone'")
    let bad = await fixture.run("journal", "verify", "--json")
    #expect(bad.status == 1)
    #expect(
      try bad.json["districts"]?[0]?["accountability_faults"]?[0]?["detail"]
        == "step 1 was changed after it was written")
  }
}
