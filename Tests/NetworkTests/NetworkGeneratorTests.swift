import Domain
import Testing

@testable import GridNetwork

@Suite struct NetworkGeneratorTests {
  @Test func makesTheFilesOfTheRepositoryAgain() throws {
    let source = TestNetworks.source("baoan")
    let files = try NetworkGenerator.files(preset: source)
    for name in ["units.csv", "grids.geojson"] {
      #expect(try files[name] == source.bytes(of: name), "\(name) differs: gridctl network generate baoan")
    }
    #expect(files.keys.allSatisfy { !$0.hasPrefix("../") })
    #expect(files["routing.yaml"] != nil)
  }

  @Test func baoanHasItsPublishedCounts() throws {
    let units = try TestNetworks.read("baoan").policy.units
    let counts = Dictionary(grouping: units.units, by: \.tier).mapValues(\.count)
    #expect(counts == ["district": 1, "street": 10, "community": 124, "grid": 4_833])
    #expect(units.children(of: "440306").map(\.code.text) == (17...26).map { "4403060\($0)" })
    #expect(units["440306017"]?.nameZh == "新安街道")
  }

  @Test func codesCarryTheirParentsAndCountWithoutGaps() throws {
    let units = try TestNetworks.read("baoan").policy.units
    for unit in units.units where unit.tier == "community" || unit.tier == "grid" {
      let parent = try #require(unit.parent)
      #expect(unit.code.text.hasPrefix(parent.text) && unit.code.text.count == parent.text.count + 3)
    }
    for parent in units.units where parent.tier == "community" {
      let sequences = units.children(of: parent.code).compactMap { Int($0.code.text.suffix(3)) }.sorted()
      #expect(sequences == Array(1...sequences.count))
    }
  }

  @Test func gridsAreNumberedFromWestToEastAndNorthToSouth() throws {
    let network = try TestNetworks.read("baoan")
    for community in network.policy.units.units where community.tier == "community" {
      let boxes = network.policy.units.children(of: community.code)
        .sorted { $0.code < $1.code }.compactMap { network.shapes[$0.code]?.box }
      let first = try #require(boxes.first)
      let last = try #require(boxes.last)
      #expect(boxes.count < 4 || first.maximum.y > last.minimum.y, "\(community.code)")
      // Along a row the next grid lies east; a step back west is a new row further south.
      for (grid, next) in zip(boxes, boxes.dropFirst()) where next.maximum.x < grid.minimum.x {
        #expect(next.minimum.y < grid.maximum.y, "\(community.code)")
      }
    }
  }

  @Test func areasAreThoseOfTheDistrict() throws {
    let network = try TestNetworks.read("baoan")
    let whole = network.shapes.values.reduce(0) { $0 + $1.squareMetres } / 1e6
    #expect(abs(whole - 397) < 1)
    for shape in network.shapes.values { #expect(shape.polygons.count == 1 && shape.squareMetres > 5_000) }
  }

  @Test func otherSeedsMakeOtherPlansWithTheSameCounts() throws {
    let faults = FaultList()
    let bytes = try #require(try TestNetworks.source("baoan").bytes(of: "generator.yaml"))
    var parameters = try #require(
      GeneratorParameters.read(
        bytes, file: "generator.yaml", tiers: ["district", "street", "community", "grid"], faults: faults))
    parameters.streets = Array(parameters.streets.prefix(2))
    parameters.streets[0].grids = 60
    parameters.streets[1].grids = 40
    parameters.spacingX *= 5
    parameters.spacingY *= 5
    let seed = Seed()
    parameters.seed = seed.value
    let first = try NetworkGenerator.generate(parameters)
    #expect(try NetworkGenerator.generate(parameters).gridsFile == first.gridsFile, "\(seed)")
    parameters.seed &+= 1
    let second = try NetworkGenerator.generate(parameters)
    #expect(second.gridsFile != first.gridsFile && second.shapes.count == 100 && first.shapes.count == 100, "\(seed)")
    parameters.streets[0].grids = 100_000
    #expect(throws: GeneratorFault.self) { try NetworkGenerator.generate(parameters) }
  }
}
