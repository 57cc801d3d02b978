/// What happens to grids when a plan is redrawn.
public enum GridChangeKind: String, Sendable, CaseIterable {
  /// One grid becomes several.
  case split
  /// Several grids become one.
  case merge
  /// Ground passes from one grid to its neighbour, or grids come under another unit.
  case move
}

/// Where a change of grids stands. All but the first two are ends.
public enum GridChangeState: String, Sendable, CaseIterable {
  /// It waits for an approval.
  case proposed
  /// Every level has approved it; it waits for its day.
  case approved
  /// The grids are as it says.
  case inForce = "in_force"
  case rejected
  case withdrawn
  /// A level did not decide in its time, or the day came before every level had approved it.
  case lapsed
  /// On its day the network was no longer what it was drawn on.
  case conflicted

  public var isOpen: Bool { self == .proposed || self == .approved }
}

/// A grid as a change would have it, without its shape.
public struct ProposedGrid: Sendable, Hashable {
  public let code: UnitCode
  public let parent: UnitCode
  public let nameZh: String
  public let nameEn: String
  public let exclusive: Bool

  public init(code: UnitCode, parent: UnitCode, nameZh: String, nameEn: String, exclusive: Bool = false) {
    self.code = code
    self.parent = parent
    self.nameZh = nameZh
    self.nameEn = nameEn
    self.exclusive = exclusive
  }
}

/// What someone proposes: which grids give way to which, why, and from which day on.
public struct GridChangePlan: Sendable, Hashable {
  /// Grids that give way, and grids that come, at most.
  public static let maxGrids = 50
  public static let maxReasonCharacters = 1_000

  public let kind: GridChangeKind
  /// The grids as they are, in order of code.
  public let grids: [UnitCode]
  public let proposed: [ProposedGrid]
  public let reason: String
  /// It is in force from this day's first moment on, in the network's zone.
  public let effective: CivilDate

  public init(
    kind: GridChangeKind, grids: [UnitCode], proposed: [ProposedGrid], reason: String, effective: CivilDate
  ) {
    self.kind = kind
    self.grids = grids.sorted()
    self.proposed = proposed
    self.reason = reason
    self.effective = effective
  }

  /// Grids whose code passes to no grid of the change: they are in force no longer, but keep their cases.
  public var retired: [UnitCode] {
    let kept = Set(proposed.map(\.code))
    return grids.filter { !kept.contains($0) }
  }
}

/// A role on a tier, as rules name those who propose and approve.
public struct GridPost: Sendable, Hashable, CustomStringConvertible {
  public let role: Role
  public let tier: String

  public init(role: Role, tier: String) {
    self.role = role
    self.tier = tier
  }

  public var description: String { "\(role.rawValue)@\(tier)" }
}

/// One level of approval: who decides on it, and in what time.
public struct GridApprovalLevel: Sendable, Hashable {
  public let post: GridPost
  /// From when the level is asked; nil: until the day of the change.
  public let within: Limit?

  public init(_ post: GridPost, within: Limit? = nil) {
    self.post = post
    self.within = within
  }
}

/// `grids: {changes: …}` of network.yaml: how this network changes its grids.
public struct GridChangeRule: Sendable, Hashable {
  public let proposedBy: [GridPost]
  /// One after the other, from below upwards.
  public let approvals: [GridApprovalLevel]
  /// From the proposal to the day at least; nil: the next day will do.
  public let notice: Limit?

  public init(proposedBy: [GridPost], approvals: [GridApprovalLevel], notice: Limit? = nil) {
    self.proposedBy = proposedBy
    self.approvals = approvals
    self.notice = notice
  }
}

/// An approval that a change needs: from a holder of the role at this very unit.
public struct GridApproval: Sendable, Hashable {
  /// Counted from 1; those of one level may come in any order.
  public let level: Int
  public let role: Role
  public let unit: UnitCode
  /// How long it may take once it is asked; nil: until the day of the change.
  public let within: Limit?

  public init(level: Int, role: Role, unit: UnitCode, within: Limit? = nil) {
    self.level = level
    self.role = role
    self.unit = unit
    self.within = within
  }

  public var address: ReceiverAddress { ReceiverAddress(role: role.rawValue, unit: unit) }
}
