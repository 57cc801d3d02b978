import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import PostgresClient
import Testing
import Wire

@testable import ConsoleCore

@Suite("Discipline inspection")
struct AccountabilityTests {
  private static let id = "d-1-sign-16-inspection"

  /// A door with one routed case of the water department in g3 and its record.
  private static func open(_ name: String) async throws -> ConsoleDoor {
    let door = try await ConsoleDoor.open(name)
    let id = try await door.fixture.file(category: "0201", unit: "g3", reporter: (name: "李四", phone: "13900001111"))
    try await door.fixture.route(id)
    let key: [PostgresParameter] = [
      .text("d"), .text(Self.id), .timestamp(microseconds: door.fixture.now.microseconds),
    ]
    _ = try await door.fixture.pool.pipeline([
      PostgresCall(
        .unprepared(
          """
          INSERT INTO accountability (district, id, case_number, clock, rung, unit, department, receivers, due_at,
            opened_at)
          VALUES ($1, $2, 1, 'sign', 'inspection', 'g3', 'water', '{inspector@d}', $3, $3)
          """), key),
      PostgresCall(
        .unprepared(
          """
          INSERT INTO escalations (district, case_number, clock, clock_version, rung, act, receivers, due_at, rung_at,
            fired_at, late_seconds) VALUES ($1, 1, 'sign', 16, $2, 'flag', '{inspector@d}', $3, $3, $3, 0)
          """), key),
      PostgresCall(
        .unprepared(
          """
          INSERT INTO inbox (district, seq, part, role, unit, notice, case_number, at)
          VALUES ($1, 2, 0, 'inspector', 'd', 'flag', 1, $2)
          """), [key[0], key[2]]),
    ])
    return door
  }

  private func act(
    _ door: ConsoleDoor, _ body: JSONValue, as person: Person, version: Int
  ) async throws -> Answer {
    try await door.ask(
      .post, "/v1/accountability/\(Self.id)/actions", as: person, headers: [.ifMatch: "\"\(version)\""], body: body)
  }

  @Test("From the record over the statement to the finding and its end, every step kept")
  func workflow() async throws {
    let door = try await Self.open("console_accountability")
    #expect(try await act(door, ["action": "acknowledge"], as: .inspector, version: 1).json["state"] == "acknowledged")
    let stale = try await act(door, ["action": "acknowledge"], as: .inspector, version: 1)
    #expect(stale.status == .preconditionFailed)
    let silent = try await act(door, ["action": "statement"], as: .water, version: 2)
    #expect(silent.status == .unprocessableContent)
    let foreign = try await act(door, ["action": "statement", "note": "not us"], as: .urban, version: 2)
    #expect(foreign.status == .notFound)
    let answered = try await act(door, ["action": "statement", "note": "the crew was away"], as: .water, version: 2)
    #expect(try answered.json["state"] == "answered")
    #expect(try answered.json["allowed_actions"] == ["statement"])
    let own = try await act(door, ["action": "uphold", "note": "no"], as: .water, version: 3)
    #expect(own.status == .forbidden)
    let early = try await act(door, ["action": "close"], as: .inspector, version: 3)
    #expect(early.status == .conflict)
    #expect(try early.json["allowed_actions"] == ["uphold", "waive"])
    let upheld = try await act(door, ["action": "uphold", "note": "late"], as: .inspector, version: 3)
    #expect(try upheld.json["state"] == "upheld")
    let closed = try await act(door, ["action": "close"], as: .inspector, version: 4)
    #expect(try closed.json["state"] == "closed")
    let steps = try closed.json["steps"]?.arrayValue ?? []
    try #require(steps.count == 4)
    #expect(steps.compactMap { $0["action"]?.stringValue } == ["acknowledge", "statement", "uphold", "close"])
    #expect(steps.compactMap { $0["step"]?.integerValue } == [1, 2, 3, 4])
    #expect(steps[1]["actor"] == "user:sun")
  }

