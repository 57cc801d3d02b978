import Testing
import Wire

@testable import GridctlCore

@Suite struct KeyCommandTests {
  @Test func aKeyIsMadeLimitedAndFreed() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    let unit = try #require(
      try await fixture.run("network", "list", "--json").json["networks"]?[0]?["district"]?.stringValue)
    func create(_ name: String, _ more: String...) async -> Captured {
      await Captured.run(
        ["key", "create", name, "--role", "source", "--unit", unit, "--json", "--home", fixture.home.path] + more)
    }
    func limits() async throws -> [String: JSONValue] {
      let keys = try await fixture.run("key", "list", "--json").json["keys"]?.arrayValue ?? []
      return Dictionary(
        uniqueKeysWithValues: keys.map { ($0["name"]?.stringValue ?? "", $0["reports_per_minute"] ?? "missing") })
    }
    let made = try await create("camera-1", "--reports-per-minute", "60").json
    #expect(made["reports_per_minute"] == 60)
    let id = try #require(made["id"]?.stringValue)
    #expect(await create("camera-2").status == 0)
    #expect(try await limits() == ["camera-1": 60, "camera-2": .null])

    #expect(await fixture.run("key", "limit", id, "120").output == "\(id) may hand in 120 reports a minute\n")
    #expect(try await limits()["camera-1"] == 120)
    #expect(await fixture.run("key", "limit", id, "none").status == 0)
    #expect(try await limits()["camera-1"] == .null)

    for wrong in ["0", "1000001", "many"] { #expect(await fixture.run("key", "limit", id, wrong).status == 2) }
    #expect(await create("camera-3", "--reports-per-minute", "0").status == 2)
    #expect(await fixture.run("key", "revoke", id).status == 0)
    #expect(await fixture.run("key", "limit", id, "5").status == 1)
  }
}
