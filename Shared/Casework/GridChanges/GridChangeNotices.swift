import Domain
import GridNetwork
import Wire

/// Who hears what of a change of grids; each notice is asked for in the transaction of what it tells.
struct GridChangeNotices: Sendable {
  private let id: String
  private let plan: GridChangePlan
  private let effectiveAt: Instant
  private let proposer: ReceiverAddress
  /// Of the change before the step that is told of: it makes the notice's id its own.
  private let version: Int32

  init(id: String, plan: GridChangePlan, effectiveAt: Instant, proposer: ReceiverAddress, version: Int32) {
    self.id = id
    self.plan = plan
    self.effectiveAt = effectiveAt
    self.proposer = proposer
    self.version = version
  }

  init(_ change: GridChange) {
    self.init(
      id: change.id, plan: change.plan, effectiveAt: change.effectiveAt, proposer: change.proposerPost,
      version: change.version)
  }

  /// Those who are to approve next.
  func asked(_ approvals: [GridApproval], at now: Instant) -> AskedNotice {
    notice(.gridChangeAsked, approvals.map(\.address), at: now, reason: plan.reason)
  }

  /// Whoever proposed it, and all who approved it, hear that it is approved, refused or taken back.
  func decided(_ change: GridChange, _ state: GridChangeState, note: String, at now: Instant) -> AskedNotice {
    let concerned = change.standing.given.map(\.approval.address) + (state == .withdrawn ? waiting(change) : [])
    return notice(.gridChangeDecided, [proposer] + concerned, at: now, result: state.rawValue, reason: note)
  }

  /// Whoever proposed and approved it hear that it did not come into force, and those whose approval was still missing.
  func failed(_ change: GridChange, _ state: GridChangeState, reason: String, at now: Instant) -> AskedNotice {
    notice(
      .gridChangeFailed, [proposer] + change.standing.given.map(\.approval.address) + waiting(change), at: now,
      result: state.rawValue, reason: reason)
  }

  /// Everyone concerned: proposer, approvers, the heads of the units above, and the people of grids that are no longer.
  func inForce(_ change: GridChange, impact: GridChangeImpact, heads: [UnitCode], at now: Instant) -> AskedNotice {
    notice(
      .gridChangeInForce,
      [proposer] + change.approvals.map(\.address)
        + heads.map { ReceiverAddress(role: Role.supervisor.rawValue, unit: $0) }
        + impact.people.map { ReceiverAddress(role: $0.role, unit: $0.unit) }, at: now, reason: plan.reason,
      count: Int64(impact.people.count))
  }

  private func waiting(_ change: GridChange) -> [ReceiverAddress] { change.standing.waiting.map(\.address) }

  private func notice(
    _ kind: NoticeKind, _ hearers: [ReceiverAddress], at now: Instant, result: String? = nil, reason: String,
    count: Int64? = nil
  ) -> AskedNotice {
    var told: Set<ReceiverAddress> = []
    var details: JSONObject = [
      "change_id": .string(id), "kind": .string(plan.kind.rawValue),
      "grids": .string(plan.grids.map(\.text).joined(separator: " ")),
      "codes": .string(plan.proposed.map(\.code.text).joined(separator: " ")),
      "effective_on": .string("\(plan.effective)"), "due_at_microseconds": .integer(effectiveAt.microseconds),
      "reason": .string(reason),
    ]
    if let result { details["result"] = .string(result) }
    if let count { details["count"] = .integer(count) }
    return AskedNotice(
      id: "\(kind.rawValue)/\(id)/\(version)", kind: kind, caseNumber: nil, unit: plan.grids[0],
      hearers: hearers.filter { told.insert($0).inserted }, askedAt: now, details: .object(details))
  }
}
