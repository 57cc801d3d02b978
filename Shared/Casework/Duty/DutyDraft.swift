public import Domain

/// An entry of a roster, or an absence, as someone asks for it.
public struct DutyDraft: Sendable, Hashable {
  /// How long one entry may last, in days.
  public static let maxEntryDays: Int64 = 400

  public enum Kind: String, CaseIterable, Sendable { case shift, absence }

  /// Why it cannot be entered: the field, a code, and what to do.
  public struct Fault: Sendable, Hashable, Error, CustomStringConvertible {
    public let field: String
    public let code: String
    public let detail: String
    public var description: String { detail }
  }

  public var kind: Kind
  public var username: String
  public var role: Role?
  public var unit: UnitCode?
  public var department: DepartmentCode?
  public var starts: Instant
  public var ends: Instant
  public var substituteFor: String?

  public init(
    kind: Kind, username: String, role: Role? = nil, unit: UnitCode? = nil, department: DepartmentCode? = nil,
    starts: Instant, ends: Instant, substituteFor: String? = nil
  ) {
    self.kind = kind
    self.username = username
    self.role = role
    self.unit = unit
    self.department = department
    self.starts = starts
    self.ends = ends
    self.substituteFor = substituteFor
  }

  private static var freshID: String { String(UInt64.random(in: 1 << 50..<1 << 55), radix: 32) }

  /// The entry that is asked for. What it leaves open is taken from the person it is about: a substitute stands at the
  /// post of whom they stand in for, everyone else at their own.
  ///
  /// - Parameters:
  ///   - holder: the post that the person holds; nil for someone unknown or disabled.
  ///   - substituted: the post of whom they stand in for, who may be disabled by now.
  /// - Throws: ``Fault`` for the first field that is not possible.
  public func entry(
    holder: ReceiverAddress?, substituted: ReceiverAddress?, policy: NetworkPolicy, by actor: String
  ) throws(Fault) -> DutyEntry {
    guard let holder else {
      throw Fault(field: "username", code: "unknown_user", detail: "There is no such user, or they may not sign in.")
    }
    guard ends > starts, ends <= starts + Self.maxEntryDays * 86_400 else {
      throw Fault(
        field: "until", code: "out_of_range", detail: "It ends after it begins, within \(Self.maxEntryDays) days.")
    }
    if kind == .absence {
      return DutyEntry(
        id: Self.freshID, post: nil, username: username, starts: starts, ends: ends, createdBy: actor)
    }
    if let substituteFor {
      guard substituteFor != username else {
        throw Fault(field: "substitute_for", code: "same_user", detail: "Nobody stands in for themselves.")
      }
      guard substituted != nil else {
        throw Fault(field: "substitute_for", code: "unknown_user", detail: "There is no such user.")
      }
    }
    let usual = substituted ?? holder
    let post = ReceiverAddress(
      role: role?.rawValue ?? usual.role, unit: unit ?? usual.unit,
      department: department ?? (unit == nil && role == nil ? usual.department : nil))
    guard policy.units.place(post.unit) != nil else {
      throw Fault(field: "unit", code: "unknown_unit", detail: "The network has no such unit.")
    }
    if let department = post.department, policy.departments[department] == nil {
      throw Fault(field: "department", code: "unknown_department", detail: "The network has no such department.")
    }
    // Whoever is on duty must be able to do what comes.
    guard substituteFor != nil || post.role == holder.role else {
      throw Fault(field: "role", code: "other_role", detail: "The user has the role \(holder.role).")
    }
    return DutyEntry(
      id: Self.freshID, post: post, username: username, starts: starts, ends: ends, substituteFor: substituteFor,
      createdBy: actor)
  }
}
