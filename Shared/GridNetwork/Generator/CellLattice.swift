/// The cells a generated district is made of: quadrilaterals between jittered corners. Neighbours share their corners,
/// so whatever cells are joined to units, no gap, overlap or corner on one side only can arise.
struct CellLattice {
  private let seed: UInt64
  private let spacingX: Int32
  private let spacingY: Int32
  private let jitter: Double
  private let rounding: Int32
  let origin: LatticePoint
  let columns: Int
  let rows: Int
  /// Whether the cell belongs to the district; its cells hang together.
  private(set) var isInside: [Bool]

  init(parameters: GeneratorParameters) throws(GeneratorFault) {
    guard let box = LatticeBox(around: parameters.outline), parameters.outline.count >= 3 else {
      throw .badParameter("the outline has fewer than three points")
    }
    guard parameters.spacingX >= 100, parameters.spacingY >= 100, parameters.rounding >= 1,
      parameters.jitter >= 0, parameters.jitter < 0.4
    else { throw .badParameter("spacing, rounding or jitter is out of range") }
    seed = parameters.seed
    (spacingX, spacingY) = (parameters.spacingX, parameters.spacingY)
    (jitter, rounding) = (parameters.jitter, parameters.rounding)
    origin = box.minimum
    columns = (Int(box.maximum.x) - Int(origin.x)) / Int(parameters.spacingX) + 1
    rows = (Int(box.maximum.y) - Int(origin.y)) / Int(parameters.spacingY) + 1
    guard columns * rows <= Self.maxCells else { throw .badParameter("the spacing makes over \(Self.maxCells) cells") }
    isInside = Array(repeating: false, count: columns * rows)
    for cell in largestPart(of: cells(within: parameters.outline)) { isInside[cell] = true }
  }

  /// The cells whose middle lies inside the outline. Only the edges that a row's parallel passes are asked for its cells.
  private func cells(within outline: Ring) -> [Int] {
    var edges: [(start: LatticePoint, end: LatticePoint)] = []
    forEachEdge(of: outline) { edges.append(($0, $1)) }
    var found: [Int] = []
    for row in 0..<rows {
      let latitude = middle(of: row * columns).y
      let passed = edges.filter { ($0.start.y <= latitude) != ($0.end.y <= latitude) }
      for cell in row * columns..<(row + 1) * columns {
        let point = middle(of: cell)
        var isInside = false
        for edge in passed where crossesEastOf(point, edge.start, edge.end) { isInside.toggle() }
        if isInside { found.append(cell) }
      }
    }
    return found
  }

  static let maxCells = 1_000_000

  var cells: [Int] { isInside.indices.filter { isInside[$0] } }

  func middle(of cell: Int) -> LatticePoint {
    LatticePoint(
      x: origin.x + Int32(cell % columns) * spacingX + spacingX / 2,
      y: origin.y + Int32(cell / columns) * spacingY + spacingY / 2)
  }

  /// The cells that share an edge with the cell, inside the district or not.
  func neighbours(of cell: Int) -> [Int] {
    let (column, row) = (cell % columns, cell / columns)
    var found: [Int] = []
    if column > 0 { found.append(cell - 1) }
    if column + 1 < columns { found.append(cell + 1) }
    if row > 0 { found.append(cell - columns) }
    if row + 1 < rows { found.append(cell + columns) }
    return found
  }

  /// The corner's place, strayed by a share of the spacing that only the seed and the corner decide.
  private func corner(column: Int, row: Int) -> LatticePoint {
    let key = seed ^ UInt64(row) << 32 ^ UInt64(column)
    var random = SplitMix(seed: SplitMix.mix(key))
    func place(_ start: Int32, _ index: Int, _ spacing: Int32) -> Int32 {
      let stray = (random.unit() * 2 - 1) * jitter
      let exact = Double(start) + (Double(index) + stray) * Double(spacing)
      return Int32((exact / Double(rounding)).rounded()) * rounding
    }
    return LatticePoint(
      x: place(origin.x, column, spacingX), y: place(origin.y, row, spacingY))
  }

  func shape(of cell: Int) -> Shape {
    let (column, row) = (cell % columns, cell / columns)
    return Shape(polygons: [
      LatticePolygon(outer: [
        corner(column: column, row: row), corner(column: column + 1, row: row),
        corner(column: column + 1, row: row + 1), corner(column: column, row: row + 1),
      ])
    ])
  }

  /// The connected parts of a list of cells, each in ascending order, the largest first.
  func parts(of cells: [Int]) -> [[Int]] {
    var open = Set(cells)
    var parts: [[Int]] = []
    for start in cells where open.remove(start) != nil {
      var part = [start]
      var next = 0
      while next < part.count {
        for neighbour in neighbours(of: part[next]) where open.remove(neighbour) != nil { part.append(neighbour) }
        next += 1
      }
      parts.append(part.sorted())
    }
    return parts.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
  }

  func largestPart(of cells: [Int]) -> [Int] { parts(of: cells).first ?? [] }
}
