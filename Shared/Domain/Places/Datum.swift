import Glibc

/// The datum a reading of latitude and longitude is in.
public enum Datum: String, CaseIterable, Hashable, Sendable {
  /// What satellites give.
  case wgs84
  /// The datum of the state's base data; within centimetres of WGS-84, and taken for the same.
  case cgcs2000
  /// The shifted datum of the mainland's phone maps (AMap, Tencent).
  case gcj02
  /// Baidu's, shifted once more.
  case bd09
}

/// Degrees of latitude and longitude in some datum, not checked and not yet canonical.
struct Degrees {
  var latitude: Double
  var longitude: Double
}

/// The shifts between WGS-84, GCJ-02 and BD-09, by the formulas that public implementations of them agree on.
///
/// GCJ-02 adds sums of sines, in metres, to the position on the Krasovsky 1940 ellipsoid. It has no closed inverse; the
/// inverse here is a fixed-point iteration, right to far below a millimetre where the shift applies.
enum DatumShift {
  private static let semiMajorAxisMetres = 6_378_245.0
  private static let eccentricitySquared = 0.006_693_421_622_965_943_23
  private static let baiduAngle = Double.pi * 3_000 / 180
  private static let maximumIterations = 30
  /// About a hundredth of a millimetre.
  private static let toleranceDegrees = 1e-10

  /// The rectangle within which the shift is applied; outside it GCJ-02 is WGS-84.
  static func isOutsideChina(_ point: Degrees) -> Bool {
    point.longitude < 72.004 || point.longitude > 137.8347 || point.latitude < 0.8293 || point.latitude > 55.8271
  }

  static func gcj02(fromWGS84 point: Degrees) -> Degrees {
    isOutsideChina(point) ? point : shifted(point)
  }

  static func wgs84(fromGCJ02 target: Degrees) -> Degrees {
    if isOutsideChina(target) { return target }
    var guess = target
    for _ in 0..<maximumIterations {
      let reached = shifted(guess)
      let latitudeError = reached.latitude - target.latitude
      let longitudeError = reached.longitude - target.longitude
      guess.latitude -= latitudeError
      guess.longitude -= longitudeError
      if abs(latitudeError) < toleranceDegrees && abs(longitudeError) < toleranceDegrees { break }
    }
    return guess
  }

  static func bd09(fromGCJ02 point: Degrees) -> Degrees {
    let radius =
      (point.longitude * point.longitude + point.latitude * point.latitude).squareRoot()
      + 0.000_02 * sin(point.latitude * baiduAngle)
    let angle = atan2(point.latitude, point.longitude) + 0.000_003 * cos(point.longitude * baiduAngle)
    return Degrees(latitude: radius * sin(angle) + 0.006, longitude: radius * cos(angle) + 0.0065)
  }

  static func gcj02(fromBD09 target: Degrees) -> Degrees {
    var guess = Degrees(latitude: target.latitude - 0.006, longitude: target.longitude - 0.0065)
    for _ in 0..<maximumIterations {
      let reached = bd09(fromGCJ02: guess)
      let latitudeError = reached.latitude - target.latitude
      let longitudeError = reached.longitude - target.longitude
      guess.latitude -= latitudeError
      guess.longitude -= longitudeError
      if abs(latitudeError) < toleranceDegrees && abs(longitudeError) < toleranceDegrees { break }
    }
    return guess
  }

  private static func shifted(_ point: Degrees) -> Degrees {
    let x = point.longitude - 105
    let y = point.latitude - 35
    let radians = point.latitude * Double.pi / 180
    let sine = sin(radians)
    let magic = 1 - eccentricitySquared * sine * sine
    let meridianRadius = semiMajorAxisMetres * (1 - eccentricitySquared) / (magic * magic.squareRoot())
    let parallelRadius = semiMajorAxisMetres / magic.squareRoot() * cos(radians)
    return Degrees(
      latitude: point.latitude + northMetres(x, y) / meridianRadius * 180 / Double.pi,
      longitude: point.longitude + eastMetres(x, y) / parallelRadius * 180 / Double.pi)
  }

  private static func northMetres(_ x: Double, _ y: Double) -> Double {
    var metres = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * abs(x).squareRoot()
    metres += ripple(x)
    metres += (20 * sin(y * Double.pi) + 40 * sin(y / 3 * Double.pi)) * 2 / 3
    metres += (160 * sin(y / 12 * Double.pi) + 320 * sin(y / 30 * Double.pi)) * 2 / 3
    return metres
  }

  private static func eastMetres(_ x: Double, _ y: Double) -> Double {
    var metres = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * abs(x).squareRoot()
    metres += ripple(x)
    metres += (20 * sin(x * Double.pi) + 40 * sin(x / 3 * Double.pi)) * 2 / 3
    metres += (150 * sin(x / 12 * Double.pi) + 300 * sin(x / 30 * Double.pi)) * 2 / 3
    return metres
  }

  private static func ripple(_ x: Double) -> Double {
    (20 * sin(6 * x * Double.pi) + 20 * sin(2 * x * Double.pi)) * 2 / 3
  }
}
