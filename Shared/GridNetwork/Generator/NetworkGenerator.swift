public import Domain

/// A generated territory: its units from the districts down to the grids, and the shape of every grid.
public struct GeneratedNetwork: Sendable {
  public let units: [Unit]
  /// Grids in ascending order of code; empty when only the units were asked for.
  public let shapes: [(code: UnitCode, shape: Shape)]
}

/// Makes a plausible, gap-free plan of a territory where its true boundaries are not at hand.
///
/// Grid codes follow GB/T 30428.1: nine digits of the street, three of the community, three of the sequence, numbered
/// from west to east and from north to south within the community.
public enum NetworkGenerator {
  /// The most grids a community may have: the sequence has three digits.
  public static let maxGridsPerCommunity = 999

  /// The same parameters make the same network on every machine. Takes some hundred milliseconds for 5,000 grids, about
  /// a second for 18,000.
  /// - Parameter drawsShapes: false where the units alone are asked for.
  public static func generate(
    _ parameters: GeneratorParameters, drawsShapes: Bool = true
  ) throws(GeneratorFault) -> GeneratedNetwork {
    guard parameters.tiers.count == 4 else { throw .badParameter("a generated network has four tiers") }
    for street in parameters.streets where street.communities < 1 || street.grids < street.communities {
      throw .badParameter("street \(street.code) has fewer grids than communities")
    }
    let districts = try parameters.streets.map { (street) throws(GeneratorFault) in
      try parameters.district(of: street)
    }
    let lattice = try CellLattice(parameters: parameters)
    let plan = try StreetPlan(parameters.streets, lattice: lattice)
    var units: [Unit] = []
    var shapes: [(code: UnitCode, shape: Shape)] = []
    for district in parameters.districts {
      units.append(
        Unit(
          code: district.code, parent: nil, tier: parameters.tiers[0], nameZh: district.nameZh,
          nameEn: district.nameEn))
      for (index, street) in parameters.streets.enumerated() where districts[index] == district.code {
        units.append(
          Unit(
            code: street.code, parent: district.code, tier: parameters.tiers[1], nameZh: street.nameZh,
            nameEn: street.nameEn))
        let made = try StreetGenerator(
          parameters: parameters, lattice: lattice, street: street, cells: plan.cellsByStreet[index],
          drawsShapes: drawsShapes
        ).generate(seed: SplitMix.mix(parameters.seed &+ UInt64(index)))
        units.append(contentsOf: made.units)
        shapes.append(contentsOf: made.shapes)
      }
    }
    return GeneratedNetwork(units: units, shapes: shapes.sorted { $0.code < $1.code })
  }
}

extension GeneratorParameters {
  /// The district whose code the street's own begins with; the only one, where there is one.
  fileprivate func district(of street: Street) throws(GeneratorFault) -> UnitCode {
    if districts.count == 1 { return districts[0].code }
    guard let district = districts.first(where: { street.code.text.hasPrefix($0.code.text) }) else {
      throw .badParameter("the code of street \(street.code) begins with that of no district")
    }
    return district.code
  }
}

/// The communities and grids of one street.
private struct StreetGenerator {
  let parameters: GeneratorParameters
  let lattice: CellLattice
  let street: GeneratorParameters.Street
  let cells: [Int]
  let drawsShapes: Bool

  func generate(seed: UInt64) throws(GeneratorFault) -> GeneratedNetwork {
    var weights = [Double](repeating: 0, count: lattice.columns * lattice.rows)
    for cell in cells { weights[cell] = density(cell) }
    var partition = Partition(lattice: lattice, weights: weights, random: SplitMix(seed: seed))
    let communities = partition.communities(cells, street.communities, grids: street.grids)
    var units: [Unit] = []
    var shapes: [(code: UnitCode, shape: Shape)] = []
    for (number, community) in inReadingOrder(communities, \.cells).enumerated() {
      let code = UnitCode(street.code.text + threeDigits(number + 1))
      guard community.grids <= NetworkGenerator.maxGridsPerCommunity else {
        throw .tooManyGrids(community: code, grids: community.grids)
      }
      let name = (
        zh: fill(parameters.communityNameZh, street.nameZh, number + 1, digits: 2),
        en: fill(parameters.communityNameEn, street.nameEn, number + 1, digits: 2)
      )
      units.append(
        Unit(code: code, parent: street.code, tier: parameters.tiers[2], nameZh: name.zh, nameEn: name.en))
      let grids = partition.grids(community.cells, community.grids)
      for (number, grid) in inReadingOrder(grids, \.self).enumerated() {
        let gridCode = UnitCode(code.text + threeDigits(number + 1))
        units.append(
          Unit(
            code: gridCode, parent: code, tier: parameters.tiers[3],
            nameZh: fill(parameters.gridNameZh, name.zh, number + 1, digits: 3),
            nameEn: fill(parameters.gridNameEn, name.en, number + 1, digits: 3)))
        if drawsShapes { shapes.append((gridCode, Outline.union(of: grid.map(lattice.shape(of:))))) }
      }
    }
    return GeneratedNetwork(units: units, shapes: shapes)
  }

  /// Within a quarter of the street's extent of its centre a cell counts up to `density` times.
  private func density(_ cell: Int) -> Double {
    let middle = lattice.middle(of: cell)
    let scale = Metric.cosine(ofDegrees: middle.latitude)
    let dx = (middle.longitude - street.centre.longitude) * scale * 111.2
    let dy = (middle.latitude - street.centre.latitude) * 111.2
    let reach = street.squareKilometres / 3
    return 1 + (street.density - 1) * max(0, 1 - (dx * dx + dy * dy) / reach)
  }

  /// Rows from north to south, each from west to east, as text is read.
  private func inReadingOrder<Part>(_ parts: [Part], _ cells: (Part) -> [Int]) -> [Part] {
    let count = parts.reduce(0) { $0 + cells($1).count }
    let areaPerPart = Double(max(count, 1)) / Double(max(parts.count, 1))
    let bandRows = max(1, areaPerPart.squareRoot())
    let placed = parts.map { part -> (band: Int, column: Double, first: Int, part: Part) in
      let list = cells(part)
      let row = Double(list.reduce(0) { $0 + $1 / lattice.columns }) / Double(list.count)
      let column = Double(list.reduce(0) { $0 + $1 % lattice.columns }) / Double(list.count)
      return (Int((Double(lattice.rows) - row) / bandRows), column, list[0], part)
    }
    return placed.sorted { ($0.band, $0.column, $0.first) < ($1.band, $1.column, $1.first) }.map(\.part)
  }

  private func threeDigits(_ number: Int) -> String { padded(number, digits: 3) }

  private func padded(_ number: Int, digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private func fill(_ template: String, _ parent: String, _ number: Int, digits: Int) -> String {
    template.replacing("{parent}", with: parent).replacing("{number}", with: padded(number, digits: digits))
  }
}
