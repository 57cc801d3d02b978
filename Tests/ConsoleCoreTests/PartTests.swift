import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("Joint handling through the door")
struct PartTests {
  /// A case that water leads and urban assists in.
  private func begin(_ name: String) async throws -> (ConsoleDoor, CaseID) {
    let door = try await ConsoleDoor.open(name)
    let id = try await door.fixture.file(category: "0201", unit: "g3")
    try await door.fixture.route(id)
    return (door, id)
  }

  private func act(
    _ door: ConsoleDoor, _ id: CaseID, _ body: JSONValue, as person: Person
  ) async throws -> Answer {
    try await door.act(id, body, as: person, version: try await door.fixture.load(id).value.version)
  }

  @Test("The lead waits for the parts, each of which is signed and handled on its own")
  func wholeWay() async throws {
    let (door, id) = try await begin("parts_way")
    let listed = [id.description]
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .urban) == listed)
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .water) == listed)
    for person in [Person.water, .urban] {
      #expect(try await act(door, id, ["action": "sign"], as: person).status == .ok)
    }
    let early = try await act(door, id, ["action": "handle", "result": "mended"], as: .water)
    #expect(early.status == .conflict)
    #expect(try early.code == "parts_open")
    #expect(try early.json["open_parts"] == ["urban"])
    let part = try await act(door, id, ["action": "handle", "result": "fenced"], as: .urban).json
    #expect(part["state"] == "signed")
    #expect(part["assists"]?[0]?["state"] == "handled" && part["assists"]?[0]?["officer"] == "user:zhao")
    #expect(part["clocks"]?.arrayValue?.filter { $0["matter"] == "part" }.allSatisfy { $0["state"] == "met" } == true)
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .urban) == [])
    #expect(try await door.listed("/v1/cases?part=true&department=urban&counted=on_time_handle", as: .urban) == listed)
    #expect(try await door.listed("/v1/cases?part=true&department=urban&counted=late_handle", as: .urban) == [])
    #expect(try await door.listed("/v1/cases?department=urban&counted=on_time_handle", as: .admin) == [])
    let done = try await act(door, id, ["action": "handle", "result": "mended"], as: .water).json
    #expect(done["state"] == "handled")
    let events = try await door.ask(.get, "/v1/cases/\(id)/events", as: .urban).items
    let handled = events.filter { $0["kind"] == "handled" }
    #expect(handled.map { $0["data"]?["part"] } == ["urban", .null])
    #expect(events.dropFirst().first?["data"]?["parts"] == [["department": "urban", "step": "assigned"]])
  }

  @Test("A part that is returned waits for the centre, which appoints: then it cannot be returned again")
  func returned() async throws {
    let (door, id) = try await begin("parts_return")
    _ = try await act(door, id, ["action": "return", "reason": "not ours", "responsible": "water"], as: .urban)
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .dispatcher) == [id.description])
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .urban) == [])
    let appointed = try await act(
      door, id, ["action": "appoint", "assists": ["urban"], "basis": "in_charge", "note": "三定"], as: .dispatcher)
    #expect(try appointed.json["assists"]?[0]?["appointed"] == true)
    let again = try await act(door, id, ["action": "return", "reason": "still not"], as: .urban)
    #expect(again.status == .conflict)
    #expect(try again.code == "appointed")
    let excused = try await act(
      door, id, ["action": "coordinate", "outcome": "not needed", "participants": "urban,water", "excused": ["urban"]],
      as: .dispatcher)
    #expect(try excused.json["assists"]?[0]?["state"] == "excused")
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .dispatcher) == [])
  }

  @Test("Departments that work at once disturb each other only where they say what they saw")
  func atOnce() async throws {
    let (door, id) = try await begin("parts_at_once")
    for person in [Person.water, .urban] { _ = try await door.token(of: person) }
    async let lead = door.act(id, ["action": "sign"], as: .water, version: 2)
    async let part = door.act(id, ["action": "sign"], as: .urban, version: 2)
    let answers = try await [lead, part].sorted { $0.status.code < $1.status.code }
    #expect(answers.map(\.status) == [.ok, .preconditionFailed])
    #expect(try answers[1].json["version"] == 3)
    #expect(try answers[1].json["state"]?.stringValue == answers[0].json["state"]?.stringValue)
    #expect(try await door.fixture.kinds(of: id).filter { $0 == "signed" }.count == 1)

    let (other, second) = (door, try await door.fixture.file(category: "0201", unit: "g3"))
    try await door.fixture.route(second)
    let path = "/v1/cases/\(second)/actions"
    async let any = other.ask(.post, path, as: .water, headers: [.ifMatch: "*"], body: ["action": "sign"])
    async let all = other.ask(.post, path, as: .urban, headers: [.ifMatch: "*"], body: ["action": "sign"])
    #expect(try await [any, all].allSatisfy { $0.status == .ok })
    let value = try await door.fixture.load(second).value
    #expect(value.state == .signed && value.parts.first?.state == .signed && value.version == 4)
  }
}
