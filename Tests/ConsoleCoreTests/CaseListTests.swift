import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("Lists of cases")
struct CaseListTests {
  @Test("Filters narrow the list")
  func filters() async throws {
    let door = try await ConsoleDoor.open("console_filters")
    let first = try await door.fixture.file(category: "0101", unit: "g1", description: "Rubbish at the GATE")
    door.fixture.advance(seconds: 86_400)
    let second = try await door.fixture.file(category: "0201", unit: "g3", source: .hotline, description: "水管破裂")
    try await door.fixture.route(second)
    let (one, two) = (first.description, second.description)
    func listed(_ query: String) async throws -> [String] {
      try await door.listed("/v1/cases?" + query, as: .admin)
    }

    #expect(try await listed("category=01") == [one])
    #expect(try await listed("category=0201,0101&sort=filed_at") == [one, two])
    #expect(try await listed("state=dispatched") == [two])
    #expect(try await listed("state=open&sort=filed_at") == [one, two])
    #expect(try await listed("unit=c2") == [two])
    #expect(try await listed("at_unit=s1") == [])
    #expect(try await listed("department=water") == [two])
    #expect(try await listed("department=none") == [one])
    #expect(try await listed("source=hotline") == [two])
    #expect(try await listed("q=gate") == [one])
    #expect(try await listed("q=%E6%B0%B4%E7%AE%A1") == [two])
    #expect(try await listed("q=d-2") == [two])
    #expect(try await listed("from=2026-03-03") == [two])
    #expect(try await listed("to=2026-03-02") == [one])
    #expect(try await listed("from=2026-03-02T09:00:00%2B08:00&to=2026-03-03T09:00:00+08:00") == [one])
    #expect(try await listed("bbox=113.8,22.5,113.9,22.6") == [one])
    #expect(try await listed("overdue=true") == [])
    door.fixture.advance(seconds: 3 * 3_600)
    #expect(try await listed("overdue=true") == [two])
    #expect(try await listed("counted=dispatched") == [two])
    #expect(try await listed("counted=overdue_open") == [two])
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .water) == [two])
  }

  @Test("Every field that is not valid is named at once")
  func invalidFields() async throws {
    let door = try await ConsoleDoor.open("console_invalid_fields")
    let answer = try await door.ask(
      .get, "/v1/cases?state=gone&overdue=perhaps&limit=0&from=yesterday&unit=zz&bbox=1,2&sort=colour", as: .admin)
    #expect(answer.status == .unprocessableContent)
    let fields = try answer.json["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
    #expect(Set(fields) == ["state", "overdue", "limit", "from", "unit", "bbox", "sort"])
    #expect(try await door.ask(.get, "/v1/cases?unit=s2", as: .officer).status == .unprocessableContent)
  }

  @Test(
    "Pages neither repeat nor skip a case, in any order",
    arguments: ["-filed_at", "filed_at", "due_at", "-updated_at"])
  func paging(order: String) async throws {
    let door = try await ConsoleDoor.open("console_paging")
    var filed: Set<String> = []
    for index in 0..<7 {
      if index % 3 == 0 { door.fixture.advance(seconds: 60) }
      let id = try await door.fixture.file()
      if index % 2 == 0 { try await door.fixture.route(id) }
      filed.insert(id.description)
    }
    let listed = try await door.listed("/v1/cases?limit=2&sort=\(order)", as: .admin)
    #expect(listed.count == 7)
    #expect(Set(listed) == filed)
    #expect(try await door.listed("/v1/cases?limit=100&sort=\(order)", as: .admin) == listed)
  }

  @Test("As of a moment, a list holds what was so then")
  func past() async throws {
    let door = try await ConsoleDoor.open("console_past_list")
    let id = try await door.fixture.file()
    door.fixture.advance(seconds: 60)
    try await door.fixture.route(id)
    let then = "2026-03-02T09:00:30%2B08:00"
    #expect(try await door.listed("/v1/cases?state=filed", as: .admin) == [])
    #expect(try await door.listed("/v1/cases?state=filed&as_of=\(then)", as: .admin) == [id.description])
    #expect(try await door.listed("/v1/cases?department=urban&as_of=\(then)", as: .admin) == [])
  }
}
