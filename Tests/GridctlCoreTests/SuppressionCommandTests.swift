import Domain
import GridNetwork
import Testing
import Wire

@testable import GridctlCore

@Suite struct SuppressionCommandTests {
  @Test func aSuppressionIsAddedListedAndEnded() async throws {
    let start = Instant(secondsSince1970: 1_772_413_200)
    let fixture = try await StackFixture.make(network: "nyc", clock: start)
    let districts = try await fixture.database { try await NetworkVersions.districts($0) }
    let unit = try #require(districts.first?.text)
    let category = try await fixture.database { pool in
      try await NetworkVersions.newest(pool).first?.policy.catalogue.categories.first { $0.fileable }?.code.text
    }
    let code = try #require(category)
    let made = await fixture.run(
      "suppression", "add", "--unit", unit, "--category", code, "--for", "6h", "--reason", "storm", "--json")
    #expect(made.status == 0, "\(made.error)")
    let id = try #require(try made.json["id"]?.stringValue)
    #expect(
      try made.json["state"] == "running" && made.json["until"] == .string(start.adding(seconds: 21_600).rfc3339()))
    #expect(try await fixture.run("suppression", "list", "--json").json["suppressions"]?[0]?["id"] == .string(id))
    #expect(await fixture.run("suppression", "end", id).status == 0)
    #expect(await fixture.run("suppression", "end", id).status == 1)
    #expect(try await fixture.run("suppression", "list", "--json").json["suppressions"] == [])
    #expect(
      try await fixture.run("suppression", "list", "--all", "--json").json["suppressions"]?[0]?["state"] == "ended")
    let faulty = await fixture.run(
      "suppression", "add", "--unit", unit, "--category", "no-such", "--for", "40d", "--reason", "r")
    #expect(faulty.status == 1 && faulty.error.contains("categories:") && faulty.error.contains("until:"))
    #expect(
      await fixture.run("suppression", "add", "--unit", unit, "--category", code, "--reason", "r").status == 2)
  }
}
