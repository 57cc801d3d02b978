import Domain
import Testing

@testable import GridNetwork

@Suite struct LayersTests {
  /// Grids 01 and 02 are precinct P1, the rest of the district is P0.
  private func network(_ rows: String) -> SmallNetwork {
    var network = SmallNetwork()
    network.files["layers/police.csv"] = "code,unit\n" + rows
    return network
  }

  @Test func aProfessionalGridIsMadeOfUnitsAndTheFinestRowHolds() throws {
    let network = try NetworkReader.read(network("P0,d\nP1,01\nP1,02\n").source)
    func names(_ latitude: Double, _ longitude: Double) throws -> [String] {
      network.layerNames(at: try #require(LatticePoint(latitude: latitude, longitude: longitude)))
    }
    #expect(try names(0.05, 0.05) == ["fire", "fire/F1", "police", "police/P1"])
    #expect(try names(0.05, 0.15) == ["fire", "fire/F1", "police", "police/P1"])
    #expect(try names(0.15, 0.15) == ["police", "police/P0"])
    #expect(try names(0.5, 0.5).isEmpty)
  }

  @Test func rulesMayNameItAndGeometryMayBeSkipped() throws {
    var network = network("P1,01\n")
    network.files["routing.yaml"] = """
      rules:
        - {name: precinct, when: {layers: [police/P1], categories: [E11]}, lead: B}
        - {name: rest, when: {categories: [E1]}, lead: A}

      """
    for geometry in [GeometryReading.skip, .index] {
      #expect(try NetworkReader.read(network.source, geometry: geometry).policy.routing[0].name == "precinct")
    }
  }

  @Test func badRowsAreNamed() throws {
    var network = network("P1,01\nP2,01\nP3,09\n-,02\n")
    network.files["layers/fire.csv"] = "code,unit\nF9,01\n"
    let faults = try network.faults().map { "\($0.file):\($0.line)" }
    #expect(faults == ["layers/fire.geojson:1", "layers/police.csv:3", "layers/police.csv:4", "layers/police.csv:5"])
  }
}
