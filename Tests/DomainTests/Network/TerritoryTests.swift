import Domain
import Testing

@Suite struct TerritoryTests {
  private static let tiers = ["district", "street", "grid"].map { Tier(name: $0, labelZh: $0, labelEn: $0) }

  private func tree(city: Bool) throws -> UnitTree {
    func unit(_ code: UnitCode, _ parent: UnitCode?, _ tier: String) -> Unit {
      Unit(code: code, parent: parent, tier: tier, nameZh: "", nameEn: "")
    }
    return try UnitTree(
      tiers: Self.tiers,
      units: [
        unit("e", nil, "district"), unit("d", nil, "district"), unit("s", "d", "street"), unit("g", "s", "grid"),
        unit("t", "e", "street"),
      ], city: city ? unit("c", nil, "city") : nil)
  }

  @Test func aUnitLiesInOneDistrictAndACityIsAllOfThem() throws {
    let tree = try tree(city: true)
    #expect(tree.territory(of: "s") == Territory(districts: ["d"], unitPath: "d/s/"))
    #expect(tree.territory(of: "d").isWhole && !tree.territory(of: "s").isWhole)
    let city = tree.territory(of: "c")
    #expect(city == Territory(districts: ["d", "e"], unitPath: "") && city.isWhole)
    #expect(tree.territory(of: "x") == .nowhere)
    for (path, units) in [("d/s/g/", ["c", "d", "s"]), ("e/t/", ["c", "e"]), ("de/", []), ("", [])] {
      for unit in ["c", "d", "e", "s"] as [UnitCode] {
        #expect(tree.territory(of: unit).covers(unitPath: path) == units.contains(unit.text), "\(unit) \(path)")
      }
    }
    #expect(!Territory.nowhere.covers(unitPath: "d/"))
  }

  @Test func theCityStandsAboveItsDistrictsAndHoldsNoCases() throws {
    let tree = try tree(city: true)
    #expect(tree.contains("c", "g") && tree.contains("c", "c") && !tree.contains("c", "x") && !tree.contains("d", "c"))
    #expect(tree.children(of: "c").map(\.code) == ["e", "d"])
    #expect(tree["c"] == nil && tree.place("c") != nil && tree.district(of: "c") == nil && tree.pathText(to: "c") == "")
    #expect(tree.placePath(to: "g").map(\.code) == ["c", "d", "s", "g"] && tree.path(to: "g").count == 3)
    #expect(try tree.parent(of: #require(tree["d"])) == "c" && tree.parent(of: #require(tree.place("c"))) == nil)
    #expect(tree.unit(of: "g", atOrAbove: "city")?.code == "c" && tree.unit(of: "g", at: "city")?.code == "c")
    #expect(tree.unit(of: "g", atOrAbove: "street")?.code == "s")
    #expect(tree.homes(of: "c") == ["d", "e", "c"] && tree.homes(of: "s") == ["d"])
  }

  @Test func withoutACityNothingStandsAboveTheDistricts() throws {
    let tree = try tree(city: false)
    #expect(tree.place("c") == nil && tree.placePath(to: "g").map(\.code) == ["d", "s", "g"])
    #expect(tree.unit(of: "g", atOrAbove: "city")?.code == "d" && tree.unit(of: "g", at: "city") == nil)
    #expect(throws: UnitTreeFault.duplicateCode("d")) {
      try UnitTree(
        tiers: Self.tiers, units: tree.units,
        city: Unit(code: "d", parent: nil, tier: "city", nameZh: "", nameEn: ""))
    }
  }
}
