/// Holders of a role at a unit, or of a department: `role@unit` or `role@unit/department`.
public struct ReceiverAddress: Sendable, Hashable {
  public let role: String
  public let unit: UnitCode
  public let department: DepartmentCode?

  public init(role: String, unit: UnitCode, department: DepartmentCode? = nil) {
    self.role = role
    self.unit = unit
    self.department = department
  }

  /// Nil unless the text has the form of ``text``.
  public init?(_ text: String) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    let place = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard !place[0].isEmpty else { return nil }
    role = String(parts[0])
    unit = UnitCode(String(place[0]))
    department = place.count == 2 ? DepartmentCode(String(place[1])) : nil
  }

  public var text: String {
    department.map { "\(role)@\(unit)/\($0)" } ?? "\(role)@\(unit)"
  }
}

extension Receiver {
  /// Who that is for a case at this unit with this lead department. Where the case's unit lies above the receiver's tier
  /// it is that unit, in a network without the tier the unit at the top; for a case without a lead department the
  /// district's.
  ///
  /// - Parameter clockDepartment: whose clock it is, where that is not the lead department.
  public func address(
    unit: UnitCode, lead: DepartmentCode?, clockDepartment: DepartmentCode? = nil, policy: NetworkPolicy
  ) -> ReceiverAddress {
    let top = policy.units.district(of: unit) ?? unit
    switch place {
    case .tier(let tier):
      return ReceiverAddress(role: role.rawValue, unit: policy.units.unit(of: unit, atOrAbove: tier)?.code ?? top)
    case .leadDepartment: return address(of: lead, top: top, policy: policy)
    case .clockDepartment: return address(of: clockDepartment ?? lead, top: top, policy: policy)
    case .department(let code): return address(of: code, top: top, policy: policy)
    }
  }

  private func address(of department: DepartmentCode?, top: UnitCode, policy: NetworkPolicy) -> ReceiverAddress {
    guard let department else { return ReceiverAddress(role: role.rawValue, unit: top) }
    return ReceiverAddress(
      role: role.rawValue, unit: policy.departments[department]?.unit ?? top, department: department)
  }
}
