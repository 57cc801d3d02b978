public import Domain
public import GridNetwork

/// A change of grids as it is stored, with everything that was decided on it.
public struct GridChange: Sendable, Hashable {
  /// A decision, or what became of the change on its day.
  public struct Step: Sendable, Hashable {
    public let number: Int32
    /// `approve`, `reject`, `withdraw`, `in_force`, `lapsed` or `conflicted`.
    public let action: String
    /// The approval that was given.
    public let approval: GridApproval?
    public let actor: String
    public let note: String
    public let at: Instant
    public let hash: [UInt8]
  }

  public let district: UnitCode
  /// `<district>-g<number>`
  public let id: String
  public let number: Int64
  /// Counted from 1 with every step.
  public let version: Int32
  public let network: String
  public let plan: GridChangePlan
  public let state: GridChangeState
  public let effectiveAt: Instant
  /// Until when the level that is asked has time; of an approved change the moment at which it comes into force.
  public let dueAt: Instant
  /// Feature collections: the grids as they were when it was proposed, and as it draws them.
  public let before: [UInt8]
  public let after: [UInt8]
  public let drawn: [DrawnGrid]
  public let approvals: [GridApproval]
  public let proposedBy: String
  public let proposerPost: ReceiverAddress
  public let proposedAt: Instant
  public let endedAt: Instant?
  /// Why it was refused, taken back, or could not come into force.
  public let outcome: String?
  /// The version of the network in which it came into force.
  public let networkVersion: Int32?
  /// The end of its chain of steps.
  public let chain: [UInt8]
  public let steps: [Step]

  public var standing: GridChangeStanding {
    GridChangeStanding(
      state: state, proposer: proposedBy, approvals: approvals,
      given: steps.compactMap { step in step.approval.map { .init(approval: $0, actor: step.actor) } })
  }

  /// As the network's files carry it once it is in force.
  public var record: GridChangeRecord {
    GridChangeRecord(id: id, kind: plan.kind, effective: plan.effective, replaces: plan.grids, grids: drawn)
  }

  /// The grids and the units above those that come: the ground that it is about.
  public var places: [UnitCode] { plan.grids + plan.proposed.map(\.parent) }
}

/// A proposal whose faults were looked for and not found, ready to be stored.
public struct GridProposal: Sendable {
  public let network: String
  public let district: UnitCode
  public let plan: GridChangePlan
  public let drawn: [DrawnGrid]
  public let before: [UInt8]
  public let effectiveAt: Instant
  /// Until when the first level has time.
  public let dueAt: Instant
  public let approvals: [GridApproval]
  public let proposer: Actor

  public init(
    network: String, district: UnitCode, plan: GridChangePlan, drawn: [DrawnGrid], before: [UInt8],
    effectiveAt: Instant, dueAt: Instant, approvals: [GridApproval], proposer: Actor
  ) {
    self.network = network
    self.district = district
    self.plan = plan
    self.drawn = drawn
    self.before = before
    self.effectiveAt = effectiveAt
    self.dueAt = dueAt
    self.approvals = approvals
    self.proposer = proposer
  }

  var proposerPost: ReceiverAddress {
    ReceiverAddress(role: proposer.role?.rawValue ?? "", unit: proposer.unit ?? district)
  }
}

extension GridApproval {
  /// `<level> <role>@<unit>`, and where the level has a time of its own, ` <limit>`.
  var text: String { "\(level) \(address.text)" + (within.map { " \($0)" } ?? "") }

  init?(text: String) {
    let parts = text.split(separator: " ", maxSplits: 2)
    guard parts.count >= 2, let level = Int(parts[0]), let address = ReceiverAddress(String(parts[1])),
      let role = Role(rawValue: address.role)
    else { return nil }
    self.init(
      level: level, role: role, unit: address.unit, within: parts.count > 2 ? try? Limit(String(parts[2])) : nil)
  }
}
