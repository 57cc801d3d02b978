public import Domain

/// Finds the unit that holds a position: immutable, a few megabytes, over a million look-ups a second on one core.
///
/// A raster of square cells lies over the units. A cell wholly inside one unit answers at once; another names the units
/// whose borders touch it, and only these are tried, each with the few edges that reach the cell's row.
///
/// Every comparison is on integers, so the answer is exact:
/// - inside a gap-free plan a point belongs to **exactly one** unit, on shared borders too: to the unit whose west or
///   south border it is (the half-open rule);
/// - a point on the outer border that this rule would leave out belongs to the unit of that border, of several to the
///   one with the lowest code, so the network is closed;
/// - where units overlap (a fault the validator reports), the lowest code wins.
public struct GridIndex: Sendable {
  struct Edge: Sendable {
    let start: LatticePoint
    let end: LatticePoint
  }

  /// Codes in ascending order; the positions the index answers with count from zero in this list.
  public let codes: [UnitCode]
  /// The box around all units; nil when the index is empty.
  public let box: LatticeBox?
  let raster: Raster
  /// Per cell: `noUnit`, the position of the unit that covers it, or `listBase - n` for the list that begins at `n`.
  let cells: [Int32]
  /// Lists of candidates, each its length and then so many positions, ascending.
  let lists: [Int32]
  /// Per unit: the first raster row it reaches, and where the starts of its rows begin in `rowStarts`.
  let firstRows: [Int32]
  let rowBases: [Int32]
  /// Where the edges of a unit's row begin in `edges`; the next entry is where they end.
  let rowStarts: [Int32]
  let edges: [Edge]

  static let noUnit: Int32 = -1
  static let listBase: Int32 = -2

  /// The unit that holds the point, as a position in `codes`; nil outside every unit. Costs well under a microsecond.
  public func position(of point: LatticePoint) -> Int? {
    guard let box, box.contains(point) else { return nil }
    let (column, row) = raster.cell(of: point)
    let cell = cells[row * raster.columns + column]
    if cell >= 0 { return Int(cell) }
    if cell == Self.noUnit { return nil }
    let list = Int(Self.listBase - cell)
    let candidates = (list + 1)..<(list + 1 + Int(lists[list]))
    for index in candidates where isInside(point, unit: Int(lists[index]), row: row) { return Int(lists[index]) }
    for index in candidates where isOnBorder(point, unit: Int(lists[index]), row: row) { return Int(lists[index]) }
    return nil
  }

  /// The code of the unit that holds the point; nil outside every unit.
  public func unit(at point: LatticePoint) -> UnitCode? {
    position(of: point).map { codes[$0] }
  }

  /// The code of the unit that holds a position on WGS-84 in degrees; nil outside every unit or off the globe.
  public func unit(atLatitude latitude: Double, longitude: Double) -> UnitCode? {
    LatticePoint(latitude: latitude, longitude: longitude).flatMap { unit(at: $0) }
  }

  /// What the index holds in memory, in bytes, without the texts of the codes.
  public var memoryBytes: Int {
    (cells.count + lists.count + firstRows.count + rowBases.count + rowStarts.count) * MemoryLayout<Int32>.stride
      + edges.count * MemoryLayout<Edge>.stride + codes.count * MemoryLayout<UnitCode>.stride
  }

  private func edgeRange(unit: Int, row: Int) -> Range<Int> {
    let index = Int(rowBases[unit]) + row - Int(firstRows[unit])
    return Int(rowStarts[index])..<Int(rowStarts[index + 1])
  }

  private func isInside(_ point: LatticePoint, unit: Int, row: Int) -> Bool {
    var inside = false
    for index in edgeRange(unit: unit, row: row) {
      let edge = edges[index]
      if crossesEastOf(point, edge.start, edge.end) { inside.toggle() }
    }
    return inside
  }

  private func isOnBorder(_ point: LatticePoint, unit: Int, row: Int) -> Bool {
    edgeRange(unit: unit, row: row).contains { isOnSegment(point, edges[$0].start, edges[$0].end) }
  }
}

/// Square cells, a power of two of lattice steps wide, over a box.
struct Raster: Sendable {
  let origin: LatticePoint
  let shift: Int64
  let columns: Int
  let rows: Int

  /// The finest raster over the box with at most `maxCells` cells.
  init(over box: LatticeBox, maxCells: Int) {
    origin = box.minimum
    let width = Int64(box.maximum.x) - Int64(box.minimum.x)
    let height = Int64(box.maximum.y) - Int64(box.minimum.y)
    var shift: Int64 = 0
    while (width >> shift + 1) * (height >> shift + 1) > Int64(maxCells) { shift += 1 }
    self.shift = shift
    columns = Int(width >> shift) + 1
    rows = Int(height >> shift) + 1
  }

  @inline(__always)
  func cell(of point: LatticePoint) -> (column: Int, row: Int) {
    (column(ofX: Int64(point.x)), row(ofY: Int64(point.y)))
  }

  @inline(__always)
  func column(ofX x: Int64) -> Int { Int((x - Int64(origin.x)) >> shift) }

  @inline(__always)
  func row(ofY y: Int64) -> Int { Int((y - Int64(origin.y)) >> shift) }

  /// The lowest and highest latitude of a row's points.
  func latitudes(ofRow row: Int) -> (low: Int64, high: Int64) {
    let low = Int64(origin.y) + Int64(row) << shift
    return (low, low + Int64(1) << shift - 1)
  }

  /// The cell's own south-west point.
  func corner(column: Int, row: Int) -> LatticePoint {
    LatticePoint(
      x: Int32(clamping: Int64(origin.x) + Int64(column) << shift),
      y: Int32(clamping: Int64(origin.y) + Int64(row) << shift))
  }
}
