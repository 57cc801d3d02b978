import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

/// One case walked through the door: each action with the version of the one before.
private struct Walk {
  let door: ConsoleDoor
  let id: CaseID

  func act(_ body: JSONValue, as person: Person) async throws -> JSONValue {
    let version = try await door.fixture.load(id).value.version
    let answer = try await door.act(id, body, as: person, version: version)
    #expect(answer.status == .ok, "\(answer.text)")
    return try answer.json
  }

  func refused(_ body: JSONValue, as person: Person) async throws -> JSONValue {
    let version = try await door.fixture.load(id).value.version
    let answer = try await door.act(id, body, as: person, version: version)
    #expect(try await door.fixture.load(id).value.version == version, "what is refused leaves no trace")
    return try answer.json
  }

  static func begin(
    _ name: String, category: CategoryCode = "0101", source: ReportSource = .hotline, signed: Bool = true
  ) async throws -> Walk {
    let door = try await ConsoleDoor.open(name, files: SampleNetworkFiles.loop)
    let id = try await door.fixture.file(
      category: category, source: source, reporter: (name: "张三", phone: "13812341234"))
    try await door.fixture.route(id)
    let walk = Walk(door: door, id: id)
    if signed { _ = try await walk.act(["action": "sign"], as: .urban) }
    return walk
  }
}

@Suite("The closed loop through the door")
struct LoopActionTests {
  private let result: JSONValue = ["action": "handle", "result": "cleared", "checklist": ["clean", "swept"]]

