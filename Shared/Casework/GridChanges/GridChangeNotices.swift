import Domain
import GridNetwork
import Wire

/// Who hears what of a change of grids; each notice is asked for in the transaction of what it tells.
struct GridChangeNotices: Sendable {
  private let id: String
  private let plan: GridChangePlan
  private let proposer: ReceiverAddress
  /// Of the change before the step that is told of, 0 for its proposal: it makes the notice's id its own.
  private let version: Int32

  init(id: String, plan: GridChangePlan, proposer: ReceiverAddress, version: Int32) {
    self.id = id
    self.plan = plan
    self.proposer = proposer
    self.version = version
  }

  init(_ change: GridChange) {
    self.init(id: change.id, plan: change.plan, proposer: change.proposerPost, version: change.version)
  }

  /// Those who are to approve next, and until when they have time.
  func asked(_ approvals: [GridApproval], until dueAt: Instant, at now: Instant) -> AskedNotice {
    notice(.gridChangeAsked, approvals.map(\.address), at: now, dueAt: dueAt, reason: plan.reason)
  }

  /// Whoever proposed it hears of each decision; at the end of the deciding also all who approved it, and those who are
  /// no longer asked.
  func decided(_ change: GridChange, _ outcome: GridDecisionOutcome, note: String, at now: Instant) -> AskedNotice {
    let state = outcome.state
    let approvers = change.standing.given.map(\.approval.address)
    let concerned =
      switch state {
      case .proposed: [ReceiverAddress]()
      case .withdrawn, .rejected: approvers + waiting(change)
      default: approvers
      }
    // An approval on the way is not yet the whole.
    let result = state == .proposed ? GridDecision.approve.rawValue : state.rawValue
    return notice(.gridChangeDecided, [proposer] + concerned, at: now, result: result, reason: note)
  }

  /// Whoever proposed and approved it hear that it did not come into force, and those whose approval was still missing.
  func failed(_ change: GridChange, _ state: GridChangeState, reason: String, at now: Instant) -> AskedNotice {
    notice(
      .gridChangeFailed, [proposer] + change.standing.given.map(\.approval.address) + waiting(change), at: now,
      result: state.rawValue, reason: reason)
  }

  /// Everyone concerned: proposer, approvers, the heads of the units above, and the people of grids that are no longer.
  /// The heads read who is still registered at those grids: they must give them another.
  func inForce(_ change: GridChange, impact: GridChangeImpact, heads: [UnitCode], at now: Instant) -> AskedNotice {
    notice(
      .gridChangeInForce,
      [proposer] + change.approvals.map(\.address)
        + heads.map { ReceiverAddress(role: Role.supervisor.rawValue, unit: $0) }
        + impact.people.map { ReceiverAddress(role: $0.role, unit: $0.unit) }, at: now,
      result: impact.people.map(\.username).joined(separator: " "), reason: plan.reason,
      count: impact.people.isEmpty ? nil : Int64(impact.people.count))
  }

  private func waiting(_ change: GridChange) -> [ReceiverAddress] { change.standing.waiting.map(\.address) }

  private func notice(
    _ kind: NoticeKind, _ hearers: [ReceiverAddress], at now: Instant, dueAt: Instant? = nil, result: String? = nil,
    reason: String, count: Int64? = nil
  ) -> AskedNotice {
    var told: Set<ReceiverAddress> = []
    var details: JSONObject = [
      "change_id": .string(id), "kind": .string(plan.kind.rawValue),
      "grids": .string(plan.grids.map(\.text).joined(separator: " ")),
      "codes": .string(plan.proposed.map(\.code.text).joined(separator: " ")),
      "effective_on": .string("\(plan.effective)"), "reason": .string(reason),
    ]
    if let dueAt { details["due_at_microseconds"] = .integer(dueAt.microseconds) }
    if let result { details["result"] = .string(result) }
    if let count { details["count"] = .integer(count) }
    return AskedNotice(
      id: "\(kind.rawValue)/\(id)/\(version)", kind: kind, caseNumber: nil, unit: plan.grids[0],
      hearers: hearers.filter { told.insert($0).inserted }, askedAt: now, details: .object(details))
  }
}
