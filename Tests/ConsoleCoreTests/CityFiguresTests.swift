import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("Figures of a whole city")
struct CityFiguresTests {
  private static let east: [UnitCode] = ["g5", "g6", "c4", "s3", "e"]

  private func open(_ name: String) async throws -> ConsoleDoor {
    let door = try await ConsoleDoor.open(name, files: SampleNetworkFiles.city)
    try await CaseMix(door: door, seed: 3, places: CaseMix.sampleUnits + Self.east).play(cases: 40)
    try await door.settleStatistics()
    return door
  }

  private static let counts = IndicatorTally.names + ["overdue_open"]

  private func figures(_ row: JSONValue?) -> [String: Int64] {
    Dictionary(uniqueKeysWithValues: Self.counts.map { ($0, row?[$0]?.integerValue ?? -1) })
  }

  private func sum(_ rows: [JSONValue]) -> [String: Int64] {
    rows.map(figures).reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
  }

  @Test("By district first, each as the district itself counts, and their sum", arguments: ["", "&as_of=2026-03-09"])
  func sums(_ moment: String) async throws {
    let door = try await open("city_sums")
    let city = try await door.ask(.get, "/v1/stats/indicators?by=unit\(moment)", as: .cityAdmin).json
    let rows = try #require(city["items"]?.arrayValue)
    #expect(rows.compactMap { $0["key"]?.stringValue } == ["d", "e"])
    #expect(city["unit"] == "city" && rows[1]["name_en"] == "East District" && rows[1]["tier"] == "district")
    for (row, person) in zip(rows, [Person.admin, .eastAdmin]) {
      let own = try await door.ask(.get, "/v1/stats/indicators?by=unit\(moment)", as: person).json["total"]
      #expect(figures(row) == figures(own))
      // The order of summing may move the last digit of a mean.
      let means = [row["mean_handle_minutes"], own?["mean_handle_minutes"]].map { ($0?.doubleValue ?? 0).rounded() }
      #expect(means[0] == means[1] && means[0] > 0)
      #expect(row["p90_handle_minutes"] == own?["p90_handle_minutes"])
      let asked = "/v1/stats/indicators?by=unit&unit=\(row["key"]?.stringValue ?? "")\(moment)"
      #expect(figures(try await door.ask(.get, asked, as: .cityAdmin).json["total"]) == figures(own))
    }
    #expect(figures(city["total"]) == sum(rows))
    #expect(figures(city["total"])["reported"] == 40)
    for grouping in ["department", "category", "source", "officer", "unit&tier=street", "unit&tier=grid"] {
      let grouped = try await door.ask(.get, "/v1/stats/indicators?by=\(grouping)\(moment)", as: .cityAdmin).json
      #expect(figures(grouped["total"]) == figures(city["total"]), "\(grouping)")
      #expect(sum(grouped["items"]?.arrayValue ?? []) == figures(city["total"]), "\(grouping)")
    }
  }

  @Test("Each figure lists exactly what it counts, over both districts")
  func drillDown() async throws {
    let door = try await open("city_drill")
    var compared = 0
    for grouping in ["unit", "department", "source"] {
      for row in try await door.ask(.get, "/v1/stats/indicators?by=\(grouping)", as: .cityAdmin).items {
        for member in try #require(row["drill"]?.objectValue).members {
          let address = try #require(member.value.stringValue)
          let listed = Int64(try await door.listed(address + "&limit=500", as: .cityAdmin).count)
          #expect(listed == row[member.key]?.integerValue, "\(member.key) \(address)")
          compared += 1
        }
      }
    }
    #expect(compared > 100)
  }

  @Test("A past list, the course by day, gathering places and rankings are of both districts")
  func others() async throws {
    let door = try await open("city_others")
    let past = try await door.listed("/v1/cases?as_of=2026-03-09&state=closed&limit=500", as: .cityAdmin)
    let parts = try await [Person.admin, .eastAdmin].asyncFlatMap {
      try await door.listed("/v1/cases?as_of=2026-03-09&state=closed&limit=500", as: $0)
    }
    #expect(Set(past) == Set(parts) && past.count == parts.count && past.contains { $0.hasPrefix("e-") })
    let period = "?from=2026-03-01&to=2026-03-12"
    let days = try await door.ask(.get, "/v1/stats/trend\(period)", as: .cityAdmin).items
    let west = try await door.ask(.get, "/v1/stats/trend\(period)", as: .admin).items
    let east = try await door.ask(.get, "/v1/stats/trend\(period)", as: .eastAdmin).items
    for (index, day) in days.enumerated() {
      #expect(
        day["reported"]?.integerValue
          == (west[index]["reported"]?.integerValue ?? 0) + (east[index]["reported"]?.integerValue ?? 0))
    }
    #expect(days.reduce(0) { $0 + ($1["reported"]?.integerValue ?? 0) } == 40)
    let spots = try await door.ask(.get, "/v1/stats/hotspots\(period)", as: .cityAdmin).items
    #expect(spots.contains { $0["unit"]?["code"] == "g5" } && spots.contains { $0["unit"]?["code"] == "g1" })
    let ranked = try await door.ask(.get, "/v1/stats/assessments/2026-03", as: .cityAdmin).items
    let keys = ranked[0]["rows"]?.arrayValue?.compactMap { $0["key"]?.stringValue }.sorted()
    #expect(keys == ["urban", "water"])
    let week = try await door.ask(.get, "/v1/reports/weekly/2026-W10.json", as: .cityAdmin).json
    #expect(week["unit"] == "city" && week["by_unit"]?.arrayValue?.count == 2)
  }
}

extension Sequence where Element: Sendable {
  fileprivate func asyncFlatMap<Item>(_ body: (Element) async throws -> [Item]) async throws -> [Item] {
    var items: [Item] = []
    for element in self { items += try await body(element) }
    return items
  }
}
