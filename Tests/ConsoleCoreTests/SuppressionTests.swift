import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite struct SuppressionTests {
  private func body(_ door: ConsoleDoor, unit: String = "s1", hours: Int64 = 6) -> JSONValue {
    [
      "reason": "storm", "unit": .string(unit), "categories": ["01"], "sources": "camera,officer",
      "until": .string(door.fixture.now.adding(seconds: hours * 3_600).rfc3339()),
    ]
  }

  @Test func aSupervisorSuppressesAndEnds() async throws {
    let door = try await ConsoleDoor.open("suppressions")
    let made = try await door.ask(.post, "/v1/suppressions", as: .supervisor, body: body(door))
    #expect(made.status == .created, "\(made.text)")
    let id = try #require(try made.json["id"]?.stringValue)
    #expect(try made.json["state"] == "running" && made.json["created_by"] == "user:zheng")
    #expect(try made.json["sources"] == ["camera", "officer"] && made.json["reports"] == 0)
    let list = try await door.ask(.get, "/v1/suppressions", as: .officer)
    #expect(try list.json["items"]?.arrayValue?.map { $0["id"] } == [.string(id)])
    #expect(try await door.ask(.get, "/v1/suppressions/\(id)", as: .auditor).json["reason"] == "storm")
    let ended = try await door.ask(.delete, "/v1/suppressions/\(id)", as: .dispatcher)
    #expect(try ended.json["state"] == "ended" && ended.json["ended_by"] == "user:wu")
    #expect(try ended.json["ended_at"] != nil)
    #expect(try await door.ask(.delete, "/v1/suppressions/\(id)", as: .dispatcher).status == .conflict)
    #expect(try await door.ask(.get, "/v1/suppressions", as: .dispatcher).json["items"] == [])
    #expect(
      try await door.ask(.get, "/v1/suppressions?state=all", as: .dispatcher).json["items"]?.arrayValue?.count == 1)
  }

  @Test func whoMayNotOrAsksForTooMuchIsToldSo() async throws {
    let door = try await ConsoleDoor.open("suppressions_refused")
    for person in [Person.officer, .urban, .inspector, .auditor, .hotline] {
      let refused = try await door.ask(.post, "/v1/suppressions", as: person, body: body(door))
      #expect(refused.status == .forbidden, "\(person.name)")
    }
    let empty = try await door.ask(
      .post, "/v1/suppressions", as: .dispatcher, body: ["until": "tomorrow", "sources": "x"])
    #expect(empty.status == .unprocessableContent)
    let faults = try empty.json["errors"]?.arrayValue?.map {
      "\($0["field"]?.stringValue ?? "") \($0["code"]?.stringValue ?? "")"
    }
    #expect(
      faults == [
        "sources unknown_value", "until malformed_time", "reason required", "unit required", "categories required",
      ])
    let outside = try await door.ask(.post, "/v1/suppressions", as: .supervisor, body: body(door, unit: "d"))
    #expect(try outside.json["errors"]?.arrayValue?.first?["code"] == "outside_unit")
    let long = try await door.ask(.post, "/v1/suppressions", as: .dispatcher, body: body(door, hours: 32 * 24))
    #expect(try long.json["errors"]?.arrayValue?.first?["code"] == "too_long")
    let made = try await door.ask(.post, "/v1/suppressions", as: .dispatcher, body: body(door, unit: "d"))
    let id = try #require(try made.json["id"]?.stringValue)
    #expect(try await door.ask(.delete, "/v1/suppressions/\(id)", as: .supervisor).status == .forbidden)
    #expect(try await door.ask(.delete, "/v1/suppressions/none", as: .dispatcher).status == .notFound)
  }

  @Test func aListGoesOnWhereItEnded() async throws {
    let door = try await ConsoleDoor.open("suppressions_pages")
    for _ in 0..<5 {
      _ = try await door.ask(.post, "/v1/suppressions", as: .dispatcher, body: body(door))
      door.fixture.advance(seconds: 1)
    }
    var ids: [String] = []
    var cursor: String?
    repeat {
      let page = try await door.ask(
        .get, "/v1/suppressions?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""), as: .dispatcher
      ).json
      ids += page["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
      cursor = page["next_cursor"]?.stringValue
    } while cursor != nil
    #expect(ids.count == 5 && Set(ids).count == 5)
  }
}
