import Casework
import CaseworkSupport
import Cryptography
import Domain
import HTTPTypes
import Journal
import PostgresClient
import Testing
import WebAuth
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
    #expect(try closed.json["finding"] == "upheld")
    #expect(try closed.json["closed_at"]?.stringValue != nil)
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

  @Test("Nobody is held responsible unheard before the time for the statement has run out")
  func statementFirst() async throws {
    let door = try await Self.open("console_statement")
    _ = try await act(door, ["action": "acknowledge"], as: .inspector, version: 1)
    try await door.fixture.pool.execute(
      .unprepared("UPDATE accountability SET statement_due_at = $1"),
      [.timestamp(microseconds: door.fixture.now.adding(seconds: 7 * 86_400).microseconds)])
    let pending = try await act(door, ["action": "uphold", "note": "late"], as: .inspector, version: 2)
    #expect(pending.status == .conflict)
    #expect(try pending.code == "statement_pending")
    let shown = try await door.ask(.get, "/v1/accountability/\(Self.id)", as: .inspector).json
    #expect(shown["allowed_actions"] == ["waive"])
    #expect(shown["statement_due_at"] == "2026-03-09T09:00:00+08:00")
    door.fixture.advance(seconds: 7 * 86_400)
    let upheld = try await act(door, ["action": "uphold", "note": "silent"], as: .inspector, version: 2)
    #expect(try upheld.json["state"] == "upheld")
  }

  @Test("Whoever handled the case or spoke for those concerned does not decide")
  func separation() async throws {
    let door = try await Self.open("console_accountability_duty")
    let id = CaseID(district: "d", number: 1)
    try await door.fixture.perform(.sign, on: id, by: Person.water.actor)
    // The same person works for discipline inspection since.
    let store = AccountStore(pool: door.fixture.pool)
    let person = Person(name: Person.water.name, role: .inspector)
    _ = try await store.putUser(
      district: "d", username: person.name, role: .inspector, unit: "d", department: nil,
      password: try await PasswordHasher(cost: .minimal).hash(ConsoleDoor.password), at: door.fixture.now)
    let refused = try await act(door, ["action": "acknowledge"], as: person, version: 1)
    #expect(refused.status == .conflict)
    #expect(try refused.code == "separation_of_duty")
    let shown = try await door.ask(.get, "/v1/accountability/\(Self.id)", as: person).json
    #expect(shown["allowed_actions"] == [])
    #expect(try await act(door, ["action": "acknowledge"], as: .inspector, version: 1).status == .ok)
  }

  @Test("The procuratorate sees what is addressed to it, and decides only what is addressed to it alone")
  func secondReceiver() async throws {
    let door = try await Self.open("console_procuratorate")
    let person = Person(name: "jian", role: .inspector, department: "urban")
    _ = try await AccountStore(pool: door.fixture.pool).putUser(
      district: "d", username: person.name, role: .inspector, unit: "d", department: "urban",
      password: try await PasswordHasher(cost: .minimal).hash(ConsoleDoor.password), at: door.fixture.now)
    #expect(try await door.listed("/v1/accountability", as: person).isEmpty)
    #expect(try await door.ask(.get, "/v1/accountability/\(Self.id)", as: person).status == .notFound)
    try await door.fixture.pool.execute(
      script: "UPDATE accountability SET receivers = '{inspector@d,inspector@d/urban}'")
    #expect(try await door.listed("/v1/accountability", as: person) == [Self.id])
    #expect(try await door.ask(.get, "/v1/accountability/\(Self.id)", as: person).json["case"]?["id"] == "d-1")
    let refused = try await act(door, ["action": "acknowledge"], as: person, version: 1)
    #expect(refused.status == .forbidden)
    #expect(try refused.code == "second_receiver")
    try await door.fixture.pool.execute(script: "UPDATE accountability SET receivers = '{inspector@d/urban}'")
    #expect(try await act(door, ["action": "acknowledge"], as: person, version: 1).status == .ok)
  }

  @Test("Counts by unit, department, clock and month, and lists by the same fields")
  func summary() async throws {
    let door = try await Self.open("console_accountability_summary")
    _ = try await act(door, ["action": "acknowledge"], as: .inspector, version: 1)
    _ = try await act(door, ["action": "waive", "note": "the address was wrong"], as: .inspector, version: 2)
    for (by, key) in [("unit", "s1"), ("department", "water"), ("clock", "sign"), ("month", "2026-03")] {
      let answer = try await door.ask(.get, "/v1/accountability/summary?by=\(by)", as: .inspector).json
      #expect(answer["items"]?[0]?[by]?.stringValue == key)
      #expect(answer["items"]?[0]?["waived"] == 1)
      #expect(answer["items"]?[0]?["findings"]?["waived"] == 1)
      #expect(answer["total"]?["records"] == 1)
    }
    let below = try await door.ask(.get, "/v1/accountability/summary?unit=s1&tier=grid", as: .inspector).json
    #expect(below["items"]?[0]?["unit"] == "g3")
    #expect(below["items"]?[0]?["name_zh"] == "三格")
    #expect(try await door.ask(.get, "/v1/accountability/summary?to=2026-03-01", as: .inspector).json["items"] == [])
    #expect(try await door.listed("/v1/accountability?clock=sign&finding=waived", as: .inspector) == [Self.id])
    #expect(try await door.listed("/v1/accountability?clock=handle", as: .inspector).isEmpty)
    #expect(try await door.listed("/v1/accountability?statement_late=true", as: .inspector).isEmpty)
    #expect(try await door.ask(.get, "/v1/accountability/summary?by=person", as: .inspector).status.code == 422)
  }

  @Test("The bundle proves itself, and shows what was changed afterwards")
  func proof() async throws {
    let door = try await Self.open("console_accountability_proof")
    _ = try await act(door, ["action": "acknowledge"], as: .inspector, version: 1)
    let answered = try await act(door, ["action": "statement", "note": "the crew was away"], as: .water, version: 2)
    let proof = try answered.json["proof"]
    #expect(proof?["steps"]?["whole"] == true)
    #expect(proof?["journal"]?["whole"] == true)
    #expect(proof?["journal"]?["proved_seq"] == proof?["journal"]?["head_seq"])
    #expect(try answered.json["attachments"] == [])
    let report = try await AccountabilityProof(pool: door.fixture.pool).run("d")
    #expect(report.records == 1 && report.steps == 2 && report.faults.isEmpty)
    try await door.fixture.pool.execute(
      script: "UPDATE accountability_steps SET note = 'nobody was away' WHERE action = 'statement'")
    let changed = try await door.ask(.get, "/v1/accountability/\(Self.id)", as: .inspector).json["proof"]
    #expect(changed?["steps"]?["faults"] == ["step 2 was changed after it was written"])
    try await door.fixture.pool.execute(script: "DELETE FROM accountability_steps WHERE step = 2")
    let faults = try await AccountabilityProof(pool: door.fixture.pool).run("d").faults.map(\.fault)
    #expect(faults == [.end, .missing(step: 2)])
    try await door.fixture.pool.execute(
      script: "SET ROLE gridloop_journal; UPDATE journal SET actor = 'user:other' WHERE seq = 2; RESET ROLE")
    let broken = try await door.ask(.get, "/v1/accountability/\(Self.id)", as: .inspector).json["proof"]
    #expect(broken?["journal"]?["whole"] == false)
    #expect(broken?["journal"]?["broken_seq"] == 2)
  }

  @Test("The daily self-checks are there for discipline inspection to read")
  func selfChecks() async throws {
    let door = try await Self.open("console_self_checks")
    try await door.fixture.pool.execute(
      script: """
        INSERT INTO self_checks (district, day, as_of, seq, hash, policy_version, cases, clocks, rungs, gaps, findings)
        VALUES ('d', '2026-03-02', '2026-03-02T06:00:00+08:00', 2, decode(repeat('ab', 32), 'hex'), 1, 1, 2, 3, 1,
                '[{"case_id": "d-1", "clock": "sign", "rung": "street"}]')
        """)
    let answer = try await door.ask(.get, "/v1/accountability/self-checks", as: .inspector)
    #expect(try answer.items.first?["day"] == "2026-03-02")
    #expect(try answer.items.first?["gaps"] == 1)
    #expect(try answer.items.first?["findings"]?[0]?["rung"] == "street")
    #expect(try await door.ask(.get, "/v1/accountability/self-checks", as: .water).status == .forbidden)
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
