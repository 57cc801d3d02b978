import CaseworkSupport
import Domain
import HTTPTypes
import Hummingbird
import PostgresClient
import Testing
import WebAuth
import Wire

@testable import ConsoleCore

@Suite("Pages of discipline inspection and of indicators") struct OfficePageTests {
  private static let first = "d-1-sign-16-inspection"
  private static let second = "d-2-handle-16-inspection"

  /// Two cases with a record each: one of the water department in g3, and one of no department, in the unit c1 itself.
  private static func open(_ name: String) async throws -> ConsoleDoor {
    let door = try await ConsoleDoor.open(name)
    let id = try await door.fixture.file(category: "0201", unit: "g3")
    try await door.fixture.route(id)
    _ = try await door.fixture.file(category: "0101", unit: "g1")
    for (id, number, clock, unit, department) in [
      (Self.first, Int64(1), "sign", "g3", "water" as String?), (Self.second, 2, "handle", "g1", nil),
    ] {
      try await door.fixture.pool.execute(
        .unprepared(
          """
          INSERT INTO accountability (district, id, case_number, clock, rung, unit, department, receivers, due_at,
            opened_at)
          VALUES ('d', $1, $2, $3, 'inspection', $4, $5, '{inspector@d}', $6, $6)
          """),
        [
          .text(id), .int64(number), .text(clock), .text(unit), .text(department),
          .timestamp(microseconds: door.fixture.now.microseconds),
        ])
    }
    return door
  }

  @Test("A record is a page for those who may see it, and no other")
  func recordAsEveryRole() async throws {
    let door = try await Self.open("office_record")
    for person in Person.all {
      let record = try await door.ask(.get, "/v1/accountability/\(Self.first)", as: person).status
      for language in PageLanguage.allCases {
        let page = try await door.page("/inspection/\(Self.first)", as: person, language: language.rawValue)
        #expect(page.status == record, "\(person.name)")
        #expect(page.text.firstMatch(of: /\b(?:words|inspection|case)\.[a-z_]+\.[a-z_]+/) == nil, "\(person.name)")
        if page.status == .ok { #expect(page.text.contains("id=\"bundle\""), "\(person.name)") }
      }
    }
    #expect(try await door.page("/inspection/nothing", as: .inspector).status == .notFound)
  }

  @Test("The record's forms work without scripts, and what is refused is said")
  func forms() async throws {
    let door = try await Self.open("office_forms")
    let path = "/inspection/\(Self.first)"
    func send(_ fields: String, as person: Person) async throws -> Answer {
      let page = try await door.page(path, as: person)
      let token = try #require(page.text.firstMatch(of: /name="csrf" content="([^"]+)"/)?.1)
      let response = try await door.respond(
        .post, path,
        headers: [
          .contentType: "application/x-www-form-urlencoded", .accept: "text/html",
          .cookie: "gridloop_lang=en; gridloop_session=" + (try await door.token(of: person)),
        ], body: Array("\(fields)&csrf_token=\(PercentEncoding.encode(String(token)))".utf8))
      let collector = Collector()
      try await response.body.write(collector)
      return Answer(status: response.status, headers: response.headers, bytes: await collector.bytes.value)
    }
    let taken = try await send("action=acknowledge&version=1", as: .inspector)
    #expect(taken.status == .seeOther && taken.headers[.location] == path)
    #expect(try await send("action=acknowledge&version=1", as: .inspector).status == .preconditionFailed)
    #expect(try await send("action=statement&version=2", as: .water).status == .unprocessableContent)
    #expect(try await send("action=statement&version=2&note=the+crew+was+away", as: .water).status == .seeOther)
    #expect(try await send("action=uphold&version=3&note=x", as: .chief).status == .forbidden)
    #expect(try await door.page(path, as: .inspector).text.contains("the crew was away"))
  }

  @Test("Each group's count leads to a list of exactly as many records")
  func drillDown() async throws {
    let door = try await Self.open("office_groups")
    for grouping in AccountabilityGrouping.allCases {
      let page = try await door.page("/inspection?by=\(grouping.rawValue)", as: .inspector).text
      let body = try #require(page.firstMatch(of: /figures-table.*?<\/table>/.dotMatchesNewlines()))
      let links = body.0.matches(of: /<a href="([^"#]+)#records"[^>]*>(\d+)<\/a>/)
      #expect(!links.isEmpty, "\(grouping)")
      for link in links {
        let path = link.1.replacing("&amp;", with: "&").replacing("by=\(grouping.rawValue)", with: "limit=50")
        let listed = try await door.listed("/v1/accountability" + path.dropFirst("/inspection".count), as: .inspector)
        #expect(listed.count == Int(link.2), "\(path)")
      }
    }
    #expect(try await door.listed("/v1/accountability?department=none", as: .inspector) == [Self.second])
    #expect(try await door.listed("/v1/accountability?at_unit=g3", as: .inspector) == [Self.first])
    #expect(try await door.listed("/v1/accountability?at_unit=d", as: .inspector).isEmpty)
  }

  @Test("The self-check stands above the records, with its gaps by name")
  func selfCheck() async throws {
    let door = try await Self.open("office_check")
    #expect(try await door.page("/inspection", as: .inspector).text.contains("No check was made yet"))
    try await door.fixture.pool.execute(
      script: """
        INSERT INTO self_checks (district, day, as_of, seq, hash, policy_version, cases, clocks, rungs, gaps, findings)
        VALUES ('d', '2026-03-02', now(), 1, '', 1, 7, 8, 9, 1, '[{"case_id": "d-1", "clock": "sign",
          "rung": "reminder", "department": "water", "expected_at": "2026-03-02T09:00:00Z"}]')
        """)
    let page = try await door.page("/inspection", as: .inspector).text
    #expect(page.contains("1 gap<") && page.contains("7 cases, 8 clocks and 9 rungs") && page.contains("/cases/d-1"))
    #expect(!(try await door.page("/inspection", as: .supervisor).text.contains("self-check")))
  }

  @Test("An indicator's figure leads to as many cases, and the table has the same figures")
  func indicators() async throws {
    let door = try await ConsoleDoor.open("office_indicators")
    try await CaseMix(door: door, seed: 5).play(cases: 12)
    try await door.settleStatistics()
    for grouping in StatisticsGrouping.allCases {
      let page = try await door.page("/indicators?indicator=filed&by=\(grouping.rawValue)", as: .dispatcher)
      #expect(page.status == .ok)
      let links = page.text.matches(of: /<a href="(\/cases\?[^"]+)" data-figure="[^"]+"[^>]*>[^<]*?(\d+)<\/a>/)
      #expect(!links.isEmpty, "\(grouping)")
      for link in links {
        let path = link.1.replacing("&amp;", with: "&")
        #expect(try await door.listed("/v1" + path, as: .dispatcher).count == Int(link.2), "\(path)")
      }
    }
    let sheet = try await door.ask(.get, "/v1/stats/indicators.csv?by=department", as: .dispatcher)
    #expect(sheet.headers[.contentType] == "text/csv; charset=utf-8")
    let lines = sheet.text.split(separator: "\r\n")
    #expect(lines.first?.contains("key,name_zh,name_en,reported") == true && lines.last?.hasPrefix("total,") == true)
    #expect(try await door.ask(.get, "/v1/stats/indicators.csv", as: .inspector).status == .forbidden)
    #expect(try await door.page("/indicators?indicator=beauty", as: .dispatcher).status == .unprocessableContent)
    #expect(
      try await door.page("/indicators?from=2020-01-01&to=2026-01-01", as: .dispatcher).status
        == .unprocessableContent)
  }
}
