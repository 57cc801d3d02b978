/// What each event makes of a case.
extension Case {
  /// Folds the next event in.
  public mutating func apply(_ event: CaseEvent) {
    version += 1
    updatedAt = event.at
    state = event.after.state
    facts = event.after.facts
    if state != .suspended { suspendedUntil = nil }
    if !state.isOpen { requests = [] }
    for clock in event.clocks { replace(clock) }
    for change in event.parts { take(change) }
    switch event.detail {
    case .filed(let filing): self.filing = filing
    case .dispatched(let dispatch): take(dispatch, at: event.at)
    case .desked(.returned, _): lead = nil
    case .signed(let part): sign(part, by: event.actor)
    case .returned(let reason): take(reason)
    case .handled(let result): take(result, by: event.actor, at: event.at)
    case .reworked:
      counts.reworks += 1
      beginAgain(at: event.at)
    case .merged(.repeated), .merged(.absorbed): counts.duplicates += 1
    case .merged(.into(let other)): mergedInto = other
    case .escalated(let escalation): escalations.append(CaseEscalation(escalation, firedAt: event.at))
    case .closed: closedAt = event.at
    case .split(.into(let other, _)):
      counts.splits += 1
      splitInto.append(other)
    case .split(.from(let other, _)): splitFrom = other
    case .reported, .rejected, .desked, .verified, .voided, .flagged, .commented, .carded, .contacted, .recalculated,
      .revealed, .erased:
      break
    default: applyLater(event)
    }
  }

  /// Time, supervision and what comes after the closing.
  private mutating func applyLater(_ event: CaseEvent) {
    switch event.detail {
    case .extensionRequested(let department, let by, let reason):
      counts.extensionRequests += 1
      requests.append(TimeRequest(department: department, wish: .extension_(by: by), reason: reason))
    case .extensionGranted(let department, _):
      counts.extensions += 1
      requests.removeAll { $0.department == department }
    case .extensionRefused(let department, _), .suspensionRefused(let department, _):
      requests.removeAll { $0.department == department }
    case .suspensionRequested(let department, let until, let reason):
      requests.append(TimeRequest(department: department, wish: .suspension(until: until), reason: reason))
    case .suspended(let until, _):
      counts.suspensions += 1
      suspendedUntil = until
      requests.removeAll { !$0.isExtension }
    case .resumed: break
    case .supervised(let supervision):
      counts.supervisions += 1
      mustSupervise = false
      orders.append(
        SupervisionOrder(
          number: supervision.number, form: supervision.form, orderedBy: event.actor, orderedAt: event.at,
          department: supervision.department, awaitsAnswer: supervision.awaitsAnswer,
          clockVersion: event.clocks.first { $0.name == .answer && $0.isRunning }?.version))
    case .answered(let number, _, _, _):
      for index in orders.indices where orders[index].number == number { orders[index].awaitsAnswer = false }
    case .coordinated(let coordination):
      requests.removeAll { coordination.excused.contains($0.department) }
    // Whom it names is told by the dispatch that follows, or by the parts.
    case .appointed: break
    case .revisited(let revisit):
      rating = revisit.rating
      mustSupervise = revisit.mustSupervise
      if revisit.rating.isDissatisfied { counts.dissatisfied += 1 }
    case .reopened:
      counts.reopens += 1
      closedAt = nil
      rating = nil
      beginAgain(at: event.at)
    case .appealed(let department, _):
      counts.appeals += 1
      appealBy = department
    case .appealDecided: appealBy = nil
    default: preconditionFailure("\(event.kind) is folded above")
    }
  }

  private mutating func take(_ dispatch: Dispatch, at moment: Instant) {
    lead = Assignment(department: dispatch.lead, appointed: dispatch.appointed)
    dispatchedAt = moment
    policyVersion = dispatch.policyVersion
    returnedBy = nil
    requests = []
    if dispatch.rejectsReturn { counts.rejectedReturns += 1 }
  }

  private mutating func sign(_ part: DepartmentCode?, by actor: String) {
    guard let part else {
      lead?.officer = actor
      return
    }
    change(part) {
      $0.state = .signed
      $0.officer = actor
    }
  }

  private mutating func take(_ reason: Return) {
    if let part = reason.part {
      change(part) { $0.state = .returned }
    } else {
      counts.returns += 1
      returnedBy = lead?.department
      requests = []
    }
  }

  private mutating func take(_ result: HandedIn, by actor: String, at moment: Instant) {
    guard result.isFinal else { return }
    if let part = result.part {
      change(part) {
        $0.state = .handled
        $0.handledBy = actor
      }
    } else {
      handledBy = actor
      handledAt = moment
      requests = []
    }
    if let part = result.part { requests.removeAll { $0.department == part } }
  }

  /// The lead department has it before it once more, unsigned.
  private mutating func beginAgain(at moment: Instant) {
    lead?.officer = nil
    dispatchedAt = lead == nil ? nil : moment
    handledAt = nil
    requests = []
  }

  private mutating func change(_ department: DepartmentCode, _ body: (inout CasePart) -> Void) {
    for index in parts.indices where parts[index].department == department { body(&parts[index]) }
  }

  private mutating func take(_ change: PartChange) {
    let index = parts.firstIndex { $0.department == change.department }
    switch change.step {
    case .assigned, .appointed:
      let part = CasePart(department: change.department, appointed: change.step == .appointed, facts: change.after)
      if let index { parts[index] = part } else { parts.append(part) }
    case .excused, .counted:
      guard let index else { return }
      parts[index].facts = change.after
      if change.step == .excused { parts[index].state = .excused }
    }
  }

  private mutating func replace(_ clock: CaseClock) {
    if let index = clocks.lastIndex(where: { $0.name == clock.name && $0.version == clock.version }) {
      clocks[index] = clock
    } else {
      clocks.append(clock)
    }
  }
}

extension Satisfaction {
  public var isDissatisfied: Bool { self == .dissatisfied || self == .veryDissatisfied }
}
