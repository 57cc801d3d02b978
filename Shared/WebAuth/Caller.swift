public import Domain

/// Who sends a request: a person who signed in, or a machine with a key.
public struct Caller: Sendable, Hashable {
  public enum Kind: String, Sendable {
    case user
    case key
  }

  /// The user's or the key's name; with `kind` and `district` it names the caller in the journal.
  public let name: String
  public let kind: Kind
  public let role: Role
  /// What the caller may see is this unit's subtree.
  public let unit: UnitCode
  /// Where the role has one.
  public let department: DepartmentCode?
  /// Of a key: which kind of source its reports are from, where it is bound to one.
  public let source: String?
  /// The district the account belongs to.
  public let district: UnitCode
  /// Of a key that is limited: how much it may hand in.
  public let allowance: ReportAllowance?

  public init(
    name: String, kind: Kind, role: Role, unit: UnitCode, department: DepartmentCode?, source: String? = nil,
    district: UnitCode, allowance: ReportAllowance? = nil
  ) {
    self.name = name
    self.kind = kind
    self.role = role
    self.unit = unit
    self.department = department
    self.source = source
    self.district = district
    self.allowance = allowance
  }
}

/// How much a key may hand in.
public struct ReportAllowance: Sendable, Hashable {
  /// What a limit may be.
  public static let perMinute: ClosedRange<Int32> = 1...1_000_000

  /// The key's identifier, as names need not be unique.
  public let key: String
  public let reportsPerMinute: Int32

  public init(key: String, reportsPerMinute: Int32) {
    self.key = key
    self.reportsPerMinute = reportsPerMinute
  }
}
