import Domain
import DomainSamples
import Testing

@Suite("The check of a plan") struct GridPlanCheckTests {
  private let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  private func plan(
    _ kind: GridChangeKind, _ grids: [UnitCode], _ proposed: [(code: UnitCode, parent: UnitCode)],
    reason: String = "too large", on day: String = "2026-03-09"
  ) throws -> GridChangePlan {
    GridChangePlan(
      kind: kind, grids: grids,
      proposed: proposed.map { ProposedGrid(code: $0.code, parent: $0.parent, nameZh: "新", nameEn: "New") },
      reason: reason, effective: try CivilDate(day))
  }

  private func faults(_ plan: GridChangePlan) -> [String] {
    GridPlanCheck(plan, units: policy.units).faults.map { "\($0.field) \($0.code)" }
  }

  @Test("finds nothing wrong with a split, a merger and a move") func sound() throws {
    #expect(try faults(plan(.split, ["g1"], [("n1", "c1"), ("n2", "c1")])) == [])
    #expect(try faults(plan(.merge, ["g1", "g2"], [("n1", "c1")])) == [])
    #expect(try faults(plan(.move, ["g1", "g2"], [("g1", "c1"), ("g2", "c1")])) == [], "the border between them")
    #expect(try faults(plan(.move, ["g3"], [("n1", "c1")])) == [], "to another community")
  }

  @Test("names every fault, each with its field") func faulty() throws {
    #expect(try faults(plan(.split, ["g1", "g2"], [("n1", "c1"), ("n2", "c1")])) == ["kind wrong_number"])
    #expect(try faults(plan(.merge, ["g1"], [("n1", "c1")])) == ["kind wrong_number"])
    #expect(try faults(plan(.move, ["g1"], [("g1", "c1")])) == ["kind nothing_moves"])
    #expect(
      try faults(plan(.split, ["g9"], [("n1", "c1"), ("n1", "c1")], reason: " ")) == [
        "grids unknown_unit", "features.n1.parent other_unit", "features.n1.code duplicate_code",
        "features.n1.parent other_unit", "reason required",
      ])
    #expect(try faults(plan(.split, ["c1"], [("n1", "s1"), ("n2", "s1")])) == ["grids not_a_grid"])
    #expect(
      try faults(plan(.split, ["g1"], [("g1", "c1"), ("g2", "c1")])) == [
        "features.g1.code duplicate_code", "features.g2.code duplicate_code",
      ], "a split gives new codes: the old one keeps its cases")
    #expect(try faults(plan(.split, ["g1"], [("n1", "c2"), ("n2", "c1")])) == ["features.n1.parent other_unit"])
    #expect(try faults(plan(.move, ["g1"], [("n1", "g2")])) == ["features.n1.parent unknown_unit"])
    #expect(try faults(plan(.move, ["g3"], [("g3", "c1")])) == ["features.g3.code duplicate_code"])
  }

  @Test("takes no code that was ever another's, and no grid that gave way before") func retired() throws {
    let tree = try UnitTree(
      tiers: policy.units.tiers, units: policy.units.units,
      retired: [Unit(code: "old", parent: "c1", tier: policy.units.finestTier, nameZh: "旧", nameEn: "Old")])
    let check = { (plan: GridChangePlan) in
      GridPlanCheck(plan, units: tree).faults.map { "\($0.field) \($0.code)" }
    }
    #expect(try check(plan(.split, ["g1"], [("old", "c1"), ("n2", "c1")])) == ["features.old.code duplicate_code"])
    #expect(try check(plan(.merge, ["g1", "old"], [("n1", "c1")])) == ["grids unknown_unit"])
  }

  @Test("wants a day to come, not too far, and as much notice as the rule asks") func day() throws {
    let now = try Instant(rfc3339: "2026-03-02T09:00:00+08:00")
    let faults = { (day: String, notice: Limit?) in
      GridPlanCheck(try plan(.merge, ["g1", "g2"], [("n1", "c1")], on: day), units: policy.units)
        .dayFaults(notice: notice, calendar: policy.calendar, now: now).map(\.code)
    }
    #expect(try faults("2026-03-02", nil) == ["in_past"])
    #expect(try faults("2026-03-03", nil) == [])
    #expect(try faults("2027-03-04", nil) == ["too_far"])
    #expect(try faults("2026-03-04", Limit("2 urgent_days")) == ["too_soon"])
    #expect(try faults("2026-03-05", Limit("2 urgent_days")) == [])
  }
}
