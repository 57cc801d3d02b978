import Testing
import Wire

@testable import GridctlCore

@Suite struct DeliveryTests {
  private func stack() async throws -> StackFixture {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.execute(
      """
      INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload, state,
        attempts, next_attempt_at, last_fault, created_at)
      VALUES ('nyc', 1, 0, 'webhook', 't', 'filed', 7, 'en', '', 'failed', 5, '2020-01-01Z', 'refused', '2020-01-01Z'),
        ('nyc', 2, 0, 'mail', 't', 'filed', 8, 'en', '', 'pending', 1, '2099-01-01Z', NULL, '2020-01-02Z'),
        ('nyc', 3, 0, 'mail', 't', 'filed', 9, 'en', '', 'delivered', 1, '2020-01-01Z', NULL, '2020-01-03Z')
      """)
    return fixture
  }

  @Test func whatFailedOrWaitsIsListed() async throws {
    let fixture = try await stack()
    let all = try await fixture.run("deliveries", "list", "--json").json["deliveries"]?.arrayValue ?? []
    #expect(all.map { $0["case_id"]?.stringValue } == ["nyc-8", "nyc-7"])
    #expect(all.last?["last_fault"]?.stringValue == "refused")
    let failed = try await fixture.run("deliveries", "list", "--state", "failed", "--json").json["deliveries"]
    #expect(failed?.arrayValue?.count == 1)
  }

  @Test func retryingMakesThemDue() async throws {
    let fixture = try await stack()
    #expect(try await fixture.run("deliveries", "retry", "--case", "nyc-7", "--json").json["retried"] == .integer(1))
    #expect(try await fixture.run("deliveries", "retry", "--json").json["retried"] == .integer(1))
    #expect(try await fixture.run("status", "--json").json["deliveries_due"] == .integer(2))
    #expect(try await fixture.run("deliveries", "retry", "--json").json["retried"] == .integer(0))
  }

  @Test func quarantineIsListedAndReleased() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    #expect(await fixture.run("quarantine", "list").status == 0)
    try await fixture.execute(
      """
      INSERT INTO quarantine (district, consumer, case_number, first_seq, fault)
      VALUES ('nyc', 'stats', 7, 12, 'unreadable'), ('nyc', 'notifier', 7, 12, 'unreadable')
      """)
    let listed = await fixture.run("quarantine", "list", "--json")
    #expect(listed.status == 1)
    #expect(try listed.json["quarantine"]?.arrayValue?.count == 2)
    let released = try await fixture.run("quarantine", "release", "nyc-7", "--consumer", "stats", "--json").json
    #expect(released["released"] == .integer(1))
    #expect(await fixture.run("quarantine", "release", "nyc-9").status == 1)
  }
}
