/// Who does something to a case.
public struct Actor: Sendable, Hashable {
  public enum Kind: String, Sendable { case user, source, service }
  public let kind: Kind
  public let name: String
  public let role: Role?
  public let unit: UnitCode?
  public let department: DepartmentCode?

  public init(kind: Kind, name: String, role: Role? = nil, unit: UnitCode? = nil, department: DepartmentCode? = nil) {
    self.kind = kind
    self.name = name
    self.role = role
    self.unit = unit
    self.department = department
  }

  public static func service(_ name: String) -> Actor { Actor(kind: .service, name: name) }

  /// As the journal writes it: `user:li`, `source:camera`, `service:dispatcher`.
  public var text: String { "\(kind.rawValue):\(name)" }
}
