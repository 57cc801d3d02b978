import Domain
import Glibc

/// The open cases of one district by place and category: a hash of square cells. A value.
///
/// It only finds candidates. Whether a case is still open is asked of its row, under its lock, before a report joins
/// it; so an index that lags or lacks a case costs a merge, never a wrong one.
struct OpenCaseIndex {
  /// Cases held at most; beyond that new ones are not indexed, and counted.
  static let maxCases = 1_000_000
  /// About 220 metres of latitude.
  static let cellDegrees = 0.002
  private static let metresPerDegree = GeoPoint.earthRadiusMetres * .pi / 180
  /// Cells looked at for one report at most, whatever the radius.
  private static let maxCellReach = 64

  private struct Cell: Hashable {
    let column: Int32
    let row: Int32
    let category: CategoryCode
  }

  private var cases: [Cell: [OpenCase]] = [:]
  private var cells: [Int64: Cell] = [:]

  var count: Int { cells.count }

  func holds(_ number: Int64) -> Bool { cells[number] != nil }

  /// False when there was no room.
  mutating func insert(_ value: OpenCase) -> Bool {
    guard cells[value.number] == nil else { return true }
    guard cells.count < Self.maxCases else { return false }
    let cell = Cell(
      column: Self.line(value.point.longitude), row: Self.line(value.point.latitude), category: value.category)
    cells[value.number] = cell
    cases[cell, default: []].append(value)
    return true
  }

  mutating func remove(_ number: Int64) {
    guard let cell = cells.removeValue(forKey: number) else { return }
    cases[cell]?.removeAll { $0.number == number }
    if cases[cell]?.isEmpty == true { cases[cell] = nil }
  }

  /// Forgets what was filed before this moment.
  mutating func removeAll(filedBefore horizon: Instant) {
    let old = cases.values.joined().filter { $0.filedAt < horizon }.map(\.number)
    for number in old { remove(number) }
  }

  /// The cases of the category that can lie within the radius; some lie beyond it.
  func candidates(near point: GeoPoint, category: CategoryCode, radiusMetres: Double) -> [OpenCase] {
    let rows = Self.reach(radiusMetres / Self.metresPerDegree)
    let shrink = max(cos(point.latitude * .pi / 180), 0.01)
    let columns = Self.reach(radiusMetres / (Self.metresPerDegree * shrink))
    let row = Self.line(point.latitude)
    let column = Self.line(point.longitude)
    var found: [OpenCase] = []
    for nearRow in (row - rows)...(row + rows) {
      for nearColumn in (column - columns)...(column + columns) {
        guard let held = cases[Cell(column: nearColumn, row: nearRow, category: category)] else { continue }
        found += held
      }
    }
    return found
  }

  private static func line(_ degrees: Double) -> Int32 { Int32((degrees / cellDegrees).rounded(.down)) }

  private static func reach(_ degrees: Double) -> Int32 {
    Int32(min((degrees / cellDegrees).rounded(.up), Double(maxCellReach)))
  }
}
