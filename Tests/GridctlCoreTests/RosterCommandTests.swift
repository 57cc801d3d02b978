import Domain
import Foundation
import Testing
import Wire

@testable import GridctlCore

@Suite struct RosterCommandTests {
  /// Monday 2026-03-02, 09:00 in Shanghai.
  private let start = Instant(secondsSince1970: 1_772_413_200)

  @Test func aRosterIsKeptFromTheCommandLine() async throws {
    let fixture = try await StackFixture.make(network: "nyc", clock: start)
    let district = try await fixture.database { try await NetworkVersions.districts($0) }[0].text
    try await fixture.execute(
      """
      INSERT INTO users (district, username, role, unit, password_hash) VALUES
        ('\(district)', 'ann', 'dispatcher', '\(district)', ''),
        ('\(district)', 'bob', 'dispatcher', '\(district)', ''),
        ('\(district)', 'sue', 'supervisor', '\(district)', '')
      """)
    func now() async throws -> JSONValue {
      let captured = await fixture.run("roster", "now", "--unit", district, "--role", "dispatcher", "--json")
      return try #require(try captured.json["posts"]?[0])
    }
    #expect(try await now()["on_duty"] == ["ann", "bob"])
    #expect(try await now()["keeps_roster"] == false)

    let (from, until) = (start.rfc3339(), (start + 8 * 3_600).rfc3339())
    let added = await fixture.run("roster", "add", "ann", "--from", from, "--until", until, "--json")
    #expect(added.status == 0)
    #expect(try await now()["on_duty"] == ["ann"])
    let away = await fixture.run("roster", "add", "ann", "--from", from, "--until", until, "--absence", "--json")
    let nobody = try await now()
    #expect(nobody["on_duty"] == [])
    #expect(nobody["falls_back_to"] == ["post": .string("supervisor@\(district)"), "people": ["sue"]])
    let stands = await fixture.run(
      "roster", "add", "bob", "--substitute-for", "ann", "--from", from, "--until", until)
    #expect(stands.status == 0)
    #expect(try await now()["on_duty"] == ["bob"])

    let list = try await fixture.run("roster", "list", "--json").json["entries"]?.arrayValue ?? []
    #expect(list.count == 3)
    #expect(await fixture.run("roster", "remove", try away.json["id"]?.stringValue ?? "").status == 0)
    #expect(try await now()["on_duty"] == ["ann"])
    #expect(await fixture.run("roster", "remove", "nothing").status == 1)
    #expect(await fixture.run("roster", "add", "eve", "--from", from, "--until", until).status == 1)
    #expect(await fixture.run("roster", "add", "ann", "--from", until, "--until", from).status == 1)
    #expect(await fixture.run("roster", "add", "ann", "--from", "soon", "--until", until).status == 2)
  }

  @Test func recurringShiftsAreImportedAndGapsNamed() async throws {
    let fixture = try await StackFixture.make(network: "nyc", clock: start)
    let district = try await fixture.database { try await NetworkVersions.districts($0) }[0].text
    try await fixture.execute(
      """
      INSERT INTO users (district, username, role, unit, password_hash) VALUES
        ('\(district)', 'ann', 'dispatcher', '\(district)', ''),
        ('\(district)', 'sue', 'supervisor', '\(district)', '')
      """)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("roster-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    func table(_ lines: String...) {
      let text = (["name,username,days,from,until,weeks"] + lines).joined(separator: "\r\n")
      #expect(FileManager.default.createFile(atPath: file, contents: Data(text.utf8)))
    }
    #expect(await fixture.run("roster", "check").status == 0, "no roster, no gap")
    table("day,ann,mon-fri,00:00,24:00,", "weekend,ann,sat sun,08:00,24:00,1")
    let added = await fixture.run("roster", "import", file, "--json")
    #expect(added.status == 0)
    #expect(try added.json["patterns"]?.arrayValue?.count == 2)
    let check = await fixture.run("roster", "check", "--days", "6")
    #expect(check.status == 1)
    #expect(
      check.output.contains(
        "nobody on duty Sat 2026-03-07 00:00–08:00 at dispatcher@\(district); it climbs to supervisor@\(district)"))
    table("all,ann,daily,00:00,24:00,")
    #expect(await fixture.run("roster", "import", file, "--replace").status == 0)
    #expect(await fixture.run("roster", "check").status == 0)
    #expect(try await fixture.run("roster", "patterns", "--json").json["patterns"]?.arrayValue?.count == 1)
    for line in [
      "x,eve,daily,08:00,20:00,", "x,ann,never,08:00,20:00,", "x,ann,daily,8,20:00,", "x,ann,daily,08:00,20:00,z",
    ] {
      table("day,ann,daily,08:00,20:00,", line)
      let refused = await fixture.run("roster", "import", file)
      #expect(refused.status == 1)
      #expect((refused.output + refused.error).contains("\(file):3: "), "\(line)")
    }
    #expect(try await fixture.run("roster", "patterns", "--json").json["patterns"]?.arrayValue?.count == 1)
  }
}
