/// One unit of the territory.
public struct Unit: Sendable, Hashable {
  public let code: UnitCode
  public let parent: UnitCode?
  /// The tier's name as `network.yaml` orders them, e.g. `district`, `street`, `community`, `grid`.
  public let tier: String
  public let nameZh: String
  public let nameEn: String
  /// Served by an officer of its own rather than shared (Pidu's 专属网格).
  public let exclusive: Bool

  public init(
    code: UnitCode, parent: UnitCode?, tier: String, nameZh: String, nameEn: String, exclusive: Bool = false
  ) {
    self.code = code
    self.parent = parent
    self.tier = tier
    self.nameZh = nameZh
    self.nameEn = nameEn
    self.exclusive = exclusive
  }
}

/// A tier of the territory, highest first in ``UnitTree/tiers``.
public struct Tier: Sendable, Hashable {
  public let name: String
  public let labelZh: String
  public let labelEn: String

  public init(name: String, labelZh: String, labelEn: String) {
    self.name = name
    self.labelZh = labelZh
    self.labelEn = labelEn
  }
}

/// The units of one network, each under its parent. A value that was checked when it was made: every parent exists,
/// no cycle, one root per district.
public struct UnitTree: Sendable {
  public let tiers: [Tier]
  /// The units in force.
  public let units: [Unit]
  /// Units that are in force no longer, each under the unit it stood under. Their cases still lie there, so their codes,
  /// names and paths are known; but they are nobody's children and nothing is filed there any more.
  public let retired: [Unit]
  /// What all districts together are, where they are one city. Nothing lies in it but the districts: it stands above the
  /// tiers, has no journal, and no case is filed there; it is a place of people, who see and act over all districts.
  public let city: Unit?
  /// Those in force, and after them those that are not.
  private let all: [Unit]
  private let indexByCode: [UnitCode: Int]
  private let parentIndex: [Int]
  private let childIndices: [[Int]]
  private let pathTexts: [String]

  /// Throws ``UnitTreeFault`` when a parent is unknown, a code stands twice, or the parents make a cycle.
  ///
  /// - Parameters:
  ///   - city: of a code that no unit has.
  ///   - retired: units of the past; one whose code another has again, or of whose place nothing is known any more, is
  ///     left out.
  public init(tiers: [Tier], units: [Unit], city: Unit? = nil, retired: [Unit] = []) throws(UnitTreeFault) {
    if let city, units.contains(where: { $0.code == city.code }) { throw .duplicateCode(city.code) }
    let inForce = units
    let retired = Self.placed(retired, under: inForce)
    let units = retired.isEmpty ? inForce : inForce + retired
    var indexByCode: [UnitCode: Int] = [:]
    indexByCode.reserveCapacity(units.count)
    for (index, unit) in units.enumerated() where indexByCode.updateValue(index, forKey: unit.code) != nil {
      throw .duplicateCode(unit.code)
    }
    var parentIndex = [Int](repeating: -1, count: units.count)
    var childIndices = [[Int]](repeating: [], count: units.count)
    for (index, unit) in units.enumerated() {
      guard let parent = unit.parent else { continue }
      guard let found = indexByCode[parent] else { throw .unknownParent(unit.code, parent) }
      parentIndex[index] = found
      if index < inForce.count { childIndices[found].append(index) }
    }
    for start in units.indices {
      var current = start
      var steps = 0
      while parentIndex[current] >= 0 {
        current = parentIndex[current]
        steps += 1
        if steps > units.count { throw .cycle(units[start].code) }
      }
    }
    self.tiers = tiers
    self.units = inForce
    self.retired = retired
    self.city = city
    all = units
    roots = inForce.filter { $0.parent == nil }
    self.indexByCode = indexByCode
    self.parentIndex = parentIndex
    self.childIndices = childIndices
    pathTexts = units.indices.map { start in
      var (current, text) = (start, "\(units[start].code)/")
      while parentIndex[current] >= 0 {
        current = parentIndex[current]
        text = "\(units[current].code)/\(text)"
      }
      return text
    }
  }

