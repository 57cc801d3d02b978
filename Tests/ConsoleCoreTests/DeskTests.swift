import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import PostgresClient
import Testing
import WebAuth
import Wire

@testable import ConsoleCore
@testable import GridNetwork

@Suite("The dispatch desk") struct DeskTests {
  private func view(_ door: ConsoleDoor, _ person: Person) throws -> CallerView {
    let home: UnitCode = person.unit == "city" ? "city" : "d"
    let caller = Caller(
      name: person.name, kind: .user, role: person.role, unit: person.unit, department: person.department,
      district: home)
    return CallerView(caller: caller, network: try door.console.network(ofAccountsIn: home))
  }

  private func queue(_ door: ConsoleDoor, as person: Person) async throws -> DeskQueue {
    try await DeskQueue.read(try view(door, person), console: door.console, now: door.fixture.now)
  }

  private func ids(_ queue: DeskQueue, _ box: DeskBox) -> [String] {
    queue.items(in: box).map(\.summary.id.description)
  }

  @Test("Every case that waits for the centre stands in the box of its reason, what is due first")
  func boxes() async throws {
    let door = try await ConsoleDoor.open("desk_boxes", files: SampleNetworkFiles.loop)
    let unrouted = try await door.fixture.file(category: "0901", unit: "g1")
    let returned = try await door.fixture.file(category: "0101", unit: "g1")
    let disputed = try await door.fixture.file(category: "0101", unit: "g2")
    let asking = try await door.fixture.file(category: "0101", unit: "g3")
    let calm = try await door.fixture.file(category: "0101", unit: "g4")
    let reported = try await door.fixture.file(category: "0101", unit: "g4", source: .citizen)
    for id in [unrouted, returned, disputed, asking, calm] { try await door.fixture.route(id) }
    try await door.fixture.perform(
      .return(reason: "not ours", responsible: "water"), on: returned, by: Person.urban.actor)
    for department in ["urban", "water"] as [DepartmentCode] {
      let handler = department == "urban" ? Person.urban : Person.water
      try await door.fixture.perform(.return(reason: "no", responsible: nil), on: disputed, by: handler.actor)
      if department == "urban" {
        try await door.fixture.perform(
          .redirect(lead: "water", assists: [], note: ""), on: disputed, by: Person.dispatcher.actor)
      }
    }
    try await door.fixture.perform(.sign, on: asking, by: Person.urban.actor)
    try await door.fixture.perform(
      .requestExtension(by: try Limit("1 work_day"), reason: "rain"), on: asking, by: Person.urban.actor)
    let desk = try await queue(door, as: .dispatcher)
    #expect(ids(desk, .unroutable) == [unrouted.description])
    #expect(ids(desk, .returned) == [returned.description])
    #expect(ids(desk, .disputed) == [disputed.description])
    #expect(ids(desk, .extensions) == [asking.description])
    #expect(ids(desk, .checks) == [reported.description])
    #expect(!desk.items.contains { $0.summary.id == calm })
    #expect(desk.items.compactMap(\.dueAt) == desk.items.compactMap(\.dueAt).sorted())

    // Of requests only those stand there that the caller may grant: the second extension is the supervisor's.
    try await door.fixture.perform(.grantExtension(department: nil), on: asking, by: Person.dispatcher.actor)
    try await door.fixture.perform(
      .requestExtension(by: try Limit("1 work_day"), reason: "more rain"), on: asking, by: Person.urban.actor)
    #expect(ids(try await queue(door, as: .dispatcher), .extensions) == [])
    #expect(ids(try await queue(door, as: .chief), .extensions) == [asking.description])
    // A street's people see their street.
    #expect(ids(try await queue(door, as: .supervisor), .checks) == [])
  }

