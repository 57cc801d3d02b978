import CGeos

/// A GEOS context and the geometries made in it, on a plane of metres around one point. Used on one thread: GEOS ties
/// every call to its context, which is not for sharing.
final class Geos {
  private let context: GEOSContextHandle_t
  private let origin: LatticePoint
  private let metresPerStepX: Double
  private let metresPerStepY: Double

  /// - Parameter box: the ground that shapes will lie on; distances are right to a percent within a city's extent.
  init(box: LatticeBox) {
    guard let context = GEOS_init_r() else { preconditionFailure("GEOS could not allocate a context.") }
    self.context = context
    origin = box.minimum
    let middle = (box.minimum.latitude + box.maximum.latitude) / 2
    metresPerStepY = Metric.metresPerStep
    metresPerStepX = Metric.metresPerStep * Metric.cosine(ofDegrees: middle)
  }

  deinit { GEOS_finish_r(context) }

  /// A geometry that is freed with its last reference; it keeps its context alive.
  final class Geometry {
    fileprivate let pointer: OpaquePointer
    fileprivate let geos: Geos

    fileprivate init(_ pointer: OpaquePointer, _ geos: Geos) {
      self.pointer = pointer
      self.geos = geos
    }

    deinit { GEOSGeom_destroy_r(geos.context, pointer) }
  }

  /// The shape as a multipolygon; nil when GEOS refuses it.
  func geometry(_ shape: Shape) -> Geometry? {
    let polygons = shape.polygons.compactMap(polygon)
    guard polygons.count == shape.polygons.count, !polygons.isEmpty else { return nil }
    var parts: [OpaquePointer?] = polygons
    let kind = UInt32(GEOS_MULTIPOLYGON.rawValue)
    return GEOSGeom_createCollection_r(context, Int32(kind), &parts, UInt32(parts.count)).map { Geometry($0, self) }
  }

  private func polygon(_ polygon: LatticePolygon) -> OpaquePointer? {
    guard let shell = ring(polygon.outer) else { return nil }
    var holes: [OpaquePointer?] = polygon.holes.compactMap(ring)
    return GEOSGeom_createPolygon_r(context, shell, &holes, UInt32(holes.count))
  }

  private func ring(_ ring: Ring) -> OpaquePointer? {
    guard ring.count >= 3, let sequence = GEOSCoordSeq_create_r(context, UInt32(ring.count + 1), 2) else { return nil }
    for (index, point) in (ring + [ring[0]]).enumerated() {
      GEOSCoordSeq_setXY_r(context, sequence, UInt32(index), x(point), y(point))
    }
    return GEOSGeom_createLinearRing_r(context, sequence)
  }

  private func x(_ point: LatticePoint) -> Double { Double(Int64(point.x) - Int64(origin.x)) * metresPerStepX }
  private func y(_ point: LatticePoint) -> Double { Double(Int64(point.y) - Int64(origin.y)) * metresPerStepY }

  private func point(_ x: Double, _ y: Double) -> LatticePoint {
    LatticePoint(
      x: Int32(clamping: Int64(origin.x) + Int64((x / metresPerStepX).rounded())),
      y: Int32(clamping: Int64(origin.y) + Int64((y / metresPerStepY).rounded())))
  }

  /// Why the geometry is no valid polygon, and where; nil when it is one.
  func invalidity(of geometry: Geometry) -> (reason: String, at: LatticePoint?)? {
    var reason: UnsafeMutablePointer<CChar>?
    var location: OpaquePointer?
    let isValid = GEOSisValidDetail_r(context, geometry.pointer, 0, &reason, &location)
    defer {
      if let reason { GEOSFree_r(context, reason) }
      if let location { GEOSGeom_destroy_r(context, location) }
    }
    guard isValid != 1 else { return nil }
    var place: LatticePoint?
    if let location {
      var (x, y) = (0.0, 0.0)
      if GEOSGeomGetX_r(context, location, &x) == 1, GEOSGeomGetY_r(context, location, &y) == 1 {
        place = point(x, y)
      }
    }
    return (reason.map { String(cString: $0).lowercased() } ?? "unreadable", place)
  }

  /// Square metres that two geometries share.
  func sharedSquareMetres(_ first: Geometry, _ second: Geometry) -> Double {
    guard let shared = GEOSIntersection_r(context, first.pointer, second.pointer) else { return 0 }
    defer { GEOSGeom_destroy_r(context, shared) }
    return area(shared)
  }

  /// The holes of the ground that the geometries cover together: a place inside each, and its size.
  func holes(inUnionOf geometries: [Geometry]) -> [(at: LatticePoint, squareMetres: Double)] {
    var parts: [OpaquePointer?] = geometries.map { GEOSGeom_clone_r(context, $0.pointer) }
    let kind = Int32(GEOS_GEOMETRYCOLLECTION.rawValue)
    guard let collection = GEOSGeom_createCollection_r(context, kind, &parts, UInt32(parts.count)) else { return [] }
    defer { GEOSGeom_destroy_r(context, collection) }
    guard let union = GEOSUnaryUnion_r(context, collection) else { return [] }
    defer { GEOSGeom_destroy_r(context, union) }
    return (0..<GEOSGetNumGeometries_r(context, union)).flatMap { index in
      GEOSGetGeometryN_r(context, union, index).map(holes) ?? []
    }
  }

  private func holes(of polygon: OpaquePointer) -> [(at: LatticePoint, squareMetres: Double)] {
    (0..<max(0, GEOSGetNumInteriorRings_r(context, polygon))).compactMap { index in
      guard let ring = GEOSGetInteriorRingN_r(context, polygon, index),
        let copy = GEOSGeom_clone_r(context, ring),
        let filled = GEOSGeom_createPolygon_r(context, copy, nil, 0)
      else { return nil }
      defer { GEOSGeom_destroy_r(context, filled) }
      guard let inner = GEOSPointOnSurface_r(context, filled) else { return nil }
      defer { GEOSGeom_destroy_r(context, inner) }
      var (x, y) = (0.0, 0.0)
      GEOSGeomGetX_r(context, inner, &x)
      GEOSGeomGetY_r(context, inner, &y)
      return (point(x, y), area(filled))
    }
  }

  private func area(_ geometry: OpaquePointer) -> Double {
    var value = 0.0
    return GEOSArea_r(context, geometry, &value) == 1 ? value : 0
  }

  /// The ground that the geometries cover together; nil for none.
  func union(_ geometries: [Geometry]) -> Geometry? {
    var parts: [OpaquePointer?] = geometries.map { GEOSGeom_clone_r(context, $0.pointer) }
    let kind = Int32(GEOS_GEOMETRYCOLLECTION.rawValue)
    guard !parts.isEmpty, let collection = GEOSGeom_createCollection_r(context, kind, &parts, UInt32(parts.count))
    else {
      return nil
    }
    defer { GEOSGeom_destroy_r(context, collection) }
    return GEOSUnaryUnion_r(context, collection).map { Geometry($0, self) }
  }

  /// Square metres of the one that do not lie in the other.
  func squareMetres(of geometry: Geometry, without other: Geometry) -> Double {
    guard let rest = GEOSDifference_r(context, geometry.pointer, other.pointer) else { return area(geometry.pointer) }
    defer { GEOSGeom_destroy_r(context, rest) }
    return area(rest)
  }

  /// Square metres the geometry covers.
  func squareMetres(of geometry: Geometry) -> Double { area(geometry.pointer) }
}
