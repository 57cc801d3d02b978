/// The ground under a unit, as cases are kept: which journals hold its cases, and where in them.
///
/// A unit's ground is one district and a path there; a city's are its districts, each as a whole. Whoever asks for cases
/// asks each of these districts for what lies under the path, whether it is one or nine.
public struct Territory: Sendable, Hashable {
  /// In order of code; none for a unit that the network does not have.
  public let districts: [UnitCode]
  /// The unit's path from its district down, each code ending in a slash; empty for whole districts.
  public let unitPath: String

  public init(districts: [UnitCode], unitPath: String) {
    self.districts = districts
    self.unitPath = unitPath
  }

  public static let nowhere = Territory(districts: [], unitPath: "")

  /// Whether every case of the districts lies in it.
  public var isWhole: Bool { unitPath.isEmpty || districts.count == 1 && unitPath == "\(districts[0])/" }

  /// Whether a unit with this path lies in it.
  public func covers(unitPath path: String) -> Bool {
    guard path.utf8.starts(with: unitPath.utf8) else { return false }
    let district = path.utf8.prefix { $0 != UInt8(ascii: "/") }
    return districts.contains { $0.text.utf8.elementsEqual(district) }
  }
}

extension UnitTree {
  /// The ground of a unit, or of the city: its own path and journal, or every district.
  public func territory(of code: UnitCode) -> Territory {
    if let city, city.code == code { return Territory(districts: roots.map(\.code).sorted(), unitPath: "") }
    guard let district = district(of: code) else { return .nowhere }
    return Territory(districts: [district], unitPath: pathText(to: code))
  }

  /// The unit, or the city above the districts, in which people are though no case lies there.
  public func place(_ code: UnitCode) -> Unit? { city.flatMap { $0.code == code ? $0 : nil } ?? self[code] }

  /// From the city, where there is one, or else from the district down to the unit.
  public func placePath(to code: UnitCode) -> [Unit] {
    if let city, city.code == code { return [city] }
    let path = path(to: code)
    return path.isEmpty ? [] : (city.map { [$0] } ?? []) + path
  }

  /// What the unit lies under: of a district the city, where there is one.
  public func parent(of unit: Unit) -> UnitCode? {
    unit.parent ?? city.flatMap { $0.code == unit.code ? nil : $0.code }
  }

  /// The codes under which accounts and rosters of the people at the unit and below are kept: the unit's district's, of
  /// the city those of all districts and its own.
  public func homes(of code: UnitCode) -> [UnitCode] {
    territory(of: code).districts + (city.flatMap { $0.code == code ? [code] : nil } ?? [])
  }
}