  @Test("Beside the queue: why it waits, what the rules said, who could take it, and what lies near")
  func panel() async throws {
    let door = try await ConsoleDoor.open("desk_panel")
    let near = try await door.fixture.file(category: "0101", unit: "g1", description: "<b>the same heap</b>")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    for id in [near, id] { try await door.fixture.route(id) }
    try await door.fixture.perform(
      .return(reason: "a pipe leaks", responsible: "water"), on: id, by: Person.urban.actor)
    let page = try await door.page("/desk?tab=returned&case=\(id)", as: .dispatcher).text
    #expect(page.contains("Urban Management returned it (return 1)") && page.contains("a pipe leaks"))
    #expect(page.contains("The rule “street-order” sends it to Urban Management"))
    let sent = page.matches(of: /name="department" value="([a-z]+)"><button/).map { String($0.1) }
    #expect(sent == ["water", "urban"], "whom the return named first, who returned it last")
    #expect(page.matches(of: /name="action" value="redirect"><input type="hidden" name="department"/).count == 2)
    #expect(page.contains("data-ask=\"Urban Management returned this case."))
    #expect(page.contains("Merge into \(near)") && page.contains("may repeat"))
    #expect(page.contains("&lt;b&gt;the same heap&lt;/b&gt;") && !page.contains("<b>the same heap"))
    #expect(page.firstMatch(of: /\{[a-z]+\}/) == nil, "a value that no text was given")
    // In a dispute whoever is chosen is appointed, and those who gave it back stand last.
    try await door.fixture.perform(.redirect(lead: "water", assists: [], note: ""), on: id, by: Person.dispatcher.actor)
    try await door.fixture.perform(.return(reason: "no", responsible: nil), on: id, by: Person.water.actor)
    let dispute = try await door.page("/desk?tab=disputed&case=\(id)", as: .dispatcher).text
    let appointed = dispute.matches(of: /value="appoint"><input type="hidden" name="department" value="([a-z]+)"/)
    #expect(appointed.map { String($0.1) } == ["urban", "water"])
    #expect(dispute.contains("data-ask=\"Water Affairs returned this case."))
    // One that is decided says so, and one that is not there is no fault of the page.
    let decided = try await door.page("/desk?case=\(near)", as: .dispatcher).text
    #expect(decided.contains("does not wait for the desk") && !decided.contains("suggestion-button"))
    #expect(try await door.page("/desk?case=d-99", as: .dispatcher).text.contains("There is no such case"))
    #expect(!(try await door.page("/desk?case=\(id)", as: .supervisor).text.contains("There is no such case")))
  }

  @Test("The trace names the rules of the matter and what in them did not hold")
  func trace() async throws {
    let files = SampleNetworkFiles.replacing(
      "  - {name: water,",
      with: """
          - {name: night, when: {categories: ["09"], hours: ["23:00-05:00"]}, lead: water}
          - {name: water,
        """, in: "routing.yaml")
    let door = try await ConsoleDoor.open("desk_trace", files: files)
    let id = try await door.fixture.file(category: "0901", unit: "g1")
    try await door.fixture.route(id)
    let page = try await door.page("/desk?case=\(id)", as: .dispatcher).text
    #expect(page.contains("No rule applies") && page.contains("only at 23:00–05:00"))
    #expect(page.contains("2 more rules are for other categories."))
    #expect(page.contains("near rule “night”"), "and its department is suggested")
  }

