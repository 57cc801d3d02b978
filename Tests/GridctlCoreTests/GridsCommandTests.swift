import CaseworkSupport
import Domain
import Foundation
import GridNetwork
import PostgresClient
import Testing
import Wire

@testable import GridctlCore

@Suite struct GridsCommandTests {
  private static let document = """
    {"id":"d-g1","version":3,"state":"proposed","kind":"split","reason":"too large","effective_on":"2026-04-01",
     "grids":[{"code":"g1","parent":"c1","name_zh":"一格","retires":true}],
     "new_grids":[{"code":"g1a","parent":"c1","name_zh":"甲"},{"code":"g1b","parent":"c1","name_zh":"乙"}],
     "approvals":[{"level":1,"role":"supervisor","unit":"s1","within":"3 work_days","approved_by":null}],
     "waiting_for":["supervisor@s1"],"proposed_by":"user:wang",
     "impact":{"cases":[{"grid":"g1","open":2,"all":7}],"people":[{"username":"li","role":"officer","unit":"g1"}],
               "duties":[]}}
    """

  /// A console that knows one change, and a stack that finds it.
  private func withConsole(
    _ body: (StackFixture, ScriptedDoor) async throws -> Void
  ) async throws {
    let door = try ScriptedDoor { request, _ in
      if request.path == "/v1/sessions" { return .answer(status: 201, body: "{\"token\":\"t\"}") }
      if request.path.hasPrefix("/v1/grid-changes?") {
        return .answer(status: 200, body: "{\"items\":[\(Self.document)],\"next_cursor\":null}")
      }
      if request.path == "/v1/grid-changes" {
        return .answer(
          status: 422,
          body: """
            {"code":"invalid","detail":"Some fields are not valid.","errors":[
              {"field":"features","code":"gap","detail":"12 m² of g1 lie in none of the new grids."}]}
            """)
      }
      return .answer(status: 200, body: Self.document)
    }
    let fixture = try await StackFixture.make()
    let settings = try String(contentsOfFile: fixture.home.file("env"), encoding: .utf8)
    try fixture.home.write(settings + "CONSOLE_PORT=\(door.port)\nBIND=127.0.0.1\n", to: "env")
    try fixture.home.write(
      "{\"users\":[{\"username\":\"zheng\",\"role\":\"supervisor\",\"unit\":\"s1\",\"password\":\"p\"}],\"keys\":[]}",
      to: "demo.json")
    try await body(fixture, door)
    door.close()
  }

  @Test func aDecisionIsSentWithTheVersionThatStands() async throws {
    try await withConsole { fixture, door in
      let approved = await fixture.run("grids", "approve", "d-g1", "--as", "zheng", "--json")
      #expect(try approved.status == 0 && approved.json["id"] == "d-g1", "\(approved.error)")
      let sent = try #require(door.seen.first { $0.path == "/v1/grid-changes/d-g1/actions" })
      #expect(sent.headers["if-match"] == "3")
      #expect(try JSONParser.parse(sent.body)["action"] == "approve")
      let refused = await fixture.run("grids", "reject", "d-g1", "--as", "zheng")
      #expect(refused.status == 2, "a refusal has a reason")
      #expect(await fixture.run("grids", "approve", "d-g1").status == 2, "someone approves it")
    }
  }

  @Test func aPageSaysWhatItTouches() async throws {
    try await withConsole { fixture, _ in
      let page = await fixture.run("grids", "show", "d-g1", "--as", "zheng")
      for words in ["gives way", "g1b", "supervisor@s1", "3 work_days", "li", "to be given another grid"] {
        #expect(page.output.contains(words), "\(words) in \(page.output)")
      }
      #expect(await fixture.run("grids", "list", "--waiting", "--as", "zheng").output.contains("d-g1"))
    }
  }

  @Test func theFaultsOfAProposalAreTold() async throws {
    try await withConsole { fixture, door in
      try fixture.home.write(SampleNetworkFiles.halves(of: "g1"), to: "split.geojson")
      let refused = await fixture.run(
        "grids", "propose", fixture.home.file("split.geojson"), "--kind", "split", "--grid", "g1", "--on", "2026-04-01",
        "--reason", "too large", "--as", "zheng")
      #expect(refused.status == 1 && refused.error.contains("12 m² of g1"), "\(refused.error)")
      let body = try JSONParser.parse(try #require(door.seen.last { $0.path == "/v1/grid-changes" }).body)
      #expect(body["grids"] == ["g1"] && body["kind"] == "split" && body["features"]?.arrayValue?.count == 2)
      #expect(await fixture.run("grids", "propose", fixture.home.file("none"), "--as", "zheng").status == 1)
    }
  }

  @Test func loadingADirectoryKeepsTheChangesInForce() async throws {
    let fixture = try await StackFixture.make()
    let directory = fixture.home.file("network")
    try NetworkDirectories.write(SampleNetworkFiles.withGridChanges, to: directory)
    #expect(await fixture.run("network", "load", directory).status == 0)
    let record = GridChangeRecord(
      id: "d-g1", kind: .split, effective: try CivilDate("2026-03-09"), replaces: ["g1"],
      grids: try DrawnGrid.read(collection: Array(SampleNetworkFiles.halves(of: "g1").utf8), parent: "c1").grids)
    try await fixture.database { pool in
      let newest = try #require(try await NetworkVersions.newestFiles("d", pool))
      let changed = ChangedSource(newest.source, changes: [record])
      let network = try NetworkReader.read(changed, geometry: .skip)
      let archive = try ArchiveSource.pack(changed, names: network.fileNames)
      await #expect(throws: Refusal.self, "another version came meanwhile") {
        try await NetworkVersions.store(network, archive: archive, after: 0, by: "test", pool)
      }
      _ = try await NetworkVersions.store(network, archive: archive, after: 1, by: "test", pool)
    }
    let same = await fixture.run("network", "load", directory, "--json")
    #expect(try same.json["versions"]?[0]?["is_new"] == false, "the directory with the change is what is in force")
    var files = SampleNetworkFiles.withGridChanges
    files["limits.yaml"] = files["limits.yaml"].map {
      Array(String(decoding: $0, as: UTF8.self).replacing("30 urgent_minutes", with: "40 urgent_minutes").utf8)
    }
    try NetworkDirectories.write(files, to: directory)
    #expect(try await fixture.run("network", "load", directory, "--json").json["versions"]?[0]?["version"] == 3)
    let units = try await fixture.database { try await NetworkVersions.newest($0).first?.policy.units }
    #expect(units?.isInForce("g1a") == true && units?.isInForce("g1") == false && units?["g1"] != nil)
  }
}
