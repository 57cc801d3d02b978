/// A position as somebody gave it: raw degrees and the datum they are in. Kept beside the canonical point.
public struct PlaceReading: Hashable, Sendable {
  public let latitude: Double
  public let longitude: Double
  public let datum: Datum

  /// Nil unless the raw degrees are finite, latitude within ±90 and longitude within ±180.
  public init?(latitude: Double, longitude: Double, datum: Datum = .wgs84) {
    guard GeoPoint.isValid(latitude: latitude, longitude: longitude) else { return nil }
    self.latitude = latitude
    self.longitude = longitude
    self.datum = datum
  }

  /// The same place in WGS-84, to better than a centimetre.
  public var canonical: GeoPoint {
    let raw = Degrees(latitude: latitude, longitude: longitude)
    let point =
      switch datum {
      case .wgs84, .cgcs2000: raw
      case .gcj02: DatumShift.wgs84(fromGCJ02: raw)
      case .bd09: DatumShift.wgs84(fromGCJ02: DatumShift.gcj02(fromBD09: raw))
      }
    // A shift of half a kilometre at the very edge of the valid range must not leave it.
    return GeoPoint(
      uncheckedLatitude: min(max(point.latitude, -90), 90), longitude: min(max(point.longitude, -180), 180))
  }
}

extension GeoPoint {
  /// This point in another datum, as a map or a phone of that datum would read it.
  public func reading(in datum: Datum) -> PlaceReading {
    let raw = Degrees(latitude: latitude, longitude: longitude)
    let shifted =
      switch datum {
      case .wgs84, .cgcs2000: raw
      case .gcj02: DatumShift.gcj02(fromWGS84: raw)
      case .bd09: DatumShift.bd09(fromGCJ02: DatumShift.gcj02(fromWGS84: raw))
      }
    return PlaceReading(
      uncheckedLatitude: min(max(shifted.latitude, -90), 90), longitude: min(max(shifted.longitude, -180), 180),
      datum: datum)
  }
}

extension PlaceReading {
  fileprivate init(uncheckedLatitude latitude: Double, longitude: Double, datum: Datum) {
    self.latitude = latitude
    self.longitude = longitude
    self.datum = datum
  }
}
