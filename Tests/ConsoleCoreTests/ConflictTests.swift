import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Journal
import PostgresClient
import Testing
import Wire

@testable import ConsoleCore

@Suite("Two people at one case at the same moment")
struct ConflictTests {
  private struct Race: Sendable {
    let state: CaseState
    let first: (Person, JSONValue)
    let second: (Person, JSONValue)
  }

  private static let races: [Race] = [
    Race(
      state: .filed, first: (.dispatcher, ["action": "dispatch", "department": "water"]),
      second: (.chief, ["action": "void", "reason": "no matter"])),
    Race(
      state: .filed, first: (.officer, ["action": "settle_on_spot", "measure": "told"]),
      second: (.dispatcher, ["action": "split", "note": "two matters"])),
    Race(
      state: .dispatched, first: (.urban, ["action": "return", "reason": "not ours"]),
      second: (.dispatcher, ["action": "redirect", "department": "urban", "assists": ["water"]])),
    Race(
      state: .dispatched, first: (.urban, ["action": "sign"]),
      second: (.dispatcher, ["action": "appoint", "assists": ["water"]])),
    Race(
      state: .dispatched, first: (.urban, ["action": "sign"]),
      second: (.dispatcher, ["action": "redirect", "department": "water"])),
    Race(
      state: .signed, first: (.urban, ["action": "handle", "result": "done"]),
      second: (.dispatcher, ["action": "split"])),
    Race(
      state: .handled, first: (.officer, ["action": "verify", "outcome": "pass"]),
      second: (.dispatcher, ["action": "verify", "outcome": "fail", "note": "still there"])),
    Race(
      state: .closed, first: (.dispatcher, ["action": "reopen", "reason": "back"]),
      second: (.chief, ["action": "erase", "reason": "asked for"])),
  ]

  private func bring(_ door: ConsoleDoor, to state: CaseState) async throws -> CaseID {
    let id = try await door.fixture.file(reporter: (name: "张三", phone: "13812341234"))
    if state == .filed { return id }
    try await door.fixture.route(id)
    let steps: [(CaseState, CaseCommand, Person)] = [
      (.signed, .sign, .urban), (.handled, .handle(result: "done"), .urban),
      (.closed, .verify(passed: true, note: ""), .officer),
    ]
    for (reached, command, person) in steps where try await door.fixture.load(id).value.state != state {
      let value = try await door.fixture.perform(command, on: id, by: person.actor).value
      #expect(value.state == reached)
    }
    return id
  }

  @Test("One wins, the other is told how the case stands, nothing is half done", arguments: races.indices)
  func race(_ index: Int) async throws {
    let race = Self.races[index]
    let door = try await ConsoleDoor.open("console_race")
    let id = try await bring(door, to: race.state)
    let version = try await door.fixture.load(id).value.version
    for person in [race.first.0, race.second.0] { _ = try await door.token(of: person) }
    let cases = try await door.fixture.number("SELECT count(*) FROM cases")
    async let one = door.act(id, race.first.1, as: race.first.0, version: version)
    async let two = door.act(id, race.second.1, as: race.second.0, version: version)
    let answers = try await [one, two]
    #expect(answers.map(\.status.code).sorted() == [200, 412])
    let (won, lost) = answers[0].status == .ok ? (race.first, race.second) : (race.second, race.first)
    let refusal = try #require(answers.first { $0.status == .preconditionFailed })
    let value = try await door.fixture.load(id).value
    #expect(try refusal.code == "stale_version")
    #expect(try refusal.json["version"]?.integerValue == value.version)
    #expect(try refusal.json["state"]?.stringValue == value.state.rawValue)
    let shown = try await door.ask(.get, "/v1/cases/\(id)", as: lost.0)
    // To whom it has gone out of sight nothing is offered.
    let offered = shown.status == .ok ? try shown.json["allowed_actions"]?.arrayValue : []
    #expect(try refusal.json["allowed_actions"]?.arrayValue == offered)
    // What the loser wanted beside the case has not happened either.
    let splits = won.1["action"] == "split" ? 1 : 0
    #expect(try await door.fixture.number("SELECT count(*) FROM cases") == cases + Int64(splits))
    let erased = try await door.fixture.number("SELECT count(*) FROM reports WHERE erased_at IS NOT NULL")
    #expect(erased == (won.1["action"] == "erase" ? 1 : 0))
    let report = try await JournalVerifier(pool: door.fixture.pool).verify("d", to: try await door.fixture.end())
    #expect(report.faults.isEmpty)
  }
}

