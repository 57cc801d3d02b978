import Domain

/// How the changes that a network's files carry make its units and shapes what they are.
extension NetworkReading {
  /// Reads the changes. Those of later days than the one that is asked for are passed over.
  mutating func readGridChanges() throws(NetworkSourceError) {
    guard let bytes = try file(GridChangeRecord.fileName) else { return }
    let all = GridChangesReader(faults: faults).read(bytes)
    var seen: Set<String> = []
    for change in all where !seen.insert(change.record.id).inserted {
      faults.add(
        GridChangeRecord.fileName, change.line, "the change \(change.record.id) stands twice", remedy: "remove one")
    }
    changes = changesUntil.map { day in all.filter { $0.record.effective <= day } } ?? all
  }

  /// Retires the units that give way and puts those that come in their place, change by change.
  mutating func applyChangesToUnits() {
    for change in changes {
      let record = change.record
      let kept = record.codes
      for code in record.replaces where !unitCodes.contains(code) {
        changeFault(
          change, change.line, "the change \(record.id) replaces \(code), which is no unit in force",
          remedy: "take the units and shapes that the change was drawn on, or withdraw it from the file")
      }
      let place = units.firstIndex { record.replaces.contains($0.code) } ?? units.endIndex
      let gone = units.filter { record.replaces.contains($0.code) }
      units.removeAll { record.replaces.contains($0.code) }
      for unit in gone {
        unitCodes.remove(unit.code)
        if !kept.contains(unit.code) { retiredUnits.append(unit) }
      }
      var come: [Unit] = []
      for drawn in record.grids {
        let grid = drawn.grid
        checkForm(of: grid, in: change)
        guard unitCodes.insert(grid.code).inserted else {
          changeFault(
            change, change.lines[grid.code], "the code \(grid.code) is another unit's",
            remedy: "give it a code of its own")
          continue
        }
        come.append(
          Unit(
            code: grid.code, parent: grid.parent, tier: tiers.last?.name ?? "", nameZh: grid.nameZh,
            nameEn: grid.nameEn, exclusive: grid.exclusive))
      }
      units.insert(contentsOf: come, at: min(place, units.endIndex))
    }
  }

  private func checkForm(of grid: ProposedGrid, in change: PlacedGridChange) {
    let line = change.lines[grid.code]
    if let tier = tiers.last?.name, let digits = codeDigits[tier],
      grid.code.text.utf8.count != digits || !grid.code.text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 })
    {
      changeFault(change, line, "the code \(grid.code) has not the form of a \(tier)", remedy: "use \(digits) digits")
    }
    if !unitCodes.contains(grid.parent) {
      changeFault(change, line, "unknown parent \(grid.parent)", remedy: "name a unit in force above the grids")
    }
  }

  private func changeFault(_ change: PlacedGridChange, _ line: Int?, _ message: String, remedy: String) {
    faults.add(GridChangeRecord.fileName, line ?? change.line, message, remedy: remedy)
    faults.markIncomplete(Self.unitsFile)
  }

  /// The shapes as the changes leave them. A corner that a change sets on the border of a neighbour becomes a corner of
  /// the neighbour's, so that the two still share their border point by point.
  func applyingChanges(to features: [UnitFeature]) -> [UnitFeature] {
    if changes.isEmpty { return features }
    var features = features
    for change in changes {
      let record = change.record
      features.removeAll { record.replaces.contains($0.code) }
      let come = record.grids.map { drawn in
        UnitFeature(
          code: drawn.grid.code,
          feature: Feature(properties: [:], shape: drawn.shape, line: change.lines[drawn.grid.code] ?? change.line))
      }
      BorderCorners(of: come.map(\.feature.shape)).add(to: &features)
      features += come
    }
    return features
  }
}

/// Sets corners of new shapes into the borders of those around them.
struct BorderCorners {
  /// How far beside a border a corner may lie that is meant to lie on it, in steps of the lattice: rounding to the
  /// lattice moves it by less than one.
  static let maxStepsBeside = 2.0

  private let corners: [LatticePoint]
  private let box: LatticeBox?

  init(of shapes: [Shape]) {
    corners = Array(Set(shapes.flatMap { $0.rings.joined() })).sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    box = LatticeBox(around: corners)
  }

  func add(to features: inout [UnitFeature]) {
    guard let box else { return }
    for index in features.indices {
      let feature = features[index].feature
      guard let other = feature.shape.box, other.minimum.x <= box.maximum.x, other.maximum.x >= box.minimum.x,
        other.minimum.y <= box.maximum.y, other.maximum.y >= box.minimum.y
      else { continue }
      let polygons = feature.shape.polygons.map { polygon in
        LatticePolygon(outer: adding(to: polygon.outer), holes: polygon.holes.map(adding))
      }
      features[index] = UnitFeature(
        code: features[index].code,
        feature: Feature(properties: feature.properties, shape: Shape(polygons: polygons), line: feature.line))
    }
  }

  private func adding(to ring: Ring) -> Ring {
    let own = Set(ring)
    var result: Ring = []
    for (index, start) in ring.enumerated() {
      let end = ring[index + 1 == ring.count ? 0 : index + 1]
      result.append(start)
      result += corners.filter { !own.contains($0) && Self.lies($0, on: start, end) }
        .sorted { Self.squared($0, start) < Self.squared($1, start) }
    }
    return result
  }

  /// Whether the corner lies on the edge, but for rounding, and between its ends.
  private static func lies(_ corner: LatticePoint, on start: LatticePoint, _ end: LatticePoint) -> Bool {
    let beside = Int32(maxStepsBeside)
    guard corner.x >= min(start.x, end.x) - beside, corner.x <= max(start.x, end.x) + beside,
      corner.y >= min(start.y, end.y) - beside, corner.y <= max(start.y, end.y) + beside
    else { return false }
    let (dx, dy) = (Double(end.x) - Double(start.x), Double(end.y) - Double(start.y))
    let (px, py) = (Double(corner.x) - Double(start.x), Double(corner.y) - Double(start.y))
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 0 else { return false }
    let along = (px * dx + py * dy) / length
    let across = abs(px * dy - py * dx) / length
    return across <= maxStepsBeside && along > 0 && along < length
  }

  private static func squared(_ first: LatticePoint, _ second: LatticePoint) -> Double {
    let (dx, dy) = (Double(first.x) - Double(second.x), Double(first.y) - Double(second.y))
    return dx * dx + dy * dy
  }
}
