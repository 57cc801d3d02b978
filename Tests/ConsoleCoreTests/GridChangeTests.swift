import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

/// Changes of grids over the interface for programs.
@Suite struct GridChangeTests {
  private func proposal(
    _ grid: String = "g1", kind: String = "split", on day: String = "2026-03-09", reason: String = "too large"
  ) throws -> JSONValue {
    guard case .object(var body) = try JSONParser.parse(SampleNetworkFiles.halves(of: UnitCode(grid))) else {
      return .null
    }
    body["kind"] = .string(kind)
    body["grids"] = [.string(grid)]
    body["effective_on"] = .string(day)
    body["reason"] = .string(reason)
    return .object(body)
  }

  private func open(_ name: String) async throws -> ConsoleDoor {
    try await ConsoleDoor.open(name, files: SampleNetworkFiles.withGridChanges)
  }

  private func act(
    _ door: ConsoleDoor, _ id: String, _ action: String, as person: Person, version: Int, reason: String? = nil
  ) async throws -> Answer {
    try await door.ask(
      .post, "/v1/grid-changes/\(id)/actions", as: person, headers: [.ifMatch: "\"\(version)\""],
      body: ["action": .string(action), "reason": reason.map { .string($0) } ?? .null])
  }

  @Test func aChangeIsProposedAndApprovedLevelByLevel() async throws {
    let door = try await open("grid_changes")
    let made = try await door.ask(.post, "/v1/grid-changes", as: .officer, body: proposal())
    #expect(made.status == .created, "\(made.text)")
    #expect(made.headers[.eTag] == "\"1\"")
    let id = try #require(try made.json["id"]?.stringValue)
    #expect(try made.json["waiting_for"] == ["supervisor@s1"] && made.json["allowed_actions"] == ["withdraw"])
    #expect(try made.json["grids"]?[0]?["retires"] == true && made.json["new_grids"]?[1]?["code"] == "g1b")
    #expect(try made.json["after"]?["features"]?.arrayValue?.count == 2)
    #expect(try made.json["impact"]?["cases"]?[0]?["grid"] == "g1")
    let waiting = try await door.ask(.get, "/v1/grid-changes?waiting=me", as: .supervisor)
    #expect(try waiting.items.map { $0["id"] } == [.string(id)])
    #expect(try await door.ask(.get, "/v1/grid-changes?waiting=me", as: .chief).items.isEmpty)
    let early = try await act(door, id, "approve", as: .chief, version: 1)
    #expect(try early.status == .forbidden && early.code == "not_asked")
    let first = try await act(door, id, "approve", as: .supervisor, version: 1)
    #expect(try first.status == .ok && first.json["waiting_for"] == ["supervisor@d"])
    let stale = try await act(door, id, "approve", as: .chief, version: 1)
    #expect(try stale.status == .preconditionFailed && stale.json["version"] == 2)
    let last = try await act(door, id, "approve", as: .chief, version: 2)
    #expect(try last.json["state"] == "approved" && last.json["approvals"]?[1]?["approved_by"] == "user:chief")
    let over = try await act(door, id, "reject", as: .chief, version: 3, reason: "no")
    #expect(try over.status == .conflict && over.code == "illegal_transition")
    let back = try await act(door, id, "withdraw", as: .officer, version: 3)
    #expect(try back.json["state"] == "withdrawn" && back.json["steps"]?.arrayValue?.count == 3)
  }

  @Test func whoMayNotIsToldSo() async throws {
    let door = try await open("grid_changes_roles")
    for person in [Person.supervisor, .urban, .inspector, .auditor, .hotline, .dispatcher, .chief, .admin] {
      let refused = try await door.ask(.post, "/v1/grid-changes", as: person, body: proposal())
      #expect(try refused.status == .forbidden && refused.code == "role", "\(person.name)")
    }
    let outside = try await door.ask(.post, "/v1/grid-changes", as: .officer, body: proposal("g4"))
    #expect(outside.status == .forbidden, "another community's grid")
    let made = try await door.ask(.post, "/v1/grid-changes", as: .officer, body: proposal())
    let id = try #require(try made.json["id"]?.stringValue)
    for person in [Person.officer, .dispatcher, .inspector, .urban, .admin] {
      let refused = try await act(door, id, "approve", as: person, version: 1)
      #expect(refused.status == (person == .officer ? .conflict : .forbidden), "\(person.name) \(refused.text)")
    }
    #expect(try await act(door, id, "withdraw", as: .supervisor, version: 1).code == "not_proposer")
    let reasonless = try await act(door, id, "reject", as: .supervisor, version: 1)
    #expect(try reasonless.status == .unprocessableContent && reasonless.json["errors"]?[0]?["field"] == "reason")
    #expect(
      try await door.ask(
        .post, "/v1/grid-changes/\(id)/actions", as: .supervisor, body: ["action": "approve"]
      ).status == .preconditionRequired)
    #expect(try await door.ask(.get, "/v1/grid-changes/d-g9", as: .chief).status == .notFound)
    let rejected = try await act(door, id, "reject", as: .supervisor, version: 1, reason: "cuts a block in two")
    #expect(try rejected.json["state"] == "rejected" && rejected.json["outcome"] == "cuts a block in two")
  }

  @Test func everyFaultIsNamed() async throws {
    let door = try await open("grid_changes_faults")
    let empty = try await door.ask(.post, "/v1/grid-changes", as: .officer, body: [:])
    #expect(empty.status == .unprocessableContent)
    #expect(
      try empty.json["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } == [
        "kind", "grids", "reason", "effective_on", "features",
      ])
    let wrong = try await door.ask(
      .post, "/v1/grid-changes", as: .officer, body: proposal(kind: "merge", on: "2026-03-01"))
    #expect(
      try wrong.json["errors"]?.arrayValue?.compactMap { $0["code"]?.stringValue } == ["wrong_number", "in_past"])
    _ = try await door.ask(.post, "/v1/grid-changes", as: .officer, body: proposal())
    let taken = try await door.ask(.post, "/v1/grid-changes", as: .officer, body: proposal())
    #expect(try taken.status == .conflict && taken.code == "grids_taken" && taken.json["changes"] == ["d-g1"])
    let fixed = try await ConsoleDoor.open("grid_changes_fixed")
    let refused = try await fixed.ask(.post, "/v1/grid-changes", as: .officer, body: proposal())
    #expect(try refused.status == .conflict && refused.code == "grids_fixed")
  }

  @Test func aListGoesOnWhereItEndedAndShowsTheCallersPlaces() async throws {
    let door = try await open("grid_changes_list")
    for grid in ["g1", "g2"] {
      let made = try await door.ask(.post, "/v1/grid-changes", as: .officer, body: proposal(grid))
      #expect(made.status == .created, "\(made.text)")
      door.fixture.advance(seconds: 1)
    }
    #expect(try await door.listed("/v1/grid-changes?limit=1", as: .chief) == ["d-g2", "d-g1"])
    #expect(try await door.listed("/v1/grid-changes?state=approved,rejected", as: .chief) == [])
    #expect(try await door.ask(.get, "/v1/grid-changes?state=unheard", as: .chief).status == .unprocessableContent)
  }
}