  @Test("Of two findings at once one is kept")
  func twoAtOnce() async throws {
    let door = try await Self.open("console_two_findings")
    _ = try await act(door, ["action": "acknowledge"], as: .inspector, version: 1)
    async let upheld = act(door, ["action": "uphold", "note": "a"], as: .inspector, version: 2)
    async let waived = act(door, ["action": "waive", "note": "b"], as: .inspector, version: 2)
    let statuses = try await [upheld, waived].map(\.status.code).sorted()
    #expect(statuses == [200, 412])
    let steps = try await door.ask(.get, "/v1/accountability/\(Self.id)", as: .inspector).json["steps"]
    #expect(steps?.arrayValue?.count == 2)
  }

  @Test("The evidence holds the case, its clocks, every event with its hash, the rungs and the notices, and no person")
  func evidence() async throws {
    let door = try await Self.open("console_evidence")
    let answer = try await door.ask(.get, "/v1/accountability/\(Self.id)", as: .inspector)
    let evidence = try answer.json
    #expect(evidence["case"]?["id"] == "d-1")
    #expect(evidence["clocks"]?[0]?["name"] == "sign")
    #expect(evidence["events"]?.arrayValue?.count == 2)
    #expect(evidence["events"]?.arrayValue?.allSatisfy { $0["hash"]?.stringValue?.count == 64 } == true)
    #expect(evidence["escalations"]?[0]?["act"] == "flag")
    #expect(evidence["notices"]?[0]?["notice"] == "flag")
    #expect(!answer.text.contains("13900001111"))
    #expect(try await door.listed("/v1/cases", as: .inspector) == ["d-1"])
  }

  @Test("Lists and the table show what the role may see")
  func lists() async throws {
    let door = try await Self.open("console_accountability_list")
    for person in [Person.inspector, .auditor, .admin, .supervisor, .water] {
      #expect(try await door.listed("/v1/accountability", as: person) == [Self.id], "\(person.name)")
    }
    #expect(try await door.listed("/v1/accountability", as: .urban).isEmpty)
    #expect(try await door.ask(.get, "/v1/accountability", as: .officer).status == .forbidden)
    #expect(try await door.listed("/v1/accountability?state=closed", as: .inspector).isEmpty)
    #expect(try await door.listed("/v1/accountability?unit=s2", as: .inspector).isEmpty)
    #expect(try await door.listed("/v1/accountability?from=2026-03-02&to=2026-03-02", as: .inspector) == [Self.id])
    let table = try await door.ask(.get, "/v1/accountability/export.csv", as: .inspector)
    #expect(table.headers[.contentType] == "text/csv; charset=utf-8")
    let lines = table.text.split(separator: "\r\n")
    try #require(lines.count == 2)
    #expect(lines[1].contains("水务局") && lines[1].contains("d-1,open,sign"))
    #expect(AccountabilityTable.cell("=1+1") == "'=1+1")
    #expect(AccountabilityTable.cell("a \"b\", c") == "\"a \"\"b\"\", c\"")
  }

  @Test("A notice is marked read once, by those it is for")
  func inbox() async throws {
    let door = try await Self.open("console_inbox")
    let items = try await door.ask(.get, "/v1/inbox?unread=true", as: .inspector).items
    try #require(items.count == 1)
    #expect(items[0]["case_id"] == "d-1")
    #expect(try await door.ask(.get, "/v1/inbox", as: .water).items.isEmpty)
    let path = "/v1/inbox/2.0/actions"
    #expect(try await door.ask(.post, path, as: .water, body: ["action": "read"]).status == .notFound)
    #expect(try await door.ask(.post, path, as: .inspector, body: ["action": "read"]).status == .noContent)
    #expect(try await door.ask(.get, "/v1/inbox?unread=true", as: .inspector).items.isEmpty)
    #expect(try await door.ask(.get, "/v1/inbox", as: .inspector).items.first?["read_by"] == "user:ji")
  }
}
