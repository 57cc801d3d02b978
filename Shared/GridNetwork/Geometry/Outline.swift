/// Joins shapes that share their borders point by point: an edge that two of them walk in opposite directions is a
/// seam and vanishes, what is left are the outlines. Exact on the lattice; nothing is moved or merged by tolerance.
public enum Outline {
  /// The ground that the shapes cover together. Where neighbours do not share a border point by point, the sliver
  /// between them stays as part of the outline.
  public static func union(of shapes: some Sequence<Shape>) -> Shape {
    var seams: [DirectedEdge: Int] = [:]
    var order: [DirectedEdge] = []
    for shape in shapes {
      for polygon in shape.polygons {
        for (index, ring) in polygon.rings.enumerated() {
          let isCounterClockwise = doubledArea(of: ring) > 0
          // The ground lies left of every directed edge: outer rings run counter-clockwise, holes clockwise.
          let turned = isCounterClockwise == (index == 0) ? ring : ring.reversed()
          forEachEdge(of: turned) { start, end in
            let edge = DirectedEdge(start: start, end: end)
            if let count = seams[edge.reversed], count > 0 {
              seams[edge.reversed] = count - 1
            } else {
              seams[edge, default: 0] += 1
              order.append(edge)
            }
          }
        }
      }
    }
    var left: [DirectedEdge] = []
    for edge in order {
      guard let count = seams[edge], count > 0 else { continue }
      seams[edge] = count - 1
      left.append(edge)
    }
    return assemble(rings(of: left))
  }

  private struct DirectedEdge: Hashable {
    let start: LatticePoint
    let end: LatticePoint
    var reversed: DirectedEdge { DirectedEdge(start: end, end: start) }
  }

  /// Closed rings, none of which visits a point twice: where a walk comes back to a point, the loop is cut off.
  private static func rings(of edges: [DirectedEdge]) -> [Ring] {
    var leaving: [LatticePoint: [LatticePoint]] = [:]
    for edge in edges { leaving[edge.start, default: []].append(edge.end) }
    var rings: [Ring] = []
    for edge in edges {
      var path: Ring = []
      var places: [LatticePoint: Int] = [:]
      var current = edge.start
      while let next = leaving[current]?.popLast() {
        places[current] = path.count
        path.append(current)
        if let place = places[next] {
          rings.append(Array(path[place...]))
          for point in path[place...] { places[point] = nil }
          path.removeSubrange(place...)
        }
        current = next
      }
    }
    return rings.filter { $0.count >= 3 }
  }

  /// Puts each hole into the smallest outer ring around it.
  private static func assemble(_ rings: [Ring]) -> Shape {
    var polygons: [(polygon: LatticePolygon, area: Double)] = []
    var holes: [Ring] = []
    for ring in rings {
      let area = doubledArea(of: ring)
      if area > 0 { polygons.append((LatticePolygon(outer: ring), area)) }
      if area < 0 { holes.append(ring) }
    }
    polygons.sort { $0.area < $1.area }
    for hole in holes {
      let home = polygons.firstIndex { candidate in
        let outer = Shape(polygons: [LatticePolygon(outer: candidate.polygon.outer)])
        return candidate.area > -doubledArea(of: hole)
          && hole.allSatisfy { outer.contains($0) || outer.hasOnBorder($0) }
      }
      if let home { polygons[home].polygon.holes.append(hole) }
    }
    return Shape(polygons: polygons.reversed().map(\.polygon))
  }
}
