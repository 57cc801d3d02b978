import Foundation
import Testing
import Wire

@testable import GridctlCore

/// A bad policy is refused at every door, with file, line and remedy, and the version in force stays.
@Suite struct PolicyRefusalTests {
  struct Bad: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    /// What stands there now, and what is put in its place.
    let passage: String
    let replacement: String
    let toldIn: String
    let message: String

    var testDescription: String { name }
  }

  private static let bad = [
    Bad(
      name: "a cycle in units", file: "units.csv", passage: "nyc,,district,", replacement: "nyc,101,district,",
      toldIn: "units.csv", message: "its own ancestor"),
    Bad(
      name: "a rung without receivers", file: "ladder.yaml",
      passage: "at: \"0\", to: [dispatcher@district, supervisor@district], act: yellow}",
      replacement: "at: \"0\", act: yellow}", toldIn: "ladder.yaml",
      message: "a rung without a receiver"),
    Bad(
      name: "a limit without unit", file: "limits.yaml", passage: "{clock: decide, limit: 2 work_hours}",
      replacement: "{clock: decide, limit: 2}", toldIn: "limits.yaml", message: "`limit`: a limit is a number"),
    Bad(
      name: "overlapping grids", file: "network.yaml", passage: "overlap_square_metres: 20000",
      replacement: "overlap_square_metres: 1", toldIn: "grids.geojson", message: "overlap by"),
    Bad(
      name: "a rule that can never match", file: "routing.yaml", passage: "rules:\n",
      replacement: "rules:\n  - {name: all, lead: NYPD}\n", toldIn: "routing.yaml", message: "can never match"),
    Bad(
      name: "a clock without a ladder", file: "ladder.yaml", passage: "  - clock: contact\n",
      replacement: "  - clock: contact\n    when: {sources: [camera]}\n", toldIn: "ladder.yaml",
      message: "no ladder of the contact clock"),
  ]

  @Test func badPoliciesAreRefusedAndTheRunningVersionStays() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    let before = try await fixture.run("network", "list", "--json").json
    for bad in Self.bad {
      let copy = fixture.home.file("copy")
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.copyItem(atPath: "deploy/networks/nyc", toPath: copy)
      let text = try String(contentsOfFile: copy + "/" + bad.file, encoding: .utf8)
      try #require(text.contains(bad.passage), "\(bad.name): the passage stands in \(bad.file)")
      try text.replacing(bad.passage, with: bad.replacement, maxReplacements: 1)
        .write(toFile: copy + "/" + bad.file, atomically: true, encoding: .utf8)
      for command in [
        ["network", "validate"], ["network", "load"], ["policy", "check"], ["policy", "preview"], ["policy", "apply"],
      ] {
        let refused = await Captured.run(command + [copy, "--json", "--home", fixture.home.path])
        #expect(refused.status == 1, "\(bad.name): \(command)")
        let faults = try refused.json["faults"]?.arrayValue ?? []
        let told = faults.first {
          $0["file"]?.stringValue == bad.toldIn && $0["message"]?.stringValue?.contains(bad.message) == true
        }
        #expect((told?["line"]?.integerValue ?? 0) >= 1, "\(bad.name): \(command) told \(faults.prefix(3))")
        #expect(told?["remedy"]?.stringValue?.isEmpty == false, "\(bad.name)")
      }
      let words = await fixture.run("policy", "check", copy)
      #expect(words.output.contains("\(copy)/\(bad.toldIn):") && words.output.contains("nothing was changed"))
    }
    #expect(try await fixture.run("network", "list", "--json").json == before)
    // The version in force still decides.
    let route = try await fixture.run("policy", "route", "--category", "NoisePark", "--unit", "101", "--json").json
    #expect(route["version"] == 1 && route["lead"] == "NYPD")
  }
}
