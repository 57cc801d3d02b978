public import Domain

/// Why no index can be made of a list of units.
public enum GridIndexFault: Error, Sendable, Hashable {
  /// The unit's shape, or the whole network, spans 90 degrees or more: products of coordinates would not be exact.
  case tooWide(UnitCode)
  case duplicateCode(UnitCode)
}

extension GridIndex {
  /// Cells per unit that the raster aims at, and the bounds of its size.
  static let cellsPerUnit = 24
  static let minCells = 1 << 12
  static let maxCells = 1 << 18
  static let maxSpanSteps: Int64 = 90 * Int64(LatticePoint.stepsPerDegree)

  /// An index of the units, in any order. An empty list makes an index that finds nothing.
  public init(shapes: [(code: UnitCode, shape: Shape)]) throws(GridIndexFault) {
    let sorted = shapes.sorted { $0.code < $1.code }
    for index in sorted.indices.dropFirst() where sorted[index].code == sorted[index - 1].code {
      throw .duplicateCode(sorted[index].code)
    }
    var whole: LatticeBox?
    var edgeCount = 0
    for (code, shape) in sorted {
      guard let box = shape.box else { continue }
      let joined = whole?.union(box) ?? box
      guard Int64(joined.maximum.x) - Int64(joined.minimum.x) < Self.maxSpanSteps,
        Int64(joined.maximum.y) - Int64(joined.minimum.y) < Self.maxSpanSteps
      else { throw .tooWide(code) }
      whole = joined
      edgeCount += shape.rings.reduce(0) { $0 + $1.count }
    }
    let box = whole ?? LatticeBox(minimum: LatticePoint(x: 0, y: 0), maximum: LatticePoint(x: 0, y: 0))
    let target = min(max(max(sorted.count * Self.cellsPerUnit, edgeCount * 4), Self.minCells), Self.maxCells)
    var builder = GridIndexBuilder(raster: Raster(over: box, maxCells: target), edgeCount: edgeCount)
    for (_, shape) in sorted { builder.add(shape) }
    let (cells, lists) = builder.finish()
    self.init(
      codes: sorted.map(\.code), box: whole, raster: builder.raster, cells: cells, lists: lists,
      firstRows: builder.firstRows, rowBases: builder.rowBases, rowStarts: builder.rowStarts, edges: builder.edges)
  }
}

/// Builds the raster of a ``GridIndex``, one unit after another in ascending order of code.
struct GridIndexBuilder {
  let raster: Raster
  private(set) var firstRows: [Int32] = []
  private(set) var rowBases: [Int32] = []
  private(set) var rowStarts: [Int32] = []
  private(set) var edges: [GridIndex.Edge] = []
  private var covering: [Int32]
  private var touches: [(cell: Int32, unit: Int32)] = []

  init(raster: Raster, edgeCount: Int) {
    self.raster = raster
    covering = Array(repeating: GridIndex.noUnit, count: raster.columns * raster.rows)
    edges.reserveCapacity(edgeCount + edgeCount / 2)
  }

  mutating func add(_ shape: Shape) {
    let unit = Int32(firstRows.count)
    rowBases.append(Int32(rowStarts.count))
    guard let box = shape.box else {
      firstRows.append(0)
      rowStarts.append(Int32(edges.count))
      return
    }
    let low = raster.cell(of: box.minimum)
    let high = raster.cell(of: box.maximum)
    firstRows.append(Int32(low.row))
    var window = Window(columns: low.column...high.column, rows: low.row...high.row)
    let shapeEdges = shape.rings.flatMap { ring in
      ring.indices.map { GridIndex.Edge(start: ring[$0], end: ring[$0 + 1 == ring.count ? 0 : $0 + 1]) }
    }
    let byRow = edgesByRow(shapeEdges, rows: low.row...high.row, marking: &window)
    for rowEdges in byRow {
      rowStarts.append(Int32(edges.count))
      edges.append(contentsOf: rowEdges)
    }
    rowStarts.append(Int32(edges.count))
    fill(window, byRow, unit: unit)
  }

