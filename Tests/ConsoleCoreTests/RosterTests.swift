import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import PostgresClient
import Testing
import Wire

@testable import ConsoleCore

@Suite("Rosters, the inbox, and repeated orders")
struct RosterTests {
  private func insert(
    _ door: ConsoleDoor, seq: Int64, _ post: String, username: String = "", duty: String? = nil,
    fallbackFrom: String? = nil, notice: String = "dispatched"
  ) async throws {
    let address = ReceiverAddress(post)
    try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO inbox (district, seq, part, role, unit, department, username, notice, case_number, at, duty,
          fallback_from)
        VALUES ('d', $1, 0, $2, $3, $4, $5, $6, 1, $7, string_to_array($8, ','), $9)
        """),
      [
        .int64(seq), .text(address?.role ?? ""), .text(address?.unit.text ?? ""),
        .text(address?.department?.text ?? ""), .text(username), .text(notice),
        .timestamp(microseconds: door.fixture.now.microseconds), .text(duty), .text(fallbackFrom),
      ])
  }

  private func seen(_ door: ConsoleDoor, by person: Person) async throws -> [Int64] {
    try await door.ask(.get, "/v1/inbox", as: person).items.compactMap { $0["seq"]?.integerValue }
  }

  private func hours(_ door: ConsoleDoor, _ hours: Int64) -> JSONValue {
    .string((door.fixture.now + hours * 3_600).rfc3339())
  }

  @Test("The inbox holds what is told by name, to the post, and to its department alone, with counts")
  func inbox() async throws {
    let door = try await ConsoleDoor.open("console_inbox")
    try await insert(door, seq: 1, "handler@d/urban")
    try await insert(door, seq: 2, "handler@d/water", notice: "part_assigned")
    try await insert(door, seq: 3, "", username: "sun", notice: "closed")
    try await insert(door, seq: 4, "supervisor@d", fallbackFrom: "handler@d/water")
    #expect(try await seen(door, by: .urban) == [1])
    #expect(try await seen(door, by: .water) == [4, 3, 2], "also what was meant for the post and went to the head")
    #expect(try await seen(door, by: .chief) == [4])
    let page = try await door.ask(.get, "/v1/inbox?limit=1", as: .water).json
    #expect(page["unread"] == 3)
    #expect(page["unread_by_notice"] == ["closed": 1, "dispatched": 1, "part_assigned": 1])
    #expect(page["items"]?[0]?["fallback_from"] == "handler@d/water")
    let rest = try await door.ask(.get, "/v1/inbox?cursor=\(page["next_cursor"]?.stringValue ?? "")", as: .water)
    #expect(try rest.items.compactMap { $0["seq"]?.integerValue } == [3, 2])

    #expect(
      try await door.ask(.post, "/v1/inbox/2.0/actions", as: .urban, body: ["action": "read"]).status == .notFound)
    for id in ["2.0", "3.0"] {
      let marked = try await door.ask(.post, "/v1/inbox/\(id)/actions", as: .water, body: ["action": "read"])
      #expect(marked.status == .noContent)
    }
    let after = try await door.ask(.get, "/v1/inbox?unread=true", as: .water)
    #expect(try after.items.compactMap { $0["seq"]?.integerValue } == [4])
    #expect(try after.json["unread"] == 1)
  }

  @Test("A roster says whose notices they are, and hands them over with the shift")
  func handover() async throws {
    let door = try await ConsoleDoor.open("console_handover")
    let early: JSONValue = ["username": "zhao", "from": hours(door, 0), "until": hours(door, 8)]
    #expect(try await door.ask(.post, "/v1/roster", as: .chief, body: early).status == .created)
    try await insert(door, seq: 1, "handler@d/urban", duty: "zhao")
    #expect(try await seen(door, by: .urban) == [1])

    let absence: JSONValue = [
      "kind": "absence", "username": "zhao", "from": hours(door, 0), "until": hours(door, 8),
    ]
    let stand: JSONValue = [
      "username": "sun", "substitute_for": "zhao", "from": hours(door, 0), "until": hours(door, 8),
    ]
    #expect(try await door.ask(.post, "/v1/roster", as: .chief, body: stand).status == .created)
    #expect(try await seen(door, by: .water).isEmpty, "zhao is there")
    let away = try await door.ask(.post, "/v1/roster", as: .chief, body: absence)
    #expect(away.status == .created)
    #expect(try await seen(door, by: .water) == [1], "the substitute takes over what waits")
    let id = try #require(try away.json["id"]?.stringValue)
    #expect(try await door.ask(.delete, "/v1/roster/\(id)", as: .chief).status == .noContent)
    #expect(try await door.ask(.delete, "/v1/roster/\(id)", as: .chief).status == .notFound)
    #expect(try await seen(door, by: .water).isEmpty)
  }

  @Test("Who is on duty now, and to whom it climbs")
  func now() async throws {
    let door = try await ConsoleDoor.open("console_duty")
    let shift: JSONValue = ["username": "zhao", "from": hours(door, 1), "until": hours(door, 8)]
    #expect(try await door.ask(.post, "/v1/roster", as: .chief, body: shift).status == .created)
    func urban() async throws -> JSONValue {
      try #require(
        try await door.ask(.get, "/v1/roster/now?unit=d&role=handler&department=urban", as: .chief).items.first)
    }
    #expect(try await urban()["keeps_roster"] == false, "it has not begun")
    door.fixture.advance(seconds: 3_600)
    #expect(try await urban()["on_duty"] == ["zhao"])
    door.fixture.advance(seconds: 8 * 3_600)
    let late = try await urban()
    #expect(late["on_duty"] == [] && late["holders"] == ["zhao"])
    #expect(late["falls_back_to"] == ["post": "supervisor@d", "people": ["chief"]])
    let grid = try await door.ask(.get, "/v1/roster/now?unit=g1&role=officer", as: .chief).items.first
    #expect(grid?["falls_back_to"] == ["post": "officer@c1", "people": ["wang"]])
    let posts = try await door.ask(.get, "/v1/roster/now?unit=d", as: .chief).items
    #expect(posts.contains { $0["role"] == "hotline" && $0["on_duty"] == ["voice"] })
  }

  @Test("Heads keep the rosters of their own units")
  func charge() async throws {
    let door = try await ConsoleDoor.open("console_charge")
    let shift: JSONValue = ["username": "wang", "from": hours(door, 0), "until": hours(door, 8)]
    #expect(try await door.ask(.post, "/v1/roster", as: .supervisor, body: shift).status == .created)
    #expect(try await door.ask(.post, "/v1/roster", as: .officer, body: shift).status == .forbidden)
    let other: JSONValue = ["username": "wu", "from": hours(door, 0), "until": hours(door, 8)]
    #expect(try await door.ask(.post, "/v1/roster", as: .supervisor, body: other).code == "outside_unit")
    #expect(try await door.ask(.post, "/v1/roster", as: .admin, body: other).status == .created)
    for (body, code) in [
      (["username": "nobody", "from": hours(door, 0), "until": hours(door, 8)] as JSONValue, "unknown_user"),
      (["username": "wang", "from": hours(door, 8), "until": hours(door, 0)], "out_of_range"),
      (["username": "wang", "role": "handler", "from": hours(door, 0), "until": hours(door, 1)], "other_role"),
      (["username": "wang", "substitute_for": "wang", "from": hours(door, 0), "until": hours(door, 1)], "same_user"),
      (["username": "wang", "from": "soon", "until": hours(door, 1)], "malformed_time"),
    ] {
      let answer = try await door.ask(.post, "/v1/roster", as: .chief, body: body)
      #expect(answer.status == .unprocessableContent)
      #expect(try answer.json["errors"]?[0]?["code"]?.stringValue == code)
    }
    let listed = try await door.ask(.get, "/v1/roster?unit=s1", as: .supervisor).items
    #expect(listed.map { $0["username"]?.stringValue } == ["wang"])
    #expect(try await door.ask(.get, "/v1/roster", as: .admin).items.count == 2)
  }

  @Test("Recurring shifts are added all or none, hand the inbox over, and leave gaps that are named")
  func recurring() async throws {
    let door = try await ConsoleDoor.open("console_recurring")
    func add(_ patterns: [JSONValue], as person: Person = .chief, replace: Bool = false) async throws -> Answer {
      try await door.ask(
        .post, "/v1/roster/patterns", as: person, body: ["patterns": .array(patterns), "replace": .bool(replace)])
    }
    let day: JSONValue = ["name": "day", "username": "zhao", "days": "daily", "from": "08:00", "until": "20:00"]
    let bad = try await add([day, ["name": "x", "username": "nobody", "days": "never", "from": "8", "until": "20:00"]])
    #expect(bad.status == .unprocessableContent)
    #expect(try bad.json["errors"]?[0]?["field"] == "patterns[1].username")
    #expect(try await door.ask(.get, "/v1/roster/patterns", as: .chief).items.isEmpty, "all or none")
    #expect(try await add([day], as: .officer).status == .forbidden)
    let added = try await add([day])
    #expect(added.status == .created)
    #expect(try added.items.first?["days"] == "daily")
    try await insert(door, seq: 1, "handler@d/urban")
    try await insert(door, seq: 2, "handler@d/urban", duty: "someone")
    #expect(try await seen(door, by: .urban) == [2, 1], "whoever is on duty now has what waits")
    let now = try await door.ask(.get, "/v1/roster/now?unit=d&role=handler&department=urban", as: .chief).items.first
    #expect(now?["keeps_roster"] == true && now?["on_duty"] == ["zhao"])

    let gaps = try await door.ask(.get, "/v1/roster/gaps?unit=d&to=2026-03-03", as: .chief).items
    #expect(gaps.first?["post"] == "handler@d/urban")
    #expect(gaps.first?["from"] == "2026-03-02T20:00:00+08:00" && gaps.first?["until"] == "2026-03-03T08:00:00+08:00")
    #expect(try await door.ask(.get, "/v1/roster/gaps?to=2030-01-01", as: .chief).status == .unprocessableContent)
    door.fixture.advance(seconds: 12 * 3_600)
    #expect(try await seen(door, by: .urban) == [1], "after the shift only what was told to all")

    let round: JSONValue = ["name": "all", "username": "zhao", "days": "daily", "from": "00:00", "until": "24:00"]
    let whole = try await add([round], replace: true)
    #expect(try await door.ask(.get, "/v1/roster/gaps?unit=d&to=2026-03-04", as: .chief).items.isEmpty)
    let id = try #require(try whole.items.first?["id"]?.stringValue)
    #expect(try await door.ask(.get, "/v1/roster/patterns", as: .chief).items.map { $0["id"] } == [.string(id)])
    #expect(try await door.ask(.delete, "/v1/roster/\(id)", as: .officer).status == .forbidden)
    #expect(try await door.ask(.delete, "/v1/roster/\(id)", as: .chief).status == .noContent)
    #expect(try await door.ask(.get, "/v1/roster/patterns", as: .chief).items.isEmpty)
  }

  @Test("Orders that came again and again, with how many called")
  func repeats() async throws {
    let door = try await ConsoleDoor.open("console_repeats")
    let fixture = door.fixture
    let often = try await fixture.file(source: .hotline, reporter: ("Wang", "1"))
    let once = try await fixture.file(unit: "g4", source: .hotline)
    for (id, part, phone) in [(often, 1, "1"), (often, 2, "2"), (once, 1, "3")] {
      try await fixture.pool.execute(
        .unprepared(
          """
          INSERT INTO reports (district, case_number, part, source, submitter, body_hash, seq, received_at,
            reporter_phone)
          VALUES ('d', $1, $2, 'hotline', 'source:line', '', 1, $3, $4)
          """),
        [
          .int64(id.number), .int64(Int64(part)), .timestamp(microseconds: fixture.now.microseconds), .text(phone),
        ])
    }
    let list = try await door.ask(.get, "/v1/stats/repeats", as: .hotline).items
    #expect(list.map { $0["case_id"]?.stringValue } == [often.description])
    #expect(list[0]["reports"] == 3 && list[0]["duplicates"] == 2 && list[0]["reporters"] == 2)
    #expect(try await door.ask(.get, "/v1/stats/repeats?min=2", as: .hotline).items.count == 2)
    #expect(try await door.ask(.get, "/v1/stats/repeats?min=2", as: .supervisor).items.count == 1, "of the own street")
    #expect(try await door.ask(.get, "/v1/stats/repeats?min=2&source=camera", as: .hotline).items.isEmpty)
    #expect(try await door.ask(.get, "/v1/stats/repeats?from=2020-01-01&to=2020-01-31", as: .hotline).items.isEmpty)
    #expect(try await door.ask(.get, "/v1/stats/repeats", as: .urban).status == .forbidden)

    // A case that is merged into another brings its reports along.
    let third = try await fixture.file(source: .hotline)
    try await fixture.perform(.merge(into: once), on: third, by: Person.dispatcher.actor)
    let merged = try await door.ask(.get, "/v1/stats/repeats?source=hotline", as: .chief).items
    #expect(Set(merged.compactMap { $0["case_id"]?.stringValue }) == [often.description, once.description])
  }
}
