import GridNetwork
import Wire

/// Writes the ground of a unit as a map draws it: a list of polygons, each a list of rings, outer first, each a flat
/// list of whole steps of longitude and latitude by turns: the first corner as it is, every further one as the difference
/// from the one before. The first corner is not repeated.
enum OutlineWriter {
  /// A step is about a tenth of a metre: finer than any screen.
  static let stepsPerDegree = 1_000_000

  private static let latticeStepsPerStep = Int32(LatticePoint.stepsPerDegree / stepsPerDegree)

  static func write(_ shape: Shape) -> [UInt8] {
    var writer = JSONWriter(capacity: 256)
    writer.beginArray()
    for polygon in shape.polygons {
      writer.beginArray()
      for ring in [polygon.outer] + polygon.holes { write(ring, to: &writer) }
      writer.endArray()
    }
    writer.endArray()
    return writer.bytes
  }

  private static func write(_ ring: Ring, to writer: inout JSONWriter) {
    var last: (x: Int32, y: Int32) = (0, 0)
    writer.beginArray()
    for (place, corner) in ring.enumerated() {
      let (x, y) = (steps(corner.x), steps(corner.y))
      // Corners that fall together at this fineness are one.
      if place > 0, x == last.x, y == last.y { continue }
      writer.integer(x - last.x)
      writer.integer(y - last.y)
      last = (x, y)
    }
    writer.endArray()
  }

  /// The nearest step.
  private static func steps(_ lattice: Int32) -> Int32 {
    let half = lattice < 0 ? -latticeStepsPerStep / 2 : latticeStepsPerStep / 2
    return (lattice + half) / latticeStepsPerStep
  }
}
