import Domain
import Testing

@Suite("Points")
struct GeoPointTests {
  @Test(
    "Degrees out of range or not a number are no point",
    arguments: [
      (90.1, 0.0), (-90.1, 0), (0, 180.1), (0, -180.1), (.nan, 0), (0, .nan), (.infinity, 0), (0, -.infinity),
    ])
  func refused(latitude: Double, longitude: Double) {
    #expect(GeoPoint(latitude: latitude, longitude: longitude) == nil)
    #expect(PlaceReading(latitude: latitude, longitude: longitude, datum: .gcj02) == nil)
  }

  @Test(
    "Known distances",
    arguments: [
      // A degree of the equator, a degree of a meridian, Bao'an to Pidu.
      (0.0, 0.0, 0.0, 1.0, 111_195.0, 1.0), (30.0, 110.0, 31.0, 110.0, 111_195.0, 1.0),
      (22.5558, 113.8836, 30.8080, 103.8870, 1_350_906.0, 1.0), (90.0, 0.0, -90.0, 0.0, 20_015_115.0, 10.0),
    ])
  func distances(
    latitude: Double, longitude: Double, otherLatitude: Double, otherLongitude: Double, metres: Double, within: Double
  ) throws {
    let one = try #require(GeoPoint(latitude: latitude, longitude: longitude))
    let other = try #require(GeoPoint(latitude: otherLatitude, longitude: otherLongitude))
    #expect(abs(one.distanceMetres(to: other) - metres) < within)
    #expect(abs(other.distanceMetres(to: one) - metres) < within)
    #expect(one.distanceMetres(to: one) == 0)
  }

  @Test("A few metres are still right")
  func near() throws {
    let one = try #require(GeoPoint(latitude: 22.5558, longitude: 113.8836))
    let other = try #require(GeoPoint(latitude: 22.5558 + 0.00001, longitude: 113.8836))
    #expect(abs(one.distanceMetres(to: other) - 1.112) < 0.001)
  }
}