  @Test("An extension is asked for, seen by the centre, granted, and moves the clock")
  func extensions() async throws {
    let walk = try await Walk.begin("loop_extension")
    let asked = try await walk.act(
      ["action": "request_extension", "by": "3 work_days", "reason": "parts"], as: .urban)
    #expect(
      asked["requests"] == [["department": "urban", "kind": "extension", "by": "3 work_days", "reason": "parts"]])
    let clock = asked["clocks"]?.arrayValue?.first { $0["matter"] == "request" }
    #expect(clock?["name"] == "decide" && clock?["state"] == "running")
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .dispatcher) == [walk.id.description])
    let again = try await walk.refused(
      ["action": "request_extension", "by": "3 work_days", "reason": "more"], as: .urban)
    #expect(again["code"] == "already_waiting" && again["status"] == 409)
    let long = try await walk.refused(["action": "refuse_extension"], as: .dispatcher)
    #expect(long["code"] == "invalid")
    let granted = try await walk.act(["action": "grant_extension"], as: .dispatcher)
    #expect(granted["requests"] == [] && granted["counts"]?["extensions"] == 1)
    let handle = granted["clocks"]?.arrayValue?.last { $0["name"] == "handle" }
    #expect(handle?["extended_by"] == ["3 work_days"] && handle?["version"] == 2)
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .dispatcher) == [])
    let beyond = try await walk.refused(
      ["action": "request_extension", "by": "11 work_days", "reason": "more"], as: .urban)
    #expect(beyond["code"] == "limit_reached" && beyond["limit"] == "10 work_days")
    _ = try await walk.act(["action": "request_extension", "by": "6 work_days", "reason": "more"], as: .urban)
    let dispatcher = try await walk.refused(["action": "grant_extension"], as: .dispatcher)
    #expect(dispatcher["code"] == "forbidden_action" && dispatcher["status"] == 403)
    _ = try await walk.act(["action": "grant_extension", "department": "urban"], as: .chief)
  }

  @Test("A suspended case stands still until it is resumed, and its clock says since when")
  func suspension() async throws {
    let walk = try await Walk.begin("loop_suspension")
    let early = try await walk.refused(
      ["action": "suspend", "until": "2026-03-01T09:00:00+08:00", "reason": "survey"], as: .urban)
    #expect(early["code"] == "end_not_later" && early["status"] == 422)
    let asked = try await walk.act(
      ["action": "suspend", "until": "2026-03-09T09:00:00+08:00", "reason": "survey"], as: .urban)
    #expect(asked["state"] == "signed")
    #expect(asked["requests"]?[0]?["until"] == "2026-03-09T09:00:00+08:00")
    walk.door.fixture.advance(seconds: 3_600)
    let suspended = try await walk.act(["action": "suspend"], as: .chief)
    #expect(suspended["state"] == "suspended" && suspended["suspended_until"] == "2026-03-09T09:00:00+08:00")
    let clock = suspended["clocks"]?.arrayValue?.last { $0["name"] == "handle" }
    #expect(clock?["paused"] == true && clock?["paused_at"] == "2026-03-02T10:00:00+08:00")
    walk.door.fixture.advance(seconds: 7_200)
    let resumed = try await walk.act(["action": "resume", "note": "found"], as: .urban)
    let running = resumed["clocks"]?.arrayValue?.last { $0["name"] == "handle" }
    #expect(resumed["state"] == "signed" && running?["paused"] == false)
    #expect(running?["due_at"] == "2026-03-02T19:00:00+08:00", "two hours later than it was")
    let events = try await walk.door.ask(.get, "/v1/cases/\(walk.id)/events", as: .auditor).items
    #expect(
      events.compactMap { $0["kind"]?.stringValue }.suffix(3) == ["suspension_requested", "suspended", "resumed"])
    #expect(events.last?["data"]?["note"] == "found")
  }

  @Test("A result without the closing standard is refused with what is missing")
  func closingStandard() async throws {
    let walk = try await Walk.begin("loop_closing")
    let shown = try await walk.door.ask(.get, "/v1/cases/\(walk.id)", as: .urban).json
    #expect(shown["closing_items"] == ["clean", "swept"])
    #expect(shown["closing_required"] == ["checklist": true, "photos": 0])
    let half = try await walk.refused(
      ["action": "handle", "result": "cleared", "checklist": ["clean"]], as: .urban)
    #expect(half["code"] == "closing_standard" && half["status"] == 422)
    #expect(half["missing"] == ["swept"] && half["photos_required"] == 0)
    let photo = try await walk.refused(
      ["action": "handle", "result": "cleared", "checklist": ["clean", "swept"], "photos": ["nowhere"]], as: .urban)
    #expect(photo["code"] == "unknown_attachment" && photo["errors"]?[0]?["field"] == "photos")
    #expect(try await walk.act(result, as: .urban)["state"] == "handled")
  }

  @Test("From the contact over the rating to the order and its written answer")
  func ratings() async throws {
    let walk = try await Walk.begin("loop_rating")
    _ = try await walk.act(["action": "contact", "outcome": "unreached", "note": "no answer"], as: .urban)
    let reached = try await walk.act(["action": "contact", "outcome": "reached", "note": "told"], as: .hotline)
    #expect(reached["clocks"]?.arrayValue?.last { $0["name"] == "contact" }?["state"] == "met")
    _ = try await walk.act(result, as: .urban)
    _ = try await walk.act(["action": "verify", "outcome": "pass"], as: .officer)
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .hotline) == [walk.id.description])
    let rated = try await walk.act(["action": "revisit", "rating": "dissatisfied", "note": "smells"], as: .hotline)
    #expect(rated["must_supervise"] == true && rated["rating"] == "dissatisfied" && rated["state"] == "closed")
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .dispatcher) == [walk.id.description])
    let shouted = try await walk.refused(["action": "supervise", "form": "shouting"], as: .chief)
    #expect(shouted["code"] == "unknown_form" && shouted["known"] == ["phone", "leader"])
    let desk = try await walk.refused(["action": "supervise", "form": "leader"], as: .dispatcher)
    #expect(desk["code"] == "forbidden_action")
    let ordered = try await walk.act(
      ["action": "supervise", "form": "leader", "note": "look again", "jointly": ["街道"]], as: .chief)
    #expect(ordered["must_supervise"] == false)
    #expect(ordered["orders"]?[0]?["awaits_answer"] == true)
    #expect(ordered["orders"]?[0]?["form_name"]?["en"] == "Leader's order")
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .urban) == [walk.id.description])
    let answered = try await walk.act(["action": "answer", "order": 1, "text": "washed down"], as: .urban)
    #expect(answered["orders"]?[0]?["awaits_answer"] == false)
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .urban) == [])
  }

  @Test("An appeal is seen by discipline inspection, which decides it")
  func appeals() async throws {
    let walk = try await Walk.begin("loop_appeal")
    _ = try await walk.act(result, as: .urban)
    let closed = try await walk.act(["action": "verify", "outcome": "pass"], as: .officer)
    #expect(closed["appeal"] == .null)
    #expect(try await walk.door.ask(.get, "/v1/cases/\(walk.id)", as: .inspector).status == .notFound)
    let appealed = try await walk.act(["action": "appeal", "reason": "the road was closed"], as: .urban)
    #expect(appealed["appeal"] == ["state": "waiting", "department": "urban"])
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .inspector) == [walk.id.description])
    let shown = try await walk.door.ask(.get, "/v1/cases/\(walk.id)", as: .inspector).json
    #expect(shown["allowed_actions"]?.arrayValue?.contains("decide_appeal") == true)
    let decided = try await walk.act(
      ["action": "decide_appeal", "outcome": "accepted", "reason": "it was"], as: .inspector)
    #expect(decided["appeal"]?["state"] == "accepted")
    #expect(try await walk.door.listed("/v1/cases?counted=appealed_out", as: .admin) == [walk.id.description])
    #expect(try await walk.door.listed("/v1/cases?assigned_to=me", as: .inspector) == [])
    let again = try await walk.refused(["action": "appeal", "reason": "once more"], as: .urban)
    #expect(again["code"] == "limit_reached")
  }

  @Test("What the policy does not provide is not offered and not done")
  func notProvided() async throws {
    let door = try await ConsoleDoor.open("loop_nothing")
    let id = try await door.fixture.file()
    try await door.fixture.route(id)
    let signed = try await door.act(id, ["action": "sign"], as: .urban, version: 2).json
    let offered = signed["allowed_actions"]?.arrayValue?.compactMap(\.stringValue) ?? []
    #expect(Set(offered).isDisjoint(with: ["request_extension", "suspend", "appeal"]))
    let answer = try await door.act(
      id, ["action": "request_extension", "by": "1 work_days", "reason": "x"], as: .urban, version: 3)
    #expect(answer.status == .conflict)
    #expect(try answer.code == "not_provided")
    #expect(try answer.json["allowed_actions"]?.arrayValue == signed["allowed_actions"]?.arrayValue)
  }

  @Test("Everything that is offered can be done, and nothing else", arguments: ["open", "working", "over"])
  func offers(stage: String) async throws {
    let walk = try await Walk.begin("loop_offers", signed: stage != "open")
    if stage == "over" {
      _ = try await walk.act(result, as: .urban)
      _ = try await walk.act(["action": "verify", "outcome": "pass"], as: .officer)
    }
    for person in Person.all where ![.auditor, .inspector].contains(person) {
      let answer = try await walk.door.ask(.get, "/v1/cases/\(walk.id)", as: person)
      guard answer.status == .ok else { continue }
      let offered = Set(try answer.json["allowed_actions"]?.arrayValue?.compactMap(\.stringValue) ?? [])
      for action in CaseAction.allCases where !offered.contains(action.rawValue) {
        let refusal = try await walk.refused(Self.example(action), as: person)
        #expect(refusal["status"] != 200 && refusal["code"] != "invalid", "\(person.role) may \(action)")
      }
    }
  }

  /// A body that nothing but state, role and duty can be wrong with.
  private static func example(_ action: CaseAction) -> JSONValue {
    var body: JSONObject = [
      "action": .string(action.rawValue), "reason": "x", "note": "x", "text": "x", "result": "x", "measure": "x",
      "department": "water", "form": "phone", "by": "1 work_days", "rating": "satisfied", "into": "d-99",
    ]
    let outcome = ActionField.outcome(of: action)
    body["outcome"] = .string(action == .coordinate ? "agreed" : outcome.yes)
    if action == .suspend { body["until"] = "2026-03-09T09:00:00+08:00" }
    return .object(body)
  }
}
