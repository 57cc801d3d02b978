/// Cuts a connected list of cells again and again until there are so many connected parts.
struct Partition {
  let lattice: CellLattice
  /// How much each cell of the lattice counts: cells in dense quarters count more, so that their units are smaller.
  let weights: [Double]
  var random: SplitMix

  /// The cells of one community and the number of grids it shall have.
  struct Community {
    let cells: [Int]
    let grids: Int
  }

  /// `communities` connected parts with `grids` grids between them, at least one each.
  mutating func communities(_ cells: [Int], _ communities: Int, grids: Int) -> [Community] {
    guard communities > 1 else { return [Community(cells: cells, grids: grids)] }
    let first = communities / 2
    let share = Double(first) / Double(communities) * (0.85 + 0.3 * random.unit())
    let (left, right) = cut(cells, share: share, atLeast: first, communities - first)
    let second = communities - first
    var leftGrids = Int((Double(grids) * total(left) / (total(left) + total(right))).rounded())
    leftGrids = min(max(leftGrids, first, grids - right.count), left.count, grids - second)
    return self.communities(left, first, grids: leftGrids)
      + self.communities(right, second, grids: grids - leftGrids)
  }

  /// Exactly `count` connected parts; the list has at least so many cells.
  mutating func grids(_ cells: [Int], _ count: Int) -> [[Int]] {
    guard count > 1 else { return [cells] }
    let first = count / 2
    let (left, right) = cut(cells, share: Double(first) / Double(count), atLeast: 1, 1)
    var leftCount = Int((Double(count) * total(left) / (total(left) + total(right))).rounded())
    leftCount = min(max(leftCount, 1, count - right.count), left.count, count - 1)
    return grids(left, leftCount) + grids(right, count - leftCount)
  }

  private func total(_ cells: [Int]) -> Double {
    var sum = 0.0
    for cell in cells { sum += weights[cell] }
    return sum
  }

  /// Two connected parts: a straight cut across the longer side, and whatever it cuts off joins the other side.
  private mutating func cut(
    _ cells: [Int], share: Double, atLeast leastLeft: Int, _ leastRight: Int
  ) -> (left: [Int], right: [Int]) {
    let sorted = sortedAcross(cells)
    let goal = total(cells) * share
    var count = 0
    var sum = 0.0
    while count < sorted.count, sum < goal {
      sum += weights[sorted[count]]
      count += 1
    }
    count = min(max(count, leastLeft), sorted.count - leastRight)
    let core = Set(lattice.largestPart(of: Array(sorted[..<count]).sorted()))
    let right = lattice.largestPart(of: cells.filter { !core.contains($0) })
    let taken = Set(right)
    return (cells.filter { !taken.contains($0) }, right)
  }

  /// The cells along the direction in which they stretch further, tilted a little so that borders are no ruled lines.
  private mutating func sortedAcross(_ cells: [Int]) -> [Int] {
    let xs = cells.map { $0 % lattice.columns }
    let ys = cells.map { $0 / lattice.columns }
    let width = (xs.max() ?? 0) - (xs.min() ?? 0)
    let height = (ys.max() ?? 0) - (ys.min() ?? 0)
    let tilt = Int(random.next() % 7) - 3
    let (stepX, stepY) = width >= height ? (8, tilt) : (tilt, 8)
    // One number for each cell, its place across before its own number: so they sort without a comparison of pairs.
    let keyed = cells.map { cell in
      ((cell % lattice.columns) * stepX + (cell / lattice.columns) * stepY) << 32 | cell
    }
    return keyed.sorted().map { $0 & 0xFFFF_FFFF }
  }
}
