public import Domain
import PostgresClient

/// What of the cases someone may see: the ground under their unit, which is a part of one district or all districts of a
/// city, and, by role, a part of the cases there.
public struct CaseSight: Sendable, Hashable {
  public enum Restriction: Sendable, Hashable {
    case none
    /// Only the cases that this department leads or has, or had, a part in.
    case department(DepartmentCode)
    /// Only the cases that discipline inspection was told of, and those with an appeal, which it decides.
    case accountable
    /// Only what this actor handed in, as the journal writes actors.
    case submitted(by: String)
    case nothing
  }

  public let territory: Territory
  public let restriction: Restriction

  public init(territory: Territory, restriction: Restriction) {
    self.territory = territory
    // A unit that the network no longer has holds nothing.
    self.restriction = territory.districts.isEmpty ? .nothing : restriction
  }

  /// What the actor sees: their unit's subtree; a handler there the cases in which their department has a share, an
  /// inspector those with an accountability record or an appeal, a machine what it handed in.
  public init(of actor: Actor, policy: NetworkPolicy) {
    let restriction: Restriction =
      switch actor.role {
      case .handler: actor.department.map { .department($0) } ?? .nothing
      case .inspector: .accountable
      case .source: .submitted(by: actor.text)
      case .officer, .dispatcher, .supervisor, .hotline, .auditor, .admin: .none
      case nil: .nothing
      }
    self.init(territory: actor.unit.map { policy.units.territory(of: $0) } ?? .nowhere, restriction: restriction)
  }

  /// Whether the unit lies in what is seen.
  public func covers(unitPath path: String) -> Bool {
    restriction != .nothing && territory.covers(unitPath: path)
  }

  /// The same sight, of no more than these districts.
  public func among(_ districts: [UnitCode]) -> CaseSight {
    let shared = territory.districts.filter { districts.contains($0) }
    return CaseSight(
      territory: Territory(districts: shared, unitPath: territory.unitPath), restriction: restriction)
  }

  /// The same sight of each district by itself, in order of code. Lists ask so: the rows of one district come out of its
  /// index in order, and the lists of several are merged.
  public var byDistrict: [CaseSight] { territory.districts.map { among([$0]) } }
}

extension Conditions {
  /// Cases `c` within the sight.
  public mutating func add(_ sight: CaseSight) {
    let ground = sight.territory
    add("c.district", among: ground.districts)
    switch sight.restriction {
    case .none: add(subtree: ground.unitPath)
    case .department(let department):
      add(subtree: ground.unitPath)
      add(involving: department, ground.districts)
    case .accountable:
      add(subtree: ground.unitPath)
      add(
        """
        (c.marks & 16 <> 0
          OR EXISTS (SELECT FROM accountability a WHERE a.district = c.district AND a.case_number = c.number))
        """)
    case .submitted(let actor):
      add(
        """
        (c.finder = ? OR EXISTS (SELECT FROM reports s WHERE s.district = c.district AND s.case_number = c.number
          AND s.submitter = ?))
        """, .text(actor), .text(actor))
    case .nothing: add("false")
    }
  }

  /// Cases `c` that the department leads or has, or had, a part in.
  public mutating func add(involving department: DepartmentCode, _ districts: [UnitCode]) {
    add(
      """
      (c.lead = ? OR (c.district, c.number) IN (SELECT p.district, p.case_number FROM case_parts p
        WHERE p.district = ANY(?) AND p.department = ?))
      """, .text(department.text), .texts(districts.map(\.text)), .text(department.text))
  }

  /// Cases `c` of the unit with this path and of all below it; of whole districts, whose path is empty, every case. A
  /// range rather than LIKE, which no index serves once the prefix is a parameter.
  public mutating func add(subtree path: String) {
    if path.isEmpty { return }
    // The slash at the end is the last byte; the next character bounds everything that begins with the path.
    add("c.unit_path >= ? AND c.unit_path < ?", .text(path), .text(path.dropLast() + "0"))
  }
}