  /// Sorts the edges into the rows they reach and marks in the window every cell one of them may touch.
  private func edgesByRow(
    _ shapeEdges: [GridIndex.Edge], rows: ClosedRange<Int>, marking window: inout Window
  ) -> [[GridIndex.Edge]] {
    var byRow = Array(repeating: [GridIndex.Edge](), count: rows.count)
    for edge in shapeEdges {
      let lowest = raster.row(ofY: Int64(min(edge.start.y, edge.end.y)))
      let highest = raster.row(ofY: Int64(max(edge.start.y, edge.end.y)))
      for row in lowest...highest {
        byRow[row - rows.lowerBound].append(edge)
        let (west, east) = reach(of: edge, inRow: row)
        window.mark(columns: raster.column(ofX: west)...raster.column(ofX: east), row: row)
      }
    }
    return byRow
  }

  /// The longitudes between which the edge runs inside the row, widened to whole steps.
  private func reach(of edge: GridIndex.Edge, inRow row: Int) -> (west: Int64, east: Int64) {
    let (south, north) = edge.start.y <= edge.end.y ? (edge.start, edge.end) : (edge.end, edge.start)
    let rise = Int64(north.y) - Int64(south.y)
    let west = Int64(min(edge.start.x, edge.end.x))
    let east = Int64(max(edge.start.x, edge.end.x))
    guard rise > 0 else { return (west, east) }
    let latitudes = raster.latitudes(ofRow: row)
    let run = Int64(north.x) - Int64(south.x)
    func longitude(at latitude: Int64) -> Int64 {
      Int64(south.x) + run * (min(max(latitude, Int64(south.y)), Int64(north.y)) - Int64(south.y)) / rise
    }
    let (first, second) = (longitude(at: latitudes.low), longitude(at: latitudes.high))
    return (max(min(first, second) - 1, west), min(max(first, second) + 1, east))
  }

  /// Hands out the window's cells: marked ones get the unit as a candidate, others are wholly inside or outside.
  private mutating func fill(_ window: Window, _ byRow: [[GridIndex.Edge]], unit: Int32) {
    for row in window.rows {
      var known: Bool?
      for column in window.columns {
        let cell = row * raster.columns + column
        if window.isMarked(column: column, row: row) {
          touches.append((Int32(cell), unit))
          known = nil
          continue
        }
        let isInside = known ?? covers(raster.corner(column: column, row: row), byRow[row - window.rows.lowerBound])
        known = isInside
        if isInside {
          // A second unit over the same ground is a fault of the data; the lower code keeps the cell.
          if covering[cell] == GridIndex.noUnit { covering[cell] = unit }
        }
      }
    }
  }

  private func covers(_ point: LatticePoint, _ edges: [GridIndex.Edge]) -> Bool {
    edges.reduce(false) { crossesEastOf(point, $1.start, $1.end) ? !$0 : $0 }
  }

  /// The cells and the candidate lists, once every unit has been added.
  mutating func finish() -> (cells: [Int32], lists: [Int32]) {
    touches.sort { ($0.cell, $0.unit) < ($1.cell, $1.unit) }
    var cells = covering
    var lists: [Int32] = []
    var index = 0
    while index < touches.count {
      let cell = touches[index].cell
      var units: [Int32] = []
      while index < touches.count, touches[index].cell == cell {
        units.append(touches[index].unit)
        index += 1
      }
      let whole = covering[Int(cell)]
      if whole >= 0 {
        units.append(whole)
        units.sort()
      }
      cells[Int(cell)] = GridIndex.listBase - Int32(lists.count)
      lists.append(Int32(units.count))
      lists.append(contentsOf: units)
    }
    return (cells, lists)
  }
}

/// The part of the raster one unit reaches, with the cells its border touches.
private struct Window {
  let columns: ClosedRange<Int>
  let rows: ClosedRange<Int>
  private var marks: [Bool]

  init(columns: ClosedRange<Int>, rows: ClosedRange<Int>) {
    self.columns = columns
    self.rows = rows
    marks = Array(repeating: false, count: columns.count * rows.count)
  }

  mutating func mark(columns marked: ClosedRange<Int>, row: Int) {
    let base = (row - rows.lowerBound) * columns.count - columns.lowerBound
    for column in marked { marks[base + column] = true }
  }

  func isMarked(column: Int, row: Int) -> Bool {
    marks[(row - rows.lowerBound) * columns.count + column - columns.lowerBound]
  }
}
