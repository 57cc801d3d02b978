import Domain
import Testing

@Suite("Datums")
struct DatumTests {
  private static let centimetre = 0.01

  private static func point(_ latitude: Double, _ longitude: Double) throws -> GeoPoint {
    try #require(GeoPoint(latitude: latitude, longitude: longitude))
  }

  @Test(
    "WGS-84 to GCJ-02 at four places of the networks",
    arguments: [
      (22.5558, 113.8836, 22.5527547, 113.8884864), (23.0207, 113.7518, 23.0179774, 113.7569930),
      (30.8080, 103.8870, 30.8053077, 103.8890831), (30.7240, 121.3400, 30.7218143, 121.3445266),
    ])
  func checkValues(latitude: Double, longitude: Double, shiftedLatitude: Double, shiftedLongitude: Double) throws {
    let reading = try Self.point(latitude, longitude).reading(in: .gcj02)
    #expect(abs(reading.latitude - shiftedLatitude) < 1e-7)
    #expect(abs(reading.longitude - shiftedLongitude) < 1e-7)
    let raw = try #require(PlaceReading(latitude: shiftedLatitude, longitude: shiftedLongitude, datum: .gcj02))
    #expect(raw.canonical.distanceMetres(to: try Self.point(latitude, longitude)) < 0.03)
  }

  @Test("Every datum reads back to within a centimetre, everywhere in the mainland", arguments: SeededRandom.seeds)
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      let point = try Self.point(
        Double.random(in: 18...53.5, using: &random), Double.random(in: 73.6...135, using: &random))
      for datum in Datum.allCases {
        let back = point.reading(in: datum).canonical
        #expect(back.distanceMetres(to: point) < Self.centimetre, "\(datum) at \(point)")
      }
    }
  }

  @Test("The wrong datum is hundreds of metres off", arguments: SeededRandom.seeds)
  func wrongDatum(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<1_000 {
      let point = try Self.point(
        Double.random(in: 22...32, using: &random), Double.random(in: 103...122, using: &random))
      let reading = point.reading(in: .gcj02)
      let misread = try Self.point(reading.latitude, reading.longitude)
      #expect((150...900).contains(misread.distanceMetres(to: point)), "\(point)")
    }
  }

  @Test("CGCS2000 is taken for WGS-84")
  func stateDatum() throws {
    let reading = try #require(PlaceReading(latitude: 22.5558, longitude: 113.8836, datum: .cgcs2000))
    #expect(reading.canonical == (try Self.point(22.5558, 113.8836)))
    #expect(reading.datum == .cgcs2000)
  }

  @Test(
    "Outside the rectangle of China GCJ-02 shifts nothing",
    arguments: [
      (40.7128, -74.0060), (0.5, 0.5), (51.5, -0.1), (-33.9, 151.2),
    ])
  func outside(latitude: Double, longitude: Double) throws {
    let point = try Self.point(latitude, longitude)
    #expect(point.reading(in: .gcj02).canonical == point)
    #expect(point.reading(in: .gcj02).latitude == latitude)
  }

  @Test("BD-09 lies about 700 by 550 metres beyond GCJ-02")
  func baidu() throws {
    // Tian'anmen in GCJ-02 and BD-09, as converters of several authors give it.
    let gcj = try #require(PlaceReading(latitude: 39.908722, longitude: 116.397499, datum: .gcj02))
    let bd = gcj.canonical.reading(in: .bd09)
    #expect(abs(bd.latitude - 39.9150685) < 2e-5)
    #expect(abs(bd.longitude - 116.4038750) < 2e-5)
  }
}
