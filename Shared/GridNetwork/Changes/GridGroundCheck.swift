import Domain

/// Compares the ground of the grids that come with that of the grids that give way, with GEOS.
struct GridGroundCheck {
  let tolerances: SeamTolerances
  /// The grids as they are.
  let old: [(code: UnitCode, shape: Shape)]
  let drawn: [DrawnGrid]

  /// Everything that does not fit: shapes that are not valid, overlaps among the grids that come, ground that none of
  /// them covers, ground beyond the old. Differences below the network's tolerances are the survey's.
  var faults: [GridPlanFault] {
    let boxes = (old.map(\.shape) + drawn.map(\.shape)).compactMap(\.box)
    guard let first = boxes.first else { return [] }
    let geos = Geos(box: boxes.reduce(first) { $0.union($1) })
    var faults: [GridPlanFault] = []
    var sound: [(code: UnitCode, geometry: Geos.Geometry)] = []
    for grid in drawn {
      let field = "features.\(grid.grid.code).geometry"
      guard let geometry = geos.geometry(grid.shape) else {
        faults.append(GridPlanFault(field: field, code: "malformed_shape", detail: "It is no polygon."))
        continue
      }
      if let invalid = geos.invalidity(of: geometry) {
        let place = invalid.at.map { " near \(SeamCheck.degrees($0))" } ?? ""
        faults.append(
          GridPlanFault(field: field, code: "invalid_shape", detail: "It is not valid: \(invalid.reason)\(place)."))
      } else {
        sound.append((grid.grid.code, geometry))
      }
    }
    for (index, one) in sound.enumerated() {
      for other in sound.dropFirst(index + 1) {
        let shared = geos.sharedSquareMetres(one.geometry, other.geometry)
        guard shared > tolerances.overlapSquareMetres else { continue }
        faults.append(
          GridPlanFault(
            field: "features.\(other.code).geometry", code: "overlap",
            detail: "It overlaps \(one.code) by \(SeamCheck.whole(shared)) m²."))
      }
    }
    // A broken shape leaves a hole of its own, which would be told twice.
    guard sound.count == drawn.count, let covered = geos.union(sound.map(\.geometry)) else { return faults }
    let before = old.compactMap { grid in geos.geometry(grid.shape).map { (grid.code, $0) } }
    for (code, geometry) in before {
      let missing = geos.squareMetres(of: geometry, without: covered)
      guard missing > tolerances.gapSquareMetres else { continue }
      faults.append(
        GridPlanFault(
          field: "features", code: "gap",
          detail: "\(SeamCheck.whole(missing)) m² of \(code) lie in none of the new grids."))
    }
    guard let ground = geos.union(before.map(\.1)) else { return faults }
    for (code, geometry) in sound {
      let beyond = geos.squareMetres(of: geometry, without: ground)
      guard beyond > tolerances.overlapSquareMetres else { continue }
      faults.append(
        GridPlanFault(
          field: "features.\(code).geometry", code: "outside",
          detail: "\(SeamCheck.whole(beyond)) m² lie outside the grids that give way."))
    }
    return faults
  }
}

extension DrawnGrid {
  /// How far off a corner of the plan one may be that is meant to be the same, in steps of the lattice: half a metre, what
  /// drawing programs lose by rounding.
  static let maxSnapSteps: Int64 = 45

  /// The grid with its corners on those of the plan where they are meant to be there.
  public func snapped(to shapes: [Shape]) -> DrawnGrid {
    let corners = shapes.flatMap { $0.rings.joined() }
    let known = Set(corners)
    func snap(_ ring: Ring) -> Ring {
      var result: Ring = []
      for point in ring.map({ known.contains($0) ? $0 : nearest($0, corners) ?? $0 }) where result.last != point {
        result.append(point)
      }
      if result.count > 1, result.first == result.last { result.removeLast() }
      return result
    }
    return DrawnGrid(
      grid: grid,
      shape: Shape(
        polygons: shape.polygons.map { LatticePolygon(outer: snap($0.outer), holes: $0.holes.map(snap)) }),
      layers: layers)
  }

  private func nearest(_ point: LatticePoint, _ corners: [LatticePoint]) -> LatticePoint? {
    var found: (corner: LatticePoint, distance: Int64)?
    for corner in corners {
      let (dx, dy) = (Int64(corner.x) - Int64(point.x), Int64(corner.y) - Int64(point.y))
      let distance = dx * dx + dy * dy
      if distance <= Self.maxSnapSteps * Self.maxSnapSteps, distance < found?.distance ?? .max {
        found = (corner, distance)
      }
    }
    return found?.corner
  }
}
