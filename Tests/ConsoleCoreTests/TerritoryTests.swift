import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("Territory")
struct TerritoryTests {
  @Test("Units, one unit, categories and departments")
  func lists() async throws {
    let door = try await ConsoleDoor.open("console_territory")
    #expect(try await door.ask(.get, "/v1/units?limit=100", as: .admin).items.count == 10)
    let grids = try await door.ask(.get, "/v1/units?tier=grid&limit=3", as: .admin)
    #expect(try grids.items.compactMap { $0["code"]?.stringValue } == ["g1", "g2", "g3"])
    let cursor = try #require(try grids.json["next_cursor"]?.stringValue)
    let rest = try await door.ask(.get, "/v1/units?tier=grid&limit=3&cursor=\(cursor)", as: .admin)
    #expect(try rest.items.compactMap { $0["code"]?.stringValue } == ["g4"])

    let unit = try await door.ask(.get, "/v1/units/c1", as: .officer).json
    #expect(unit["path"]?.arrayValue?.compactMap { $0["code"]?.stringValue } == ["d", "s1", "c1"])
    #expect(unit["children"]?.arrayValue?.count == 2)
    #expect(try await door.ask(.get, "/v1/units/zz", as: .admin).status == .notFound)
    #expect(try await door.ask(.get, "/v1/units?tier=galaxy", as: .admin).status == .unprocessableContent)

    let categories = try await door.ask(.get, "/v1/categories", as: .admin).items
    #expect(categories.count == 6)
    #expect(categories.first?["name_zh"] == "市容环境")
    #expect(try await door.ask(.get, "/v1/categories?fileable=true", as: .admin).items.count == 3)
    let departments = try await door.ask(.get, "/v1/departments", as: .admin).items
    #expect(departments.compactMap { $0["code"]?.stringValue } == ["urban", "water"])
  }

  @Test("Shapes of every tier, joined where the files give none, and not sent twice")
  func shapes() async throws {
    let door = try await ConsoleDoor.open("console_shapes")
    for (tier, count) in [("grid", 4), ("community", 3), ("district", 1)] {
      let answer = try await door.ask(.get, "/v1/units.geojson?tier=\(tier)", as: .admin)
      let collection = try answer.json
      #expect(collection["type"] == "FeatureCollection")
      #expect(collection["features"]?.arrayValue?.count == count)
      #expect(collection["features"]?[0]?["properties"]?["tier"]?.stringValue == tier)
      let tag = try #require(answer.headers[.eTag])
      let again = try await door.ask(.get, "/v1/units.geojson?tier=\(tier)", as: .admin, headers: [.ifNoneMatch: tag])
      #expect(again.status == .notModified)
    }
  }
}
