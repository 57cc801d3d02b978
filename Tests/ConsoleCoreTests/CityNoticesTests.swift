import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import PostgresClient
import Testing
import Wire

@testable import ConsoleCore

@Suite("What a whole city's people are told, and what discipline inspection there decides")
struct CityNoticesTests {
  private func open(_ name: String) async throws -> ConsoleDoor {
    try await ConsoleDoor.open(name, files: SampleNetworkFiles.city)
  }

  private func insert(
    _ door: ConsoleDoor, _ district: String, seq: Int64, minute: Int64, _ post: String, duty: String? = nil
  ) async throws {
    let address = ReceiverAddress(post)
    try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO inbox (district, seq, part, role, unit, notice, case_number, at, duty)
        VALUES ($1, $2, 0, $3, $4, 'supervise', 1, $5, string_to_array($6, ','))
        """),
      [
        .text(district), .int64(seq), .text(address?.role), .text(address?.unit.text),
        .timestamp(microseconds: (door.fixture.now + minute * 60).microseconds), .text(duty),
      ])
  }

  @Test("Notices of every district in one list, page after page, each read where it stands")
  func inbox() async throws {
    let door = try await open("city_inbox")
    for seq in 1...6 as ClosedRange<Int64> {
      try await insert(door, "d", seq: seq, minute: seq * 2, "supervisor@city")
      try await insert(door, "e", seq: seq * 3, minute: seq * 2 + 1, "supervisor@city")
    }
    try await insert(door, "e", seq: 40, minute: 50, "supervisor@e")
    var seen: [String] = []
    var cursor: String?
    repeat {
      let path = "/v1/inbox?limit=5" + (cursor.map { "&cursor=\($0)" } ?? "")
      let page = try await door.ask(.get, path, as: .citySupervisor)
      #expect(try page.json["unread"]?.integerValue == 12 + Int64(seen.count / 5))
      seen += try page.items.compactMap { $0["id"]?.stringValue }
      cursor = try page.json["next_cursor"]?.stringValue
      // What comes meanwhile is for the next look.
      try await insert(door, "d", seq: 100 + Int64(seen.count), minute: 100, "supervisor@city")
    } while cursor != nil
    let expected = (1...6).reversed().flatMap { ["e.\($0 * 3).0", "d.\($0).0"] }
    #expect(seen == expected)
    #expect(try await door.ask(.get, "/v1/inbox", as: .chief).items.isEmpty)

    let unnamed = try await door.ask(.post, "/v1/inbox/3.0/actions", as: .citySupervisor, body: ["action": "read"])
    #expect(unnamed.status == .notFound, "of which district?")
    let read = try await door.ask(.post, "/v1/inbox/e.3.0/actions", as: .citySupervisor, body: ["action": "read"])
    #expect(read.status == .noContent)
    let items = try await door.ask(.get, "/v1/inbox?limit=50", as: .citySupervisor).items
    let marked = items.filter { $0["read_by"] == "user:city-chief" }.compactMap { $0["id"]?.stringValue }
    #expect(marked == ["e.3.0"])
    let foreign = try await door.ask(.post, "/v1/inbox/e.40.0/actions", as: .chief, body: ["action": "read"])
    #expect(foreign.status == .notFound)
  }

  @Test("The city keeps rosters of its own posts and of every district's")
  func rosters() async throws {
    let door = try await open("city_roster")
    func hours(_ hours: Int64) -> JSONValue { .string((door.fixture.now + hours * 3_600).rfc3339()) }
    func shift(_ name: String) -> JSONValue { ["username": .string(name), "from": hours(0), "until": hours(8)] }
    #expect(try await door.ask(.post, "/v1/roster", as: .citySupervisor, body: shift("city-wu")).status == .created)
    #expect(try await door.ask(.post, "/v1/roster", as: .citySupervisor, body: shift("east-wu")).status == .created)
    let above = try await door.ask(.post, "/v1/roster", as: .admin, body: shift("city-wu"))
    #expect(above.status == .unprocessableContent, "the city's people are not the district's")
    let listed = try await door.ask(.get, "/v1/roster", as: .citySupervisor).items
    #expect(Set(listed.compactMap { $0["unit"]?.stringValue }) == ["city", "e"])
    #expect(try await door.ask(.get, "/v1/roster", as: .eastAdmin).items.count == 1)
    let now = try await door.ask(.get, "/v1/roster/now?role=dispatcher", as: .citySupervisor).items
    #expect(now[0]["on_duty"]?[0] == "city-wu" && now[0]["keeps_roster"] == true)
    let east = try await door.ask(.get, "/v1/roster/now?role=dispatcher&unit=s3", as: .citySupervisor).items
    #expect(east[0]["falls_back_to"]?["post"] == "supervisor@s3")
    // Nobody heads the east district: the city's dispatchers stand above it.
    let head = try await door.ask(.get, "/v1/roster/now?role=supervisor&unit=e", as: .citySupervisor).items
    #expect(head[0]["falls_back_to"]?["post"] == "supervisor@city")
    let id = try #require(listed.first { $0["unit"] == "e" }?["id"]?.stringValue)
    #expect(try await door.ask(.delete, "/v1/roster/\(id)", as: .citySupervisor).status == .noContent)
    #expect(try await door.ask(.get, "/v1/roster", as: .eastAdmin).items.isEmpty)
  }

  @Test("Records of every district in one list, decided by the city's inspection too")
  func accountability() async throws {
    let door = try await open("city_records")
    for (district, unit) in [("d", "g1"), ("e", "g5")] {
      for number in 1...3 as ClosedRange<Int64> {
        let id = try await door.fixture.file(unit: UnitCode(unit))
        door.fixture.advance(seconds: 60)
        try await door.fixture.pool.execute(
          .unprepared(
            """
            INSERT INTO accountability (district, id, case_number, clock, rung, unit, department, receivers, due_at,
              opened_at) VALUES ($1, $2, $3, 'sign', 'inspection', $4, 'urban', '{inspector@d}', $5, $5)
            """),
          [
            .text(district), .text("\(id)/sign/16/inspection"), .int64(number), .text(unit),
            .timestamp(microseconds: door.fixture.now.microseconds),
          ])
      }
    }
    let all = ["e-3", "e-2", "e-1", "d-3", "d-2", "d-1"]
    func cases(_ person: Person, _ query: String = "") async throws -> [String] {
      try await door.listed("/v1/accountability?limit=2\(query)", as: person)
        .map { String($0.prefix { $0 != "/" }) }
    }
    #expect(try await cases(.cityInspector) == all)
    #expect(try await cases(.cityInspector, "&unit=d") == ["d-3", "d-2", "d-1"])
    #expect(try await cases(.eastInspector) == ["e-3", "e-2", "e-1"])
    let summary = try await door.ask(.get, "/v1/accountability/summary", as: .cityInspector).json
    #expect(summary["total"]?["records"] == 6)
    #expect(summary["items"]?.arrayValue?.compactMap { $0["unit"]?.stringValue } == ["d", "e"])
    let path = "/v1/accountability/e-1%2Fsign%2F16%2Finspection"
    #expect(try await door.ask(.get, path, as: .inspector).status == .notFound)
    let evidence = try await door.ask(.get, path, as: .cityInspector)
    #expect(try evidence.json["case"]?["id"] == "e-1")
    let taken = try await door.ask(
      .post, path + "/actions", as: .cityInspector, headers: [.ifMatch: "\"1\""], body: ["action": "acknowledge"])
    #expect(try taken.json["state"] == "acknowledged")
    #expect(try await door.listed("/v1/cases", as: .cityInspector).count == 6)
  }
}
