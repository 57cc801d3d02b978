import Domain
import GridNetwork
import Testing

@testable import IntakeCore

@Suite struct PlacementTests {
  private static let network = Result {
    try NetworkReader.read(MemorySource(files: SmallNetwork.files), version: 1)
  }

  private func place(
    _ latitude: Double, _ longitude: Double, _ datum: Datum? = nil, within: UnitCode = "440306"
  ) throws -> Placement {
    try Placement(
      .degrees(latitude: latitude, longitude: longitude, datum: datum), in: try Self.network.get(), within: within)
  }

  @Test func findsTheGrid() throws {
    #expect(try place(22.555, 113.905).unit == "440306017001001")
    #expect(try place(22.565, 113.915).unit == "440306018001002")
  }

  @Test(arguments: [
    (22.555, 113.91, "440306017001002"), (22.56, 113.905, "440306018001001"), (22.56, 113.91, "440306018001002"),
    (22.55, 113.90, "440306017001001"), (22.57, 113.92, "440306018001002"), (22.55, 113.91, "440306017001002"),
  ])
  func aPointOnABorderBelongsToExactlyOneGrid(latitude: Double, longitude: Double, grid: String) throws {
    #expect(try place(latitude, longitude).unit == UnitCode(grid))
  }

  @Test func convertsTheDatum() throws {
    // 22.5558,113.8836 on WGS-84 is 22.5527547,113.8884864 on GCJ-02: half a kilometre further east.
    let point = try #require(GeoPoint(latitude: 22.555, longitude: 113.9085))
    for datum in Datum.allCases {
      let reading = point.reading(in: datum)
      let placed = try place(reading.latitude, reading.longitude, datum)
      #expect(placed.unit == "440306017001001")
      #expect(placed.reading == reading)
      #expect(try #require(placed.point).distanceMetres(to: point) < 0.01)
    }
    let shifted = point.reading(in: .gcj02)
    #expect(try place(shifted.latitude, shifted.longitude, .wgs84).unit == "440306017001002")
  }

  @Test func refusesWhatLiesElsewhere() throws {
    #expect { try place(22.54, 113.905) } throws: { ($0 as? Placement.Fault)?.code == "outside_network" }
    #expect { try place(22.555, 113.905, within: "440306018") } throws: {
      ($0 as? Placement.Fault)?.code == "outside_unit"
    }
    let network = try Self.network.get()
    #expect { try Placement(.unit("nowhere"), in: network, within: "440306") } throws: {
      ($0 as? Placement.Fault)?.code == "unknown_unit"
    }
    #expect(try Placement(.unit("440306017001"), in: network, within: "440306017").unit == "440306017001")
    #expect(try Placement(.address, in: network, within: "440306017").unit == "440306017")
  }

  @Test func findsTheCategory() throws {
    let catalogue = try Self.network.get().policy.catalogue
    #expect(try CategoryChoice.find("E0102", in: catalogue) == .init(code: "E0102", given: nil))
    #expect(try CategoryChoice.find("Exposed rubbish", in: catalogue) == .init(code: "E0102", given: nil))
    #expect(throws: CategoryChoice.Fault.notFileable) { try CategoryChoice.find("E01", in: catalogue) }
    #expect(throws: CategoryChoice.Fault.unknown) { try CategoryChoice.find("Noise - Helicopter", in: catalogue) }
    let open = Catalogue(categories: catalogue.categories, catchAll: "E0199")
    #expect(
      try CategoryChoice.find("Noise - Helicopter", in: open) == .init(code: "E0199", given: "Noise - Helicopter"))
    for code in ["no-such", "E9999", "", "X"] {
      #expect(throws: CategoryChoice.Fault.unknown) { try CategoryChoice.find(code, in: open) }
    }
  }
}
