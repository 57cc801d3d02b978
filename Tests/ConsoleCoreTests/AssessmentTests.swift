import CaseworkSupport
import Domain
import GridNetwork
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("Assessments and weekly reports")
struct AssessmentTests {
  @Test("Periods are months and ISO weeks")
  func periods() throws {
    let march = try #require(StatisticsPeriod("2026-03"))
    #expect((march.firstText, march.lastText) == ("2026-03-01", "2026-03-31"))
    #expect(march.previous.lastText == "2026-02-28")
    let tenth = try #require(StatisticsPeriod("2026-W10"))
    #expect((tenth.firstText, tenth.lastText) == ("2026-03-02", "2026-03-08"))
    #expect(StatisticsPeriod("2026-W01")?.firstText == "2025-12-29")
    #expect(StatisticsPeriod("2026-W53")?.lastText == "2027-01-03")
    for text in ["2026-W54", "2025-W53", "2026-13", "2026", "W10", "2026-W1", "26-03"] {
      #expect(StatisticsPeriod(text) == nil, "\(text)")
    }
  }

  @Test("A formula ranks departments by their share, whole where nothing was owed")
  func assessment() async throws {
    let door = try await ConsoleDoor.open("console_assessment")
    for category in ["0101", "0101", "0201"] as [CategoryCode] {
      let id = try await door.fixture.file(category: category)
      try await door.fixture.route(id)
    }
    try await door.fixture.perform(.sign, on: CaseID(district: "d", number: 1), by: Person.urban.actor)
    try await door.fixture.perform(.handle(result: "x"), on: CaseID(district: "d", number: 1), by: Person.urban.actor)
    try await door.settleStatistics()
    let answer = try await door.ask(.get, "/v1/stats/assessments/2026-W10", as: .admin)
    let rows = try answer.items.first?["rows"]?.arrayValue ?? []
    #expect(rows.compactMap { $0["key"]?.stringValue } == ["urban", "water"])
    // Urban did one of the two that it leads, and nothing yet of the part that it has in water's case.
    let scores = rows.compactMap { $0["score"]?.doubleValue }
    #expect(scores.count == 2 && abs(scores[0] - 100 / 3.0) < 1e-9 && scores[1] == 0)
    let empty = try await door.ask(.get, "/v1/stats/assessments/2020-01", as: .admin).items.first
    #expect(empty?["rows"] == [])
    #expect(try await door.ask(.get, "/v1/stats/assessments/spring", as: .admin).status == .badRequest)
  }

  @Test("The weekly report in each of its forms")
  func weekly() async throws {
    let door = try await ConsoleDoor.open("console_weekly")
    try await CaseMix(door: door, seed: 9).play(cases: 10)
    try await door.settleStatistics()
    let json = try await door.ask(.get, "/v1/reports/weekly/2026-W10.json", as: .admin).json
    let filed = try #require(json["total"]?["filed"]?.integerValue)
    #expect(filed > 0)
    #expect(json["by_unit"]?.arrayValue?.compactMap { $0["filed"]?.integerValue }.reduce(0, +) == filed)
    #expect(json["by_category"]?.arrayValue?.compactMap { $0["filed"]?.integerValue }.reduce(0, +) == filed)
    let csv = try await door.ask(.get, "/v1/reports/weekly/2026-W10.csv", as: .admin)
    #expect(csv.text.contains("total,d,,\(filed),"))
    let html = try await door.ask(.get, "/v1/reports/weekly/2026-W10.html?lang=en", as: .admin)
    #expect(html.headers[.contentType] == "text/html; charset=utf-8")
    #expect(html.text.contains("<nav") && html.text.contains("<td class=\"number\">\(filed)</td>"))
    #expect(try await door.ask(.get, "/v1/reports/weekly/2026-10.json", as: .admin).status == .notFound)
  }
}
