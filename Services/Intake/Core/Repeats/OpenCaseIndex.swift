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
  /// The cases that were merged into a case, directly or by way of others.
  private var merged: [Int64: Set<Int64>] = [:]

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
    if value.joins != value.number { merged[value.joins, default: []].insert(value.number) }
    return true
  }

  /// Forgets a case that is over, with those that were merged into it.
  mutating func remove(_ number: Int64) {
    for other in merged.removeValue(forKey: number) ?? [] { forget(other) }
    forget(number)
  }

  /// From now on a report at the place of the first case joins the second.
  mutating func redirect(_ number: Int64, to survivor: Int64) {
    guard number != survivor else { return }
    let moved = (merged.removeValue(forKey: number) ?? []).union([number])
    for other in moved { change(other) { $0.joins = survivor } }
    merged[survivor, default: []].formUnion(moved.filter { cells[$0] != nil })
    if merged[survivor]?.isEmpty == true { merged[survivor] = nil }
  }

  /// Another report of the case came at that moment.
  mutating func touch(_ number: Int64, at moment: Instant) {
    change(number) { $0.reportedAt = max($0.reportedAt, moment) }
    for other in merged[number] ?? [] { change(other) { $0.reportedAt = max($0.reportedAt, moment) } }
  }

  /// Forgets what was last reported before this moment.
  mutating func removeAll(reportedBefore horizon: Instant) {
    let old = cases.values.joined().filter { $0.reportedAt < horizon }.map(\.number)
    for number in old { forget(number) }
  }

  private mutating func forget(_ number: Int64) {
    guard let cell = cells.removeValue(forKey: number) else { return }
    guard let place = cases[cell]?.firstIndex(where: { $0.number == number }) else { return }
    let joined = cases[cell]?[place].joins ?? number
    cases[cell]?.remove(at: place)
    if cases[cell]?.isEmpty == true { cases[cell] = nil }
    guard joined != number else { return }
    merged[joined]?.remove(number)
    if merged[joined]?.isEmpty == true { merged[joined] = nil }
  }

  private mutating func change(_ number: Int64, _ body: (inout OpenCase) -> Void) {
    guard let cell = cells[number], let place = cases[cell]?.firstIndex(where: { $0.number == number }) else { return }
    body(&cases[cell, default: []][place])
  }

  /// The cases of the categories that can lie within the radius; some lie beyond it.
  func candidates(near point: GeoPoint, categories: [CategoryCode], radiusMetres: Double) -> [OpenCase] {
    let rows = Self.reach(radiusMetres / Self.metresPerDegree)
    let shrink = max(cos(point.latitude * .pi / 180), 0.01)
    let columns = Self.reach(radiusMetres / (Self.metresPerDegree * shrink))
    let row = Self.line(point.latitude)
    let column = Self.line(point.longitude)
    var found: [OpenCase] = []
    for category in categories {
      for nearRow in (row - rows)...(row + rows) {
        for nearColumn in (column - columns)...(column + columns) {
          guard let held = cases[Cell(column: nearColumn, row: nearRow, category: category)] else { continue }
          found += held
        }
      }
    }
    return found
  }

  private static func line(_ degrees: Double) -> Int32 { Int32((degrees / cellDegrees).rounded(.down)) }

  private static func reach(_ degrees: Double) -> Int32 {
    Int32(min((degrees / cellDegrees).rounded(.up), Double(maxCellReach)))
  }
}
