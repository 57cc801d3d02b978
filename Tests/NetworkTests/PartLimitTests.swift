import Domain
import GridNetwork
import Testing

/// Where the lead goes by stages, such as fencing, repairing and restoring, an assisting department does one thing.
@Suite struct PartLimitTests {
  @Test(arguments: ["shenzhen", "nyc"]) func noPartGoesByStages(_ name: String) throws {
    let policy = try TestNetworks.policy(name)
    let unit = try #require(policy.units.units.last).code
    var staged = 0
    for category in policy.catalogue.categories where category.fileable {
      for priority in Priority.allCases {
        let traits = CaseTraits(
          category: category.code, unit: unit, source: .officer, priority: priority, minuteOfDay: 600)
        let lead = try #require(policy.limit(for: .handle, traits)).stages.count
        let part = try #require(policy.limit(for: .handle, traits, matter: .part)).stages.count
        #expect(part == 1, "\(category.code)")
        if lead > 1 { staged += 1 }
      }
    }
    #expect(staged > 0, "some limits have stages")
  }
}