  /// Those of the past that still have a place under units in force or under one another.
  private static func placed(_ retired: [Unit], under units: [Unit]) -> [Unit] {
    if retired.isEmpty { return [] }
    var known = Set(units.map(\.code))
    var waiting = retired.filter { !known.contains($0.code) && $0.parent != nil }
    var placed: [Unit] = []
    while true {
      var left: [Unit] = []
      for unit in waiting where !known.contains(unit.code) {
        if let parent = unit.parent, known.contains(parent) {
          known.insert(unit.code)
          placed.append(unit)
        } else {
          left.append(unit)
        }
      }
      if left.count == waiting.count || left.isEmpty { return placed }
      waiting = left
    }
  }

  /// Also of one that is in force no longer.
  public subscript(code: UnitCode) -> Unit? { indexByCode[code].map { all[$0] } }

  /// Whether reports may be filed there now.
  public func isInForce(_ code: UnitCode) -> Bool { indexByCode[code].map { $0 < units.count } ?? false }

  /// The units without a parent: the districts, each with a journal of its own.
  public let roots: [Unit]

  /// From the root down to the unit itself; empty when the unit is unknown.
  public func path(to code: UnitCode) -> [Unit] {
    guard var index = indexByCode[code] else { return [] }
    var path = [all[index]]
    while parentIndex[index] >= 0 {
      index = parentIndex[index]
      path.append(all[index])
    }
    return path.reversed()
  }

  /// The codes from the root down to the unit, each ending in a slash: a subtree is all that begins alike. Empty when the
  /// unit is unknown.
  public func pathText(to code: UnitCode) -> String { indexByCode[code].map { pathTexts[$0] } ?? "" }

  /// The unit itself or the nearest one above it that stands on the tier, the city's own included; nil when there is
  /// none, as in a network without that tier.
  public func unit(of code: UnitCode, at tier: String) -> Unit? {
    if let city, city.tier == tier || city.code == code { return city.tier == tier ? city : nil }
    guard var index = indexByCode[code] else { return nil }
    while all[index].tier != tier {
      guard parentIndex[index] >= 0 else { return nil }
      index = parentIndex[index]
    }
    return all[index]
  }

  /// The unit on the tier, or else the nearest one above that tier; the root where the network has no such tier. Nil
  /// only when the unit is unknown.
  public func unit(of code: UnitCode, atOrAbove tier: String) -> Unit? {
    if let city, city.tier == tier || city.code == code { return city }
    guard var index = indexByCode[code] else { return nil }
    let reachable = tiers.firstIndex { $0.name == tier }.map { tiers[...$0] } ?? []
    while parentIndex[index] >= 0, !reachable.contains(where: { $0.name == all[index].tier }) {
      index = parentIndex[index]
    }
    return all[index]
  }

  /// The district whose journal holds the unit's cases.
  public func district(of code: UnitCode) -> UnitCode? {
    guard var index = indexByCode[code] else { return nil }
    while parentIndex[index] >= 0 { index = parentIndex[index] }
    return all[index].code
  }

  /// Right under the unit; under the city lie the districts.
  public func children(of code: UnitCode) -> [Unit] {
    if let city, city.code == code { return roots }
    return indexByCode[code].map { childIndices[$0].map { all[$0] } } ?? []
  }

  /// Whether `code` is `ancestor` or lies under it; under the city lies every unit.
  public func contains(_ ancestor: UnitCode, _ code: UnitCode) -> Bool {
    if let city, city.code == ancestor { return code == ancestor || indexByCode[code] != nil }
    guard var index = indexByCode[code], let sought = indexByCode[ancestor] else { return false }
    while index != sought {
      guard parentIndex[index] >= 0 else { return false }
      index = parentIndex[index]
    }
    return true
  }

  public var finestTier: String { tiers.last?.name ?? "" }
}

/// Why a list of units is no tree.
public enum UnitTreeFault: Error, Sendable, Equatable {
  case duplicateCode(UnitCode)
  case unknownParent(UnitCode, UnitCode)
  case cycle(UnitCode)
}
