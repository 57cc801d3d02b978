import Domain
import Testing

@testable import GridNetwork

/// Cities of several districts whose communities and grids are generated whenever they are read.
@Suite struct GeneratedCityTests {
  @Test func everyDistrictOfShenzhenIsARootWithItsStreetsAndGrids() throws {
    let units = try TestNetworks.shenzhen.get().policy.units
    let counts = Dictionary(grouping: units.units, by: \.tier).mapValues(\.count)
    #expect(counts == ["district": 9, "street": 74, "community": 674, "grid": 18_000])
    #expect(units.roots.map(\.code.text).sorted() == (3...11).map { "4403" + ($0 < 10 ? "0\($0)" : "\($0)") })
    for unit in units.units where unit.tier == "grid" {
      #expect(units.district(of: unit.code)?.text == String(unit.code.text.prefix(6)))
    }
    let ofBaoan = units.units.filter { $0.code.text.hasPrefix("440306") }
    #expect(ofBaoan.count { $0.tier == "community" } == 124 && ofBaoan.count { $0.tier == "grid" } == 4_833)
  }

  @Test func shenzhenHasItsAreaAndPointsFindTheirDistrict() throws {
    let network = try TestNetworks.shenzhen.get()
    let whole = network.shapes.values.reduce(0) { $0 + $1.squareMetres } / 1e6
    #expect(abs(whole - 1_997) < 3)
    // Lianhua Hill in Futian, Dameisha in Yantian, Xin'an in Bao'an.
    for (latitude, longitude, district) in [
      (22.5560, 114.0580, "440304"), (22.6000, 114.3100, "440308"), (22.5600, 113.8920, "440306"),
    ] {
      let point = try #require(LatticePoint(latitude: latitude, longitude: longitude))
      let unit = try #require(network.grids.unit(at: point))
      #expect(network.policy.units.district(of: unit)?.text == district)
      #expect(network.layerNames(at: point).contains("tobacco/YC" + district))
    }
  }

  @Test func withoutGeometryTheUnitsAreTheSame() throws {
    let skipped = try NetworkReader.read(city().source, geometry: .skip)
    let drawn = try NetworkReader.read(city().source, geometry: .shapes)
    #expect(skipped.policy.units.units == drawn.policy.units.units)
    #expect(skipped.shapes.isEmpty && drawn.shapes.count == 22)
    #expect(drawn.policy.units.roots.map(\.code) == ["01", "02"])
  }

  @Test func writtenOutItIsACompleteNetworkOfTheSameUnits() throws {
    let files = try NetworkGenerator.files(preset: city().source)
    let written = try NetworkReader.read(MemorySource(files: files), geometry: .shapes)
    let made = try NetworkReader.read(city().source, geometry: .shapes)
    #expect(written.shapes == made.shapes)
    #expect(Set(written.policy.units.units) == Set(made.policy.units.units))
    #expect(!String(decoding: files["network.yaml"] ?? [], as: UTF8.self).contains("generate"))
  }

  @Test func whatIsStoredBringsItsPlan() throws {
    let source = try PlannedSource(city().source)
    let drawn = try NetworkReader.read(city().source, geometry: .shapes)
    let read = try NetworkReader.read(source, geometry: .shapes)
    #expect(read.policy.units.units == drawn.policy.units.units && read.shapes == drawn.shapes)
    #expect(read.fileNames == (drawn.fileNames + ["generated.plan"]).sorted())
    let bytes = try ArchiveSource.pack(source, names: read.fileNames)
    let stored = try ArchiveSource(bytes)
    #expect(try NetworkReader.read(stored, geometry: .shapes).shapes == drawn.shapes)
    #expect(try NetworkReader.read(stored, geometry: .skip).shapes.isEmpty)
    #expect(try ArchiveSource.pack(try PlannedSource(stored), names: read.fileNames) == bytes, "not drawn otherwise")
    #expect(try PlannedSource(SmallNetwork().source).names() == SmallNetwork().source.names(), "it generates nothing")
  }

  @Test func aPlanOfOtherParametersOrADamagedOneIsDrawnAnew() throws {
    let plan = try #require(try PlannedSource(city().source).bytes(of: "generated.plan"))
    let drawn = try NetworkReader.read(city().source, geometry: .shapes)
    var other = city()
    other.files["generator.yaml"] = other.files["generator.yaml"]?.replacing("seed: 7", with: "seed: 8")
    let redrawn = try NetworkReader.read(other.source, geometry: .shapes).shapes
    #expect(redrawn != drawn.shapes)
    var files = other.source.files
    files["generated.plan"] = plan
    let beside = try NetworkReader.read(MemorySource(files: files), geometry: .shapes)
    #expect(beside.shapes == redrawn && !beside.fileNames.contains("generated.plan"))
    files = city().source.files
    for length in stride(from: 0, to: plan.count, by: 97) {
      files["generated.plan"] = Array(plan.prefix(length))
      #expect(try NetworkReader.read(MemorySource(files: files), geometry: .shapes).shapes == drawn.shapes)
    }
  }

