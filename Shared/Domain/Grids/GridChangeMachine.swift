/// What may be done to a change of grids that someone has proposed.
public enum GridDecision: String, Sendable, CaseIterable {
  case approve, reject, withdraw
}

/// A change that was proposed and how far it has come, as far as decisions go.
public struct GridChangeStanding: Sendable, Hashable {
  public let state: GridChangeState
  /// `kind:name` of whoever proposed it.
  public let proposer: String
  /// Everything it needs, by level.
  public let approvals: [GridApproval]
  /// Those given, with whoever gave them.
  public let given: [Given]

  public struct Given: Sendable, Hashable {
    public let approval: GridApproval
    public let actor: String

    public init(approval: GridApproval, actor: String) {
      self.approval = approval
      self.actor = actor
    }
  }

  public init(state: GridChangeState, proposer: String, approvals: [GridApproval], given: [Given]) {
    self.state = state
    self.proposer = proposer
    self.approvals = approvals
    self.given = given
  }

  /// The approvals that are asked for now: those of the first level that is not complete.
  public var waiting: [GridApproval] {
    guard state == .proposed else { return [] }
    let done = Set(given.map(\.approval))
    let open = approvals.filter { !done.contains($0) }
    return open.filter { $0.level == open[0].level }
  }
}

/// Why a decision on a change of grids is refused.
public enum GridChangeRefusal: Error, Sendable, Hashable {
  /// It has ended, or nothing more is to be decided.
  case over(GridChangeState)
  /// The caller does not hold a post that is asked now.
  case notAsked([GridApproval])
  /// Whoever proposed it does not approve it.
  case ownProposal
  /// Whoever approved one level does not approve another.
  case decidedBefore
  /// Only whoever proposed it withdraws it.
  case notProposer
  case reasonMissing
  /// The time of the level that is asked is over, or the day of the change has come.
  case tooLate

  /// In the form of the interface for programs.
  public var code: String {
    switch self {
    case .over, .tooLate: "illegal_transition"
    case .notAsked: "not_asked"
    case .ownProposal, .decidedBefore: "separation_of_duty"
    case .notProposer: "not_proposer"
    case .reasonMissing: "required"
    }
  }
}

/// What a decision leads to.
public struct GridDecisionOutcome: Sendable, Hashable {
  public let state: GridChangeState
  /// The approval that was given; nil for a refusal and a withdrawal.
  public let given: GridApproval?
  /// Who is asked next; empty at the end and while others of the level are still asked.
  public let asked: [GridApproval]
}

/// Level by level: each change is approved by every unit concerned on one level before the next level is asked.
public enum GridChangeMachine {
  /// The approvals that a change of these grids needs, in order.
  ///
  /// A level asks every unit on its tier in which a grid of the change lies, those that give way and those that come: a
  /// change across the border of two streets needs both. Where a network has no such tier the nearest one above it
  /// stands for it. A post that an earlier level asks already is not asked again.
  public static func approvals(_ plan: GridChangePlan, rule: GridChangeRule, units: UnitTree) -> [GridApproval] {
    let places = plan.grids + plan.proposed.map(\.parent)
    var asked: Set<ReceiverAddress> = []
    var level = 0
    return rule.approvals.flatMap { step -> [GridApproval] in
      let post = step.post
      let found = Set(places.compactMap { units.unit(of: $0, atOrAbove: post.tier)?.code }).sorted()
        .filter { asked.insert(ReceiverAddress(role: post.role.rawValue, unit: $0)).inserted }
      if !found.isEmpty { level += 1 }
      return found.map { GridApproval(level: level, role: post.role, unit: $0, within: step.within) }
    }
  }

  /// Whether the person may propose a change of these grids: holds one of the posts at a unit in which one of them lies.
  public static func mayPropose(_ actor: Actor, _ plan: GridChangePlan, rule: GridChangeRule, units: UnitTree) -> Bool {
    guard actor.kind == .user, let unit = actor.unit else { return false }
    return rule.proposedBy.contains { post in
      post.role == actor.role && plan.grids.contains { units.unit(of: $0, atOrAbove: post.tier)?.code == unit }
    }
  }

  /// Until when those who are asked at a moment have time: never beyond the first moment of the change's day. That
  /// moment itself while nobody is asked.
  public static func dueAt(
    _ asked: [GridApproval], from moment: Instant, effectiveAt: Instant, calendar: WorkingCalendar
  ) -> Instant {
    asked.compactMap(\.within).map { calendar.advance(from: moment, by: $0).at }.reduce(effectiveAt, min)
  }

  /// - Parameter dueAt: until when it may be decided; for an approved one the first moment of its day.
  public static func decide(
    _ standing: GridChangeStanding, _ decision: GridDecision, reason: String, by actor: Actor, now: Instant,
    dueAt: Instant
  ) throws(GridChangeRefusal) -> GridDecisionOutcome {
    guard standing.state.isOpen else { throw .over(standing.state) }
    guard now < dueAt else { throw .tooLate }
    let hasReason = reason.contains { !$0.isWhitespace }
    switch decision {
    case .withdraw:
      guard actor.text == standing.proposer else { throw .notProposer }
      return GridDecisionOutcome(state: .withdrawn, given: nil, asked: [])
    case .reject:
      _ = try approval(standing, by: actor)
      guard hasReason else { throw .reasonMissing }
      return GridDecisionOutcome(state: .rejected, given: nil, asked: [])
    case .approve:
      let given = try approval(standing, by: actor)
      let others = standing.waiting.filter { $0 != given }
      let after = GridChangeStanding(
        state: .proposed, proposer: standing.proposer, approvals: standing.approvals,
        given: standing.given + [.init(approval: given, actor: actor.text)])
      let isLast = after.given.count == after.approvals.count
      return GridDecisionOutcome(
        state: isLast ? .approved : .proposed, given: given, asked: isLast || !others.isEmpty ? [] : after.waiting)
    }
  }

  /// What the caller may do now, without looking at the time.
  public static func allowed(_ standing: GridChangeStanding, by actor: Actor) -> [GridDecision] {
    guard standing.state.isOpen else { return [] }
    let mayDecide = (try? approval(standing, by: actor)) != nil
    return (mayDecide ? [.approve, .reject] : []) + (actor.text == standing.proposer ? [.withdraw] : [])
  }

  private static func approval(
    _ standing: GridChangeStanding, by actor: Actor
  ) throws(GridChangeRefusal) -> GridApproval {
    guard standing.state == .proposed else { throw .over(standing.state) }
    guard actor.text != standing.proposer else { throw .ownProposal }
    let waiting = standing.waiting
    guard actor.kind == .user,
      let asked = waiting.first(where: { $0.role == actor.role && $0.unit == actor.unit })
    else { throw .notAsked(waiting) }
    guard !standing.given.contains(where: { $0.actor == actor.text }) else { throw .decidedBefore }
    return asked
  }
}
