import Glibc

/// A position on the earth in WGS-84, degrees. The one canonical datum of everything that is stored or compared.
public struct GeoPoint: Hashable, Sendable {
  /// The mean radius of the earth (IUGG R₁), metres.
  public static let earthRadiusMetres = 6_371_008.8

  public let latitude: Double
  public let longitude: Double

  /// Nil unless both are finite, latitude within ±90 and longitude within ±180.
  public init?(latitude: Double, longitude: Double) {
    guard Self.isValid(latitude: latitude, longitude: longitude) else { return nil }
    self.init(uncheckedLatitude: latitude, longitude: longitude)
  }

  init(uncheckedLatitude latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }

  /// Comparisons with a NaN are false, so only finite degrees pass.
  public static func isValid(latitude: Double, longitude: Double) -> Bool {
    latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180
  }

  /// Metres along the great circle on a sphere (haversine). Against the ellipsoid it is off by at most 0.6 %.
  public func distanceMetres(to other: GeoPoint) -> Double {
    let radians = Double.pi / 180
    let halfLatitude = sin((other.latitude - latitude) * radians / 2)
    let halfLongitude = sin((other.longitude - longitude) * radians / 2)
    let chord =
      halfLatitude * halfLatitude
      + cos(latitude * radians) * cos(other.latitude * radians) * halfLongitude * halfLongitude
    return 2 * Self.earthRadiusMetres * asin(min(1, chord.squareRoot()))
  }
}
