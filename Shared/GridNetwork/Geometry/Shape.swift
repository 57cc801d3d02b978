/// A closed line of lattice points. The first point is not repeated at the end.
public typealias Ring = [LatticePoint]

/// One polygon: an outer ring and the rings of its holes, in any orientation.
public struct LatticePolygon: Hashable, Sendable {
  public var outer: Ring
  public var holes: [Ring]

  public init(outer: Ring, holes: [Ring] = []) {
    self.outer = outer
    self.holes = holes
  }

  var rings: [Ring] { [outer] + holes }
}

/// The ground a unit covers: one polygon or several.
public struct Shape: Hashable, Sendable {
  public var polygons: [LatticePolygon]

  public init(polygons: [LatticePolygon]) {
    self.polygons = polygons
  }

  /// Every ring, outer ones and holes; together they decide inside and outside by the even-odd rule.
  var rings: [Ring] { polygons.flatMap(\.rings) }

  /// The box around the shape; nil when it has no points.
  public var box: LatticeBox? { LatticeBox(around: polygons.lazy.flatMap(\.outer)) }

  /// Area in square metres on a plane that touches the sphere at the shape's own latitude; good to a percent for
  /// anything of a city's size.
  public var squareMetres: Double {
    guard let box else { return 0 }
    let middle = (box.minimum.latitude + box.maximum.latitude) / 2
    let steps = polygons.reduce(0.0) { sum, polygon in
      polygon.holes.reduce(sum + abs(doubledArea(of: polygon.outer))) { $0 - abs(doubledArea(of: $1)) }
    }
    return steps / 2 * Metric.squareMetresPerSquareStep(atLatitude: middle)
  }

  /// Whether the point belongs to the shape by the half-open rule: points on its west and south borders do, those on
  /// its east and north borders do not. So of the shapes of a gap-free plan exactly one holds any point between them.
  public func contains(_ point: LatticePoint) -> Bool {
    var inside = false
    for ring in rings {
      forEachEdge(of: ring) { start, end in
        if crossesEastOf(point, start, end) { inside.toggle() }
      }
    }
    return inside
  }

  /// Whether the point lies exactly on an edge of the shape.
  public func hasOnBorder(_ point: LatticePoint) -> Bool {
    rings.contains { ring in
      var found = false
      forEachEdge(of: ring) { found = found || isOnSegment(point, $0, $1) }
      return found
    }
  }
}

enum Metric {
  /// Metres of one lattice step along a meridian (mean earth radius 6,371,008.8 m).
  static let metresPerStep = 6_371_008.8 * Double.pi / 180 / Double(LatticePoint.stepsPerDegree)

  static func squareMetresPerSquareStep(atLatitude degrees: Double) -> Double {
    metresPerStep * metresPerStep * cosine(ofDegrees: degrees)
  }

  /// The cosine by its series: good to 10⁻⁹ for latitudes, and it needs no mathematics library.
  static func cosine(ofDegrees degrees: Double) -> Double {
    let squared = (degrees * Double.pi / 180) * (degrees * Double.pi / 180)
    var term = 1.0
    var sum = 1.0
    for step in 1...10 {
      term *= -squared / Double((2 * step - 1) * (2 * step))
      sum += term
    }
    return sum
  }
}

/// Twice the signed area of a ring in square steps, positive when it runs counter-clockwise.
func doubledArea(of ring: Ring) -> Double {
  guard let origin = ring.first else { return 0 }
  var sum: Int64 = 0
  forEachEdge(of: ring) { start, end in
    let (x1, y1) = (Int64(start.x) - Int64(origin.x), Int64(start.y) - Int64(origin.y))
    let (x2, y2) = (Int64(end.x) - Int64(origin.x), Int64(end.y) - Int64(origin.y))
    sum &+= x1 &* y2 &- x2 &* y1
  }
  return Double(sum)
}

@inline(__always)
func forEachEdge(of ring: Ring, _ body: (LatticePoint, LatticePoint) -> Void) {
  guard var previous = ring.last else { return }
  for point in ring {
    body(previous, point)
    previous = point
  }
}

/// Whether the edge passes the point's parallel strictly east of it. Each edge holds its lower end and not its upper
/// one, so a ray through a shared corner is counted once. Exact while an edge spans less than 90 degrees.
@inline(__always)
func crossesEastOf(_ point: LatticePoint, _ start: LatticePoint, _ end: LatticePoint) -> Bool {
  guard (start.y <= point.y) != (end.y <= point.y) else { return false }
  let side = turn(from: start, to: end, towards: point)
  return end.y > start.y ? side > 0 : side < 0
}

/// Positive when the point lies left of the way from `start` to `end`, negative right of it, zero on its line.
@inline(__always)
func turn(from start: LatticePoint, to end: LatticePoint, towards point: LatticePoint) -> Int64 {
  let (dx, dy) = (Int64(end.x) &- Int64(start.x), Int64(end.y) &- Int64(start.y))
  let (px, py) = (Int64(point.x) &- Int64(start.x), Int64(point.y) &- Int64(start.y))
  return dx &* py &- px &* dy
}

@inline(__always)
func isOnSegment(_ point: LatticePoint, _ start: LatticePoint, _ end: LatticePoint) -> Bool {
  guard point.x >= min(start.x, end.x), point.x <= max(start.x, end.x),
    point.y >= min(start.y, end.y), point.y <= max(start.y, end.y)
  else { return false }
  return turn(from: start, to: end, towards: point) == 0
}

extension Shape {
  /// The shape without its small holes.
  func droppingHoles(below squareMetres: Double) -> Shape {
    Shape(
      polygons: polygons.map { polygon in
        LatticePolygon(
          outer: polygon.outer,
          holes: polygon.holes.filter {
            Shape(polygons: [LatticePolygon(outer: $0)]).squareMetres >= squareMetres
          })
      })
  }
}
