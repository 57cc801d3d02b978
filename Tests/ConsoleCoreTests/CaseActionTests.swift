import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("Actions on cases")
struct CaseActionTests {
  @Test("The whole way of a case, each step with the version of the one before")
  func wholeWay() async throws {
    let door = try await ConsoleDoor.open("console_way")
    let id = try await door.fixture.file()
    try await door.fixture.route(id)
    var version: Int64 = 2
    func act(_ body: JSONValue, as person: Person) async throws -> JSONValue {
      let answer = try await door.act(id, body, as: person, version: version)
      #expect(answer.status == .ok, "\(answer.text)")
      let document = try answer.json
      version = document["version"]?.integerValue ?? 0
      #expect(answer.headers[.eTag] == "\"\(version)\"")
      return document
    }
    #expect(try await act(["action": "sign"], as: .urban)["state"] == "signed")
    #expect(try await act(["action": "handle", "result": "cleared"], as: .urban)["state"] == "handled")
    let failed = try await act(["action": "verify", "outcome": "fail", "note": "still there"], as: .officer)
    #expect(failed["state"] == "dispatched")
    #expect(try await act(["action": "sign"], as: .urban)["state"] == "signed")
    #expect(try await act(["action": "handle", "result": "cleared again"], as: .urban)["state"] == "handled")
    let closed = try await act(["action": "verify", "outcome": "pass"], as: .officer)
    #expect(closed["state"] == "closed")
    #expect(closed["counts"]?["reworks"] == 1)
    #expect(closed["allowed_actions"] == ["reveal", "comment"])

    let events = try await door.ask(.get, "/v1/cases/\(id)/events", as: .auditor).items
    #expect(events.count == Int(version))
    #expect(events.first?["kind"] == "filed")
    #expect(events.compactMap { $0["seq"]?.integerValue } == Array(1...version))
    #expect(events.allSatisfy { $0["hash"]?.stringValue?.count == 64 })
    #expect(events.first { $0["kind"] == "handled" }?["data"]?["result"] == "cleared")
  }

  @Test("Of two at once with the same version one is done and the other is told the version that stands")
  func twoAtOnce() async throws {
    let door = try await ConsoleDoor.open("console_two_at_once")
    let id = try await door.fixture.file()
    try await door.fixture.route(id)
    _ = try await door.token(of: .urban)
    async let first = door.act(id, ["action": "sign"], as: .urban, version: 2)
    async let second = door.act(id, ["action": "sign"], as: .urban, version: 2)
    let answers = try await [first, second].sorted { $0.status.code < $1.status.code }
    #expect(answers.map(\.status) == [.ok, .preconditionFailed])
    #expect(try answers[1].code == "stale_version")
    #expect(try answers[1].json["version"] == 3)
    #expect(try await door.fixture.load(id).value.version == 3)
  }

  @Test("Without If-Match, or with one that is none, nothing is done")
  func preconditions() async throws {
    let door = try await ConsoleDoor.open("console_preconditions")
    let id = try await door.fixture.file()
    try await door.fixture.route(id)
    let path = "/v1/cases/\(id)/actions"
    let missing = try await door.ask(.post, path, as: .urban, body: ["action": "sign"])
    #expect(missing.status == .preconditionRequired)
    #expect(try missing.code == "if_match_required")
    let malformed = try await door.ask(.post, path, as: .urban, headers: [.ifMatch: "\"x\""], body: ["action": "sign"])
    #expect(malformed.status == .badRequest)
    #expect(try await door.fixture.load(id).value.version == 2)
    let any = try await door.ask(.post, path, as: .urban, headers: [.ifMatch: "*"], body: ["action": "sign"])
    #expect(any.status == .ok)
  }

  @Test("What is not allowed is refused with a code and what is allowed")
  func refusals() async throws {
    let door = try await ConsoleDoor.open("console_refusals")
    let id = try await door.fixture.file()
    try await door.fixture.route(id)
    let wrongState = try await door.act(id, ["action": "handle", "result": "x"], as: .urban, version: 2)
    #expect(wrongState.status == .conflict)
    #expect(try wrongState.code == "illegal_transition")
    #expect(try wrongState.json["allowed_actions"] == ["sign", "return", "contact", "reveal", "comment"])
    let wrongRole = try await door.act(id, ["action": "verify", "outcome": "pass"], as: .urban, version: 2)
    #expect(wrongRole.status == .forbidden)
    #expect(try wrongRole.code == "forbidden_action")
    let unknown = try await door.act(id, ["action": "teleport"], as: .urban, version: 2)
    #expect(unknown.status == .unprocessableContent)
    #expect(try unknown.code == "unknown_action")
    #expect(try unknown.json["known"]?.arrayValue?.contains("sign") == true)
    let department = try await door.act(
      id, ["action": "redirect", "department": "nobody"], as: .dispatcher, version: 2)
    #expect(department.status == .unprocessableContent)
    let merge = try await door.act(id, ["action": "merge", "into": "d-99"], as: .dispatcher, version: 2)
    #expect(merge.status == .conflict)
    #expect(try merge.code == "merge_target")
  }

  @Test("Every missing field of an action is named at once")
  func fields() async throws {
    let door = try await ConsoleDoor.open("console_fields")
    let id = try await door.fixture.file()
    let answer = try await door.act(
      id, ["action": "dispatch", "assists": ["urban", 7], "note": 5], as: .dispatcher, version: 1)
    #expect(answer.status == .unprocessableContent)
    let faults = try answer.json["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
    #expect(Set(faults) == ["department", "assists", "note"])
    let array = try await door.ask(
      .post, "/v1/cases/\(id)/actions", as: .dispatcher, headers: [.ifMatch: "1"], body: [1, 2])
    #expect(array.status == .unprocessableContent)
  }

  @Test("A case has the contract's members")
  func members() async throws {
    let door = try await ConsoleDoor.open("console_members")
    let id = try await door.fixture.file(category: "0201", unit: "g3")
    try await door.fixture.route(id)
    let document = try await door.ask(.get, "/v1/cases/\(id)", as: .water).json
    for member in [
      "id", "version", "state", "category", "description", "location", "unit", "source", "filed_at", "priority", "lead",
      "assists", "clocks", "escalations", "counts", "policy_version", "allowed_actions",
    ] { #expect(document[member] != nil, "\(member) is missing") }
    #expect(document["unit"] == ["code": "g3", "district": "d", "street": "s1", "community": "c2", "grid": "g3"])
    #expect(document["lead"] == ["department": "water", "appointed": false])
    #expect(document["assists"] == [["department": "urban", "state": "assigned", "appointed": false]])
    #expect(document["filed_at"] == "2026-03-02T09:00:00+08:00")
    let clock = document["clocks"]?.arrayValue?.first { $0["name"] == "sign" }
    #expect(clock?["limit"] == "2 urgent_hours")
    #expect(clock?["due_at"] == "2026-03-02T11:00:00+08:00")
    #expect(clock?["state"] == "running")
    #expect(clock?["paused"] == false)
  }
}