@Suite("Who reported: shown on request, and erased")
struct RevealTests {
  @Test("The reporter is shown once to who gives a reason, and the journal keeps who asked and why")
  func reveal() async throws {
    let door = try await ConsoleDoor.open("console_reveal")
    let id = try await door.fixture.file(reporter: (name: "张三丰", phone: "13812341234"))
    let silent = try await door.act(id, ["action": "reveal"], as: .officer, version: 1)
    #expect(silent.status == .unprocessableContent && !silent.text.contains("13812341234"))
    let auditor = try await door.act(id, ["action": "reveal", "reason": "curious"], as: .auditor, version: 1)
    #expect(auditor.status == .forbidden && !auditor.text.contains("13812341234"))
    let shown = try await door.act(id, ["action": "reveal", "reason": "to call back"], as: .officer, version: 1)
    #expect(shown.status == .ok && shown.headers[.cacheControl] == "no-store")
    #expect(try shown.json["reporter"]?["name"] == "张三丰")
    #expect(try shown.json["reporters"]?[0]?["phone"] == "13812341234")
    let later = try await door.ask(.get, "/v1/cases/\(id)", as: .officer)
    #expect(!later.text.contains("三丰") && !later.text.contains("13812341234"))
    let event = try await door.ask(.get, "/v1/cases/\(id)/events", as: .auditor).items.last
    #expect(event?["kind"] == "revealed" && event?["actor"] == "user:wang")
    #expect(event?["data"]?["reason"] == "to call back")
    #expect(event?["at"] == "2026-03-02T09:00:00+08:00")
  }

  @Test("Who wished to stay anonymous is shown to the centre, not to those who handle the case")
  func anonymous() async throws {
    let door = try await ConsoleDoor.open("console_anonymous")
    let id = try await door.fixture.file(reporter: (name: "张三丰", phone: "13812341234"))
    try await door.fixture.pool.execute(.unprepared("UPDATE reports SET anonymous = true"), [])
    let officer = try await door.act(id, ["action": "reveal", "reason": "to call"], as: .officer, version: 1)
    #expect(officer.status == .ok && !officer.text.contains("13812341234") && !officer.text.contains("三丰"))
    let centre = try await door.act(id, ["action": "reveal", "reason": "to call"], as: .dispatcher, version: 2)
    #expect(centre.text.contains("13812341234"))
  }

  @Test("What is erased is gone for everybody, and the chain still holds")
  func erase() async throws {
    let door = try await ConsoleDoor.open("console_erase")
    let id = try await door.fixture.file(description: "my neighbour", reporter: (name: "张三丰", phone: "13812341234"))
    #expect(
      try await door.act(id, ["action": "erase", "reason": "x"], as: .dispatcher, version: 1).status == .forbidden)
    let erased = try await door.act(id, ["action": "erase", "reason": "asked for"], as: .chief, version: 1).json
    #expect(erased["description"] == .null && erased["reporter"]?["erased"] == true)
    #expect(erased["reporter"]?["name"] == .null)
    let shown = try await door.act(id, ["action": "reveal", "reason": "to see"], as: .chief, version: 2)
    #expect(shown.status == .ok && !shown.text.contains("13812341234"))
    let report = try await JournalVerifier(pool: door.fixture.pool).verify("d", to: try await door.fixture.end())
    #expect(report.faults.isEmpty)
  }

  @Test("The API's document names every action and every field")
  func document() async throws {
    let door = try await ConsoleDoor.open("console_openapi")
    let text = try await door.ask(.get, "/openapi.yaml").text
    let actions = try #require(
      text.split(separator: "\n").first { $0.contains("action: {type: string, enum: [verify_report") })
    for action in CaseAction.allCases {
      #expect(actions.contains(action.rawValue))
      for field in ActionField.of(action) { #expect(text.contains("        \(field.name): {type:"), "\(field.name)") }
    }
  }
}