  @Test("Departments are told apart by what they did with the like, and by what they gave back")
  func history() async throws {
    let door = try await ConsoleDoor.open("desk_history")
    for unit in ["g1", "g2", "g3"] as [UnitCode] {
      let id = try await door.fixture.file(category: "0101", unit: unit)
      try await door.fixture.route(id)
      try await door.fixture.perform(.return(reason: "no", responsible: nil), on: id, by: Person.urban.actor)
      try await door.fixture.perform(
        .redirect(lead: "water", assists: [], note: ""), on: id, by: Person.dispatcher.actor)
    }
    try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO rollup_daily
          (district, day, unit, category, department, source, dispatched, on_time_handle, late_handle)
        VALUES ('d', '2026-03-01', 'g1', '0101', 'water', 'officer', 10, 8, 2),
          ('d', '2026-03-01', 'g4', '0101', 'water', 'officer', 5, 5, 0),
          ('d', '2025-03-01', 'g1', '0101', 'water', 'officer', 99, 99, 0),
          ('d', '2026-03-01', 'g1', '0201', 'water', 'officer', 70, 70, 0)
        """), [])
    func records(_ person: Person) async throws -> DepartmentHistory {
      try await DepartmentHistory.read(
        like: "0101", view: try view(door, person), pool: door.fixture.pool, now: door.fixture.now)
    }
    let all = try await records(.dispatcher)
    #expect(all.ofCategory["water"] == DepartmentHistory.Record(dispatched: 15, inTime: 13, late: 2, returned: 0))
    #expect(all.ofCategory["water"]?.percentInTime == 87)
    let judged = AssessmentPolicy.InTime(goodFrom: 88, fairFrom: 87)
    #expect([88, 87, 86].map(judged.tone) == ["fine", "soon", "late"])
    #expect(all.ofCategory["urban"]?.returned == 3)
    #expect(try await records(.supervisor).ofCategory["water"]?.dispatched == 10, "a street's own")
  }

  @Test("A preview says of each case what would become of it, or why not, and changes nothing")
  func preview() async throws {
    let door = try await ConsoleDoor.open("desk_preview")
    let first = try await door.fixture.file(category: "0901", unit: "g1")
    let second = try await door.fixture.file(category: "0101", unit: "g1")
    let foreign = try await door.fixture.file(category: "0901", unit: "g4")
    for id in [first, second, foreign] { try await door.fixture.route(id) }
    let cases: JSONValue = .array([first, second, foreign].map { .string($0.description) })
    func ask(_ body: JSONObject, as person: Person) async throws -> Answer {
      try await door.ask(.post, "/v1/cases/preview", as: person, body: .object(body))
    }
    let send = try await ask(["cases": cases, "action": "dispatch", "department": "water"], as: .supervisor)
    #expect(send.status == .ok)
    let items = try send.items
    #expect(items.map { $0["id"]?.stringValue } == [first, second, foreign].map(\.description))
    #expect(items[0]["would"]?["state"] == "dispatched" && items[0]["would"]?["lead"] == "water")
    #expect(items[0]["would"]?["due_at"]?.stringValue == "2026-03-02T11:00:00+08:00" && items[0]["version"] == 2)
    #expect(items[1]["would"] == .null && items[1]["refused"]?["code"] == "illegal_transition")
    #expect(items[2]["refused"]?["code"] == "not_found" && items[2]["version"] == .null)
    let merge = try await ask(
      ["cases": cases, "action": "merge", "into": .string(second.description)], as: .dispatcher)
    #expect(try merge.items.map { $0["refused"]?["code"]?.stringValue } == [nil, "merge_target", nil])
    #expect(try merge.items[0]["would"]?["merged_into"]?.stringValue == second.description)
    let away = try await ask(["cases": cases, "action": "merge", "into": "d-77"], as: .dispatcher)
    #expect(try away.items.allSatisfy { $0["refused"]?["code"] == "merge_target" })
    for (body, code) in [
      (["action": "dispatch", "department": "water"], 422), (["cases": cases, "action": "dispatch"], 422),
      (["cases": cases, "action": "dance"], 422), (["cases": ["x"], "action": "sign"], 422),
      (["cases": ["d-1", "d-1"], "action": "sign"], 422),
      (["cases": .array((1...101).map { .string("d-\($0)") }), "action": "sign"], 422),
    ] as [(JSONObject, Int)] {
      #expect(try await ask(body, as: .dispatcher).status.code == code)
    }
    for id in [first, second, foreign] { #expect(try await door.fixture.load(id).value.version == 2) }
  }

  @Test("A preview keeps its word: what it would, the action does, and what it refuses, the action refuses alike")
  func previewIsTrue() async throws {
    let door = try await ConsoleDoor.open("desk_preview_true")
    try await CaseMix(door: door, seed: 11).play(cases: 12)
    let ids = (1...12).map { CaseID(district: "d", number: $0) }
    for (action, fields) in [
      ("dispatch", ["department": "water"]), ("appoint", ["department": "urban"]), ("merge", ["into": "d-1"]),
      ("void", ["reason": "no matter"]),
    ] as [(String, JSONObject)] {
      for id in ids {
        var body = fields
        body["action"] = .string(action)
        var asked = body
        asked["cases"] = .array([.string(id.description)])
        let item = try #require(
          try await door.ask(.post, "/v1/cases/preview", as: .dispatcher, body: .object(asked)).items.first)
        let version = try #require(item["version"]?.integerValue)
        let answer = try await door.act(id, .object(body), as: .dispatcher, version: version)
        if let would = item["would"], would != .null {
          #expect(answer.status == .ok, "\(action) on \(id)")
          #expect(try would["state"] == answer.json["state"], "\(action) on \(id)")
        } else {
          #expect(try answer.code == item["refused"]?["code"]?.stringValue, "\(action) on \(id)")
        }
      }
    }
  }

  @Test("A department has its own part and its own clock before it, and what came back to it")
  func department() async throws {
    let door = try await ConsoleDoor.open("desk_department", files: SampleNetworkFiles.loop)
    let joint = try await door.fixture.file(category: "0201", unit: "g3")
    let back = try await door.fixture.file(category: "0101", unit: "g1")
    for id in [joint, back] { try await door.fixture.route(id) }
    try await door.fixture.perform(.return(reason: "no", responsible: nil), on: back, by: Person.urban.actor)
    try await door.fixture.perform(
      .redirect(lead: "urban", assists: [], note: ""), on: back, by: Person.dispatcher.actor)
    func items(_ department: DepartmentCode) async throws -> [CaseID: DepartmentDesk.Item] {
      var found: [CaseID: DepartmentDesk.Item] = [:]
      for id in [joint, back] {
        let value = try await door.fixture.load(id).value
        var filter = CaseFilter()
        filter.cases = [id]
        let summary = try #require(
          try await door.console.cases.page(
            try view(door, .chief).sight, filter, limit: 1, now: door.fixture.now
          ).cases.first)
        found[id] = DepartmentDesk.item(summary, value, department, door.fixture.now)
      }
      return found
    }
    let urban = try await items("urban")
    #expect(urban[joint]?.boxes == [.toSign] && urban[joint]?.part?.state == .assigned)
    #expect(urban[joint]?.dueAt == door.fixture.now + 3 * 3_600, "the part's own limit, not the lead's two hours")
    #expect(urban[back]?.boxes == [.toSign, .back], "its return was rejected")
    let water = try await items("water")
    #expect(water[joint]?.dueAt == door.fixture.now + 2 * 3_600 && water[joint]?.part == nil)
    #expect(water[back] == nil)
    try await door.fixture.perform(.sign, on: joint, by: Person.urban.actor)
    door.fixture.advance(seconds: 9 * 3_600)
    #expect(try await items("urban")[joint]?.boxes == [.inHand, .late])
    try await door.fixture.perform(
      .supervise(form: "leader", note: "", department: "water", jointly: []), on: joint, by: Person.chief.actor)
    #expect(try await items("water")[joint]?.boxes == [.toSign, .answers, .late])
    let page = try await door.page("/department?box=in_hand&case=\(joint)", as: .urban).text
    #expect(
      page.contains("Your department assists; Water Affairs leads.") && page.contains("data-dialog=\"do-handle\""))
  }

  @Test("The desk of a city holds what waits in all its districts")
  func city() async throws {
    let door = try await ConsoleDoor.open("desk_city", files: SampleNetworkFiles.city)
    for unit in ["g1", "g5"] as [UnitCode] {
      try await door.fixture.route(try await door.fixture.file(category: "0901", unit: unit))
    }
    #expect(Set(ids(try await queue(door, as: .cityDispatcher), .unroutable)) == ["d-1", "e-1"])
    #expect(ids(try await queue(door, as: .dispatcher), .unroutable) == ["d-1"])
    let page = try await door.page("/desk?case=e-1", as: .cityDispatcher)
    #expect(page.status == .ok && page.text.contains("id=\"beside-title\"") && page.text.contains("No rule applies"))
  }
}
