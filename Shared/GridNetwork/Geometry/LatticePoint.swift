/// A position on the integer lattice of 10⁻⁷ degree, where every comparison is exact.
///
/// One step is 11 mm along a meridian. `x` is the longitude and `y` the latitude on WGS-84; both fit 32 bits
/// (±180° is ±1.8 × 10⁹).
public struct LatticePoint: Hashable, Sendable {
  /// Lattice steps in one degree.
  public static let stepsPerDegree = 10_000_000

  /// Longitude in 10⁻⁷ degree, east positive.
  public var x: Int32
  /// Latitude in 10⁻⁷ degree, north positive.
  public var y: Int32

  public init(x: Int32, y: Int32) {
    self.x = x
    self.y = y
  }

  /// The lattice point nearest to a position in degrees; nil when a value is not finite or off the globe.
  public init?(latitude: Double, longitude: Double) {
    guard latitude >= -90, latitude <= 90, longitude >= -180, longitude <= 180 else { return nil }
    let steps = Double(Self.stepsPerDegree)
    x = Int32((longitude * steps).rounded())
    y = Int32((latitude * steps).rounded())
  }

  /// Latitude in degrees.
  public var latitude: Double { Double(y) / Double(Self.stepsPerDegree) }
  /// Longitude in degrees.
  public var longitude: Double { Double(x) / Double(Self.stepsPerDegree) }
}

/// A closed rectangle of the lattice.
public struct LatticeBox: Hashable, Sendable {
  public var minimum: LatticePoint
  public var maximum: LatticePoint

  public init(minimum: LatticePoint, maximum: LatticePoint) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The smallest box around the points; nil when there are none.
  public init?(around points: some Sequence<LatticePoint>) {
    var iterator = points.makeIterator()
    guard let first = iterator.next() else { return nil }
    var (low, high) = (first, first)
    while let point = iterator.next() {
      low.x = min(low.x, point.x)
      low.y = min(low.y, point.y)
      high.x = max(high.x, point.x)
      high.y = max(high.y, point.y)
    }
    self.init(minimum: low, maximum: high)
  }

  public func union(_ other: LatticeBox) -> LatticeBox {
    LatticeBox(
      minimum: LatticePoint(x: min(minimum.x, other.minimum.x), y: min(minimum.y, other.minimum.y)),
      maximum: LatticePoint(x: max(maximum.x, other.maximum.x), y: max(maximum.y, other.maximum.y)))
  }

  public func contains(_ point: LatticePoint) -> Bool {
    point.x >= minimum.x && point.x <= maximum.x && point.y >= minimum.y && point.y <= maximum.y
  }
}
