import Domain

/// How far the seams between sibling grids may be out.
public struct SeamTolerances: Sendable, Hashable {
  /// An overlap of two units below this is a matter of the survey's precision.
  public var overlapSquareMetres = 1.0
  /// So is a hole between units.
  public var gapSquareMetres = 1.0

  public init() {}
}

/// Finds invalid shapes, overlaps and gaps among the units of one plan, with GEOS.
struct SeamCheck {
  let tolerances: SeamTolerances
  let file: String
  let faults: FaultList

  func check(_ features: [UnitFeature]) {
    let boxes = features.map(\.feature.shape.box)
    guard let first = boxes.compactMap(\.self).first else { return }
    let geos = Geos(box: boxes.compactMap(\.self).reduce(first) { $0.union($1) })
    var sound: [(feature: UnitFeature, geometry: Geos.Geometry, box: LatticeBox)] = []
    for (feature, box) in zip(features, boxes) {
      guard let geometry = geos.geometry(feature.feature.shape), let box else { continue }
      if let invalid = geos.invalidity(of: geometry) {
        let place = invalid.at.map { " near \(Self.degrees($0))" } ?? ""
        fault(feature, "the shape of \(feature.code) is not valid: \(invalid.reason)\(place)", "redraw it there")
      } else {
        sound.append((feature, geometry, box))
      }
    }
    checkOverlaps(sound.sorted { $0.box.minimum.x < $1.box.minimum.x }, geos)
    // A broken shape leaves a hole of its own, which would be told twice.
    if sound.count == features.count { checkGaps(sound, geos) }
  }

  /// Sweeps from west to east, so that only neighbours are compared.
  private func checkOverlaps(
    _ shapes: [(feature: UnitFeature, geometry: Geos.Geometry, box: LatticeBox)], _ geos: Geos
  ) {
    for index in shapes.indices {
      var other = index + 1
      while other < shapes.count, shapes[other].box.minimum.x < shapes[index].box.maximum.x {
        defer { other += 1 }
        guard shapes[other].box.minimum.y < shapes[index].box.maximum.y,
          shapes[other].box.maximum.y > shapes[index].box.minimum.y
        else { continue }
        let shared = geos.sharedSquareMetres(shapes[index].geometry, shapes[other].geometry)
        guard shared > tolerances.overlapSquareMetres else { continue }
        let pair = [shapes[index].feature, shapes[other].feature].sorted { $0.feature.line < $1.feature.line }
        fault(
          pair[1], "the shapes of \(pair[0].code) and \(pair[1].code) overlap by \(Self.whole(shared)) m²",
          "draw their border once, or raise tolerances.overlap_square_metres")
      }
    }
  }

  private func checkGaps(
    _ shapes: [(feature: UnitFeature, geometry: Geos.Geometry, box: LatticeBox)], _ geos: Geos
  ) {
    for hole in geos.holes(inUnionOf: shapes.map(\.geometry)) where hole.squareMetres > tolerances.gapSquareMetres {
      let nearest = shapes.min { distance($0.feature, hole.at) < distance($1.feature, hole.at) }
      guard let nearest else { continue }
      fault(
        nearest.feature,
        "a gap of \(Self.whole(hole.squareMetres)) m² beside \(nearest.feature.code) near \(Self.degrees(hole.at))",
        "close it, or raise tolerances.gap_square_metres")
    }
  }

  private func distance(_ feature: UnitFeature, _ point: LatticePoint) -> Double {
    feature.feature.shape.rings.joined().reduce(Double.infinity) { least, corner in
      let (dx, dy) = (Double(corner.x) - Double(point.x), Double(corner.y) - Double(point.y))
      return min(least, dx * dx + dy * dy)
    }
  }

  private func fault(_ feature: UnitFeature, _ message: String, _ remedy: String) {
    faults.add(file, feature.feature.line, message, remedy: remedy)
  }

  static func whole(_ squareMetres: Double) -> String { String(Int64(squareMetres.rounded())) }

  static func degrees(_ point: LatticePoint) -> String {
    var bytes: [UInt8] = []
    FeatureWriter.appendDegrees(point.y, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    FeatureWriter.appendDegrees(point.x, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
