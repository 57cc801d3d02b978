public import Domain
import PostgresClient

/// What of a district's cases someone may see: a subtree of its units and, by role, a part of the cases there.
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

  public let district: UnitCode
  /// The unit's path from the district down, each code ending in a slash.
  public let unitPath: String
  public let restriction: Restriction

  public init(district: UnitCode, unitPath: String, restriction: Restriction) {
    self.district = district
    self.unitPath = unitPath
    // A unit that the network no longer has holds nothing: an empty prefix would be everything.
    self.restriction = unitPath.isEmpty ? .nothing : restriction
  }

  /// What the actor sees: their unit's subtree; a handler there the cases in which their department has a share, an
  /// inspector those with an accountability record or an appeal, a machine what it handed in.
  public init(of actor: Actor, district: UnitCode, policy: NetworkPolicy) {
    let path = actor.unit.map { policy.unitPath($0) } ?? ""
    let restriction: Restriction =
      switch actor.role {
      case .handler: actor.department.map { .department($0) } ?? .nothing
      case .inspector: .accountable
      case .source: .submitted(by: actor.text)
      case .officer, .dispatcher, .supervisor, .hotline, .auditor, .admin: .none
      case nil: .nothing
      }
    self.init(district: district, unitPath: path, restriction: restriction)
  }

  /// Whether the unit lies in what is seen.
  public func covers(unitPath path: String) -> Bool {
    restriction != .nothing && path.utf8.starts(with: unitPath.utf8)
  }
}

extension Conditions {
  /// Cases `c` within the sight.
  public mutating func add(_ sight: CaseSight) {
    add("c.district = ?", .text(sight.district.text))
    switch sight.restriction {
    case .none: add(subtree: sight.unitPath)
    case .department(let department):
      add(subtree: sight.unitPath)
      add(involving: department, sight.district)
    case .accountable:
      add(subtree: sight.unitPath)
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
  public mutating func add(involving department: DepartmentCode, _ district: UnitCode) {
    add(
      """
      (c.lead = ? OR c.number IN (SELECT p.case_number FROM case_parts p WHERE p.district = ? AND p.department = ?))
      """, .text(department.text), .text(district.text), .text(department.text))
  }

  /// Cases `c` of the unit with this path and of all below it. A range rather than LIKE, which no index serves once the
  /// prefix is a parameter.
  public mutating func add(subtree path: String) {
    // The slash at the end is the last byte; the next character bounds everything that begins with the path.
    add("c.unit_path >= ? AND c.unit_path < ?", .text(path), .text(path.dropLast() + "0"))
  }
}
