import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Journal
import StatsCore
import Testing
import Wire

@testable import ConsoleCore

@Suite("Statistics")
struct StatisticsTests {
  @Test("Every figure equals the length of the list behind it, in every grouping")
  func drillDown() async throws {
    let door = try await ConsoleDoor.open("console_drill")
    try await CaseMix(door: door, seed: 11).play(cases: 40)
    try await door.settleStatistics()
    var compared = 0
    for grouping in StatisticsGrouping.allCases {
      let items = try await door.ask(.get, "/v1/stats/indicators?by=\(grouping.rawValue)", as: .admin).items
      for row in items { compared += try await compare(row, door, as: .admin, "\(grouping)") }
    }
    for row in try await door.ask(.get, "/v1/stats/indicators?by=unit&tier=grid", as: .admin).items {
      compared += try await compare(row, door, as: .admin, "tier")
    }
    let narrow = "/v1/stats/indicators?by=unit&unit=s1&category=01&from=2026-03-02&to=2026-03-04"
    for row in try await door.ask(.get, narrow, as: .auditor).items {
      compared += try await compare(row, door, as: .auditor, "narrow")
    }
    for row in try await door.ask(.get, "/v1/stats/indicators?by=category", as: .urban).items {
      compared += try await compare(row, door, as: .urban, "department")
    }
    #expect(compared > 200)
  }

  /// Compares what a row counts with what its lists hold; returns how many figures that were.
  private func compare(
    _ row: JSONValue, _ door: ConsoleDoor, as person: Person, _ context: String
  ) async throws -> Int {
    let drill = try #require(row["drill"]?.objectValue)
    let all = try #require(row["cases"]?.stringValue)
    #expect(Int64(try await door.listed(all, as: person).count) == row["reported"]?.integerValue, "\(context) \(all)")
    for member in drill.members {
      let address = try #require(member.value.stringValue)
      let listed = Int64(try await door.listed(address + "&limit=500", as: person).count)
      #expect(listed == row[member.key]?.integerValue, "\(context) \(member.key) \(address)")
    }
    return drill.count
  }

  @Test("Figures as of a moment are those that were shown then")
  func asOf() async throws {
    let door = try await ConsoleDoor.open("console_as_of")
    let mix = CaseMix(door: door, seed: 5)
    try await mix.play(cases: 15)
    try await door.settleStatistics()
    let moment = PercentEncoding.encode(door.fixture.now.rfc3339())
    var shown: [StatisticsGrouping: [JSONValue]] = [:]
    for grouping in StatisticsGrouping.allCases {
      shown[grouping] = try await figures(door, "by=\(grouping.rawValue)")
    }
    door.fixture.advance(seconds: 1)
    try await mix.play(cases: 15)
    try await door.settleStatistics()
    for grouping in StatisticsGrouping.allCases {
      let past = try await figures(door, "by=\(grouping.rawValue)&as_of=\(moment)")
      #expect(past == shown[grouping], "\(grouping)")
      #expect(try await figures(door, "by=\(grouping.rawValue)") != past)
    }
    let rows = try await door.ask(.get, "/v1/stats/indicators?by=department&as_of=\(moment)", as: .admin).items
    for row in rows { _ = try await compare(row, door, as: .admin, "as of") }
  }

  /// The rows without the addresses of their lists.
  private func figures(_ door: ConsoleDoor, _ query: String) async throws -> [JSONValue] {
    try await door.ask(.get, "/v1/stats/indicators?\(query)", as: .admin).items.map { row in
      var object = try #require(row.objectValue)
      object["cases"] = nil
      object["drill"] = nil
      return .object(object)
    }
  }

  @Test("Rates have their numerators and denominators, and nothing owed has no rate")
  func rates() async throws {
    let door = try await ConsoleDoor.open("console_rates")
    let id = try await door.fixture.file()
    try await door.fixture.route(id)
    try await door.fixture.perform(.sign, on: id, by: Person.urban.actor)
    door.fixture.advance(seconds: 90 * 60)
    try await door.fixture.perform(.handle(result: "done"), on: id, by: Person.urban.actor)
    try await door.settleStatistics()
    let total = try #require(try await door.ask(.get, "/v1/stats/indicators", as: .admin).json["total"])
    #expect(total["on_time_handle_rate"] == ["value": 1.0, "numerator": 1, "denominator": 1])
    #expect(total["satisfaction_rate"]?["value"] == JSONValue.null)
    #expect(total["mean_handle_minutes"]?.doubleValue == 90)
    #expect(total["p90_handle_minutes"]?.doubleValue == 90)
  }

  @Test("A trend has every day, and its days add up")
  func trend() async throws {
    let door = try await ConsoleDoor.open("console_trend")
    try await CaseMix(door: door, seed: 3).play(cases: 20)
    try await door.settleStatistics()
    let items = try await door.ask(.get, "/v1/stats/trend?from=2026-03-01&to=2026-03-31", as: .admin).items
    #expect(items.count == 31)
    #expect(items.compactMap { $0["reported"]?.integerValue }.reduce(0, +) == 20)
    let busiest = try #require(items.max { $0["filed"]?.integerValue ?? 0 < $1["filed"]?.integerValue ?? 0 })
    let listed = try await door.listed(try #require(busiest["cases"]?.stringValue) + "&counted=filed", as: .admin)
    #expect(Int64(listed.count) == busiest["filed"]?.integerValue)
  }

  @Test("Hotspots are the units with most cases, first the most")
  func hotspots() async throws {
    let door = try await ConsoleDoor.open("console_hotspots")
    for unit: UnitCode in ["g3", "g3", "g1"] { try await door.fixture.file(unit: unit) }
    let items = try await door.ask(.get, "/v1/stats/hotspots", as: .admin).items
    #expect(items.compactMap { $0["unit"]?["code"]?.stringValue } == ["g3", "g1"])
    let first = try #require(items.first)
    #expect(first["count"] == 2)
    #expect(try await door.listed(try #require(first["cases"]?.stringValue), as: .admin).count == 2)
  }

  @Test("Machines and discipline inspection see single cases, not statistics")
  func roles() async throws {
    let door = try await ConsoleDoor.open("console_statistics_roles")
    #expect(try await door.ask(.get, "/v1/stats/indicators", as: .inspector).status == .forbidden)
    let foreign = try await door.ask(.get, "/v1/stats/indicators?department=water", as: .urban)
    #expect(foreign.status == .unprocessableContent)
  }

  @Test("Percentiles lie between the two nearest values")
  func percentiles() throws {
    let minutes = try #require(HandleMinutes(of: [40, 10, 30, 20]))
    #expect(minutes == HandleMinutes(mean: 25, p50: 25, p90: 37))
    #expect(HandleMinutes(of: []) == nil)
  }
}

extension ConsoleDoor {
  /// Brings the rollups to the journal's end, as the service that keeps them does.
  func settleStatistics() async throws {
    let sink = DurableSink(
      consumer: RollupEffect.consumer, pool: fixture.pool, effect: RollupEffect(policies: fixture.policies),
      logger: silentLogger)
    for district in fixture.policies.districts {
      var position = try await sink.position(district)
      while let slice = try await fixture.reader.events(district, after: position.seq) {
        position = try await sink.apply(slice, to: district, from: position)
      }
    }
  }
}
