/// Shares a district's cells out among its streets: each street gets the cells around its centre, as many as its area
/// asks for, in one piece.
struct StreetPlan {
  /// Rounds of fitting the areas; the error is below a percent long before.
  static let fittingRounds = 120
  /// Areas are fitted on so many cells times streets at most: of a larger plan on every second, third … cell.
  static let maxFittedPairs = 1_000_000

  /// The cells of each street, in the order of the parameters' streets.
  let cellsByStreet: [[Int]]

  init(_ streets: [GeneratorParameters.Street], lattice: CellLattice) throws(GeneratorFault) {
    guard !streets.isEmpty else { throw .badParameter("no streets") }
    let cells = lattice.cells
    let owners = Self.fit(streets, cells, lattice)
    cellsByStreet = Self.inOnePieceEach(cells, owners, streetCount: streets.count, lattice)
    for (street, cells) in zip(streets, cellsByStreet) where cells.count < street.grids {
      throw .tooFewCells(street: street.code, cells: cells.count, grids: street.grids)
    }
  }

  /// A power diagram whose weights are moved until every street has its share of the cells.
  private static func fit(
    _ streets: [GeneratorParameters.Street], _ cells: [Int], _ lattice: CellLattice
  ) -> [Int] {
    let total = streets.reduce(0) { $0 + $1.squareKilometres }
    let stride = (cells.count * streets.count + maxFittedPairs - 1) / maxFittedPairs
    let fitted = Swift.stride(from: 0, to: cells.count, by: stride).map { cells[$0] }
    let targets = streets.map { $0.squareKilometres / total * Double(fitted.count) }
    let scale = Metric.cosine(ofDegrees: streets[0].centre.latitude)
    func plane(_ point: LatticePoint) -> SIMD2<Double> {
      SIMD2(point.longitude * scale * 100, point.latitude * 100)
    }
    let centres = streets.map { plane($0.centre) }
    let places = fitted.map { plane(lattice.middle(of: $0)) }
    var weights = [Double](repeating: 0, count: streets.count)
    for round in 1..<fittingRounds {
      var counts = [Int](repeating: 0, count: streets.count)
      for owner in nearest(to: places, of: centres, weights) { counts[owner] += 1 }
      let step = 8 / (1 + Double(round - 1) / 10)
      for street in streets.indices {
        weights[street] += step * (targets[street] - Double(counts[street])) / targets[street]
      }
    }
    return nearest(to: cells.map { plane(lattice.middle(of: $0)) }, of: centres, weights)
  }

  /// For each place the centre with the smallest squared distance less the centre's weight, the first of equals.
  private static func nearest(
    to places: [SIMD2<Double>], of centres: [SIMD2<Double>], _ weights: [Double]
  ) -> [Int] {
    // Some hundred million comparisons for a city: without bounds checks they are quick in unoptimised builds too.
    centres.withUnsafeBufferPointer { centres in
      weights.withUnsafeBufferPointer { weights in
        places.map { place in
          let (x, y) = (place.x, place.y)
          var best = 0
          var least = Double.infinity
          var street = 0
          while street < centres.count {
            let dx = x - centres[street].x
            let dy = y - centres[street].y
            let distance = dx * dx + dy * dy - weights[street]
            if distance < least {
              least = distance
              best = street
            }
            street += 1
          }
          return best
        }
      }
    }
  }

  /// Keeps the largest part of each street; what was cut off joins the street it touches.
  private static func inOnePieceEach(
    _ cells: [Int], _ owners: [Int], streetCount: Int, _ lattice: CellLattice
  ) -> [[Int]] {
    var lists = Array(repeating: [Int](), count: streetCount)
    for (cell, owner) in zip(cells, owners) { lists[owner].append(cell) }
    var owner: [Int: Int] = [:]
    var queue: [Int] = []
    for (street, list) in lists.enumerated() {
      for cell in lattice.largestPart(of: list) {
        owner[cell] = street
        queue.append(cell)
      }
    }
    var next = 0
    while next < queue.count {
      let cell = queue[next]
      next += 1
      for neighbour in lattice.neighbours(of: cell) where lattice.isInside[neighbour] && owner[neighbour] == nil {
        owner[neighbour] = owner[cell]
        queue.append(neighbour)
      }
    }
    var result = Array(repeating: [Int](), count: streetCount)
    for cell in cells { if let street = owner[cell] { result[street].append(cell) } }
    return result
  }
}
