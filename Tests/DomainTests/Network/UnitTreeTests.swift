import Domain
import DomainSamples
import Testing

@Suite("The tree of units") struct UnitTreeTests {
  private func unit(_ code: UnitCode, _ parent: UnitCode?) -> Unit {
    Unit(code: code, parent: parent, tier: "x", nameZh: "", nameEn: "")
  }

  @Test("finds paths, tiers, districts and children") func lookups() throws {
    let tree = try SamplePolicy().policy().units
    #expect(tree.path(to: "g3").map(\.code) == ["d", "s1", "c2", "g3"])
    #expect(tree.path(to: "nowhere").isEmpty)
    #expect(tree.unit(of: "g3", at: "street")?.code == "s1")
    #expect(tree.unit(of: "g3", at: "grid")?.code == "g3")
    #expect(tree.unit(of: "s1", at: "grid") == nil)
    #expect(tree.unit(of: "s1", atOrAbove: "grid")?.code == "s1")
    #expect(tree.unit(of: "g3", atOrAbove: "street")?.code == "s1")
    #expect(tree.unit(of: "g3", atOrAbove: "province")?.code == "d")
    #expect(tree.unit(of: "nowhere", atOrAbove: "street") == nil)
    #expect(tree.district(of: "g4") == "d")
    #expect(tree.district(of: "nowhere") == nil)
    #expect(tree.children(of: "s1").map(\.code) == ["c1", "c2"])
    #expect(tree.children(of: "nowhere").isEmpty)
    #expect(tree.roots.map(\.code) == ["d"])
    #expect(tree.finestTier == "grid")
    #expect(tree["c1"]?.tier == "community")
    #expect(tree["nowhere"] == nil)
  }

  @Test("says what lies under what") func containment() throws {
    let tree = try SamplePolicy().policy().units
    for code in tree.units.map(\.code) {
      #expect(tree.contains("d", code))
      #expect(tree.contains(code, code))
      #expect(tree.contains(code, "g1") == tree.path(to: "g1").map(\.code).contains(code))
    }
    #expect(!tree.contains("nowhere", "g1"))
    #expect(!tree.contains("d", "nowhere"))
  }

  @Test("may be given in any order") func anyOrder() throws {
    let sample = try SamplePolicy()
    let tree = try UnitTree(tiers: sample.tiers, units: sample.units.reversed())
    #expect(tree.path(to: "g3").map(\.code) == ["d", "s1", "c2", "g3"])
  }

  @Test("is refused when a code stands twice, a parent is unknown or parents make a ring") func faults() {
    #expect(throws: UnitTreeFault.duplicateCode("a")) {
      try UnitTree(tiers: [], units: [unit("a", nil), unit("a", nil)])
    }
    #expect(throws: UnitTreeFault.unknownParent("a", "b")) { try UnitTree(tiers: [], units: [unit("a", "b")]) }
    #expect(throws: UnitTreeFault.cycle("a")) { try UnitTree(tiers: [], units: [unit("a", "a")]) }
    #expect(throws: UnitTreeFault.cycle("a")) {
      try UnitTree(tiers: [], units: [unit("a", "b"), unit("b", "c"), unit("c", "a"), unit("d", nil)])
    }
    #expect(throws: Never.self) { try UnitTree(tiers: [], units: []) }
  }
}