  @Test func aCityIsATierForReceiversAndNoUnitOfCases() throws {
    var city = city()
    city.files["network.yaml"] = city.files["network.yaml"]?
      .replacing("time_zone:", with: "city: {code: \"00\", name_zh: 市, name_en: City}\ntime_zone:")
    city.files["ladder.yaml"] = city.files["ladder.yaml"]?.replacing("@district", with: "@city")
    let units = try NetworkReader.read(city.source, geometry: .skip).policy.units
    #expect(units.city?.tier == "city" && units["00"] == nil && !units.isInForce("00"))
    city.files["network.yaml"] = city.files["network.yaml"]?.replacing("{code: \"00\"", with: "{code: \"01\"")
    #expect(try city.faults().contains { $0.message.contains("is a unit's") })
    var none = self.city()
    none.files["ladder.yaml"] = none.files["ladder.yaml"]?.replacing("@district", with: "@city")
    #expect(try none.faults().contains { $0.message.contains("unknown tier city") })
  }

  @Test func aRowNamesAGeneratedUnit() throws {
    var city = city()
    city.append("01001001,01001,community,甲,Alpha,,,false", to: "units.csv")
    let network = try NetworkReader.read(city.source, geometry: .index)
    #expect(network.policy.units["01001001"]?.nameEn == "Alpha")
    #expect(network.policy.units.units.count == 2 + 3 + 5 + 22)
  }

  @Test func aStreetOfNoDistrictAndADistrictWithoutNameAreFaults() throws {
    var city = city()
    city.files["generator.yaml"] = city.files["generator.yaml"]?.replacing("\"02001\"", with: "\"03001\"")
    #expect(try city.faults().contains { $0.file == "generator.yaml" && $0.message.contains("03001") })
    city = self.city()
    city.files["generator.yaml"] = city.files["generator.yaml"]?.replacing(", name_en: West", with: "")
    #expect(try city.faults().contains { $0.file == "generator.yaml" && $0.message.contains("name_en") })
  }

  /// Two districts of three streets, on a square of some kilometres.
  private func city() -> SmallNetwork {
    var network = SmallNetwork()
    network.files["grids.geojson"] = nil
    network.files["layers/fire.geojson"] = nil
    network.files["network.yaml"] = network.files["network.yaml"]?
      .replacing(
        "  - {name: grid, zh: 网格, en: Grid, code_digits: 2}",
        with: """
            - {name: street, zh: 街道, en: Street}
            - {name: community, zh: 社区, en: Community}
            - {name: grid, zh: 网格, en: Grid}
          generate:
            parameters: generator.yaml
          """)
    network.files["units.csv"] = """
      code,parent,tier,name_zh,name_en,valid_from,valid_to,exclusive
      01,,district,西区,West,,,
      02,,district,东区,East,,,

      """
    for file in ["departments.csv", "routing.yaml"] {
      network.files[file] = network.files[file]?.replacing(",d,", with: ",01,")
        .replacing(", layers: [fire/F1]", with: "")
    }
    network.files["generator.yaml"] = """
      districts:
        - {code: "01", name_zh: 西区, name_en: West}
        - {code: "02", name_zh: 东区, name_en: East}
      seed: 7
      spacing: {longitude: 0.005, latitude: 0.005, jitter: 0.3, rounding: 0.0001}
      outline: [[0, 0], [0.1, 0], [0.1, 0.05], [0, 0.05]]
      streets:
        - {code: "01001", name_zh: 一, name_en: One, centre: [0.02, 0.02], square_kilometres: 20, communities: 2, grids: 8}
        - {code: "02001", name_zh: 二, name_en: Two, centre: [0.06, 0.02], square_kilometres: 20, communities: 2, grids: 8}
        - {code: "02002", name_zh: 三, name_en: Three, centre: [0.09, 0.03], square_kilometres: 15, communities: 1, grids: 6}
      community_name: {zh: "{parent}第{number}社区", en: "{parent} Community {number}"}
      grid_name: {zh: "{parent}第{number}网格", en: "{parent} Grid {number}"}

      """
    return network
  }
}
