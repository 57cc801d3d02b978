/// Extensions (延期) and suspension (挂账): who asks, who grants, and what becomes of the clocks.
extension CaseDraft {
  mutating func requestExtension(by limit: Limit, reason: String, _ context: CaseMachine.Context) throws(CaseRefusal) {
    let part = ownPart(context)
    guard let department = context.actor.department, let grade = CaseGuards.grade(value, context),
      let clock = value.runningClock(.handle, part == nil ? .whole : .part, of: part?.department)
    else { throw .notProvided(.requestExtension) }
    let calendar = context.policy.calendar
    guard calendar.advance(from: clock.dueAt, by: limit).at <= calendar.advance(from: clock.dueAt, by: grade.longest).at
    else { throw .limitReached(.requestExtension, limit: grade.longest.description) }
    var start = ClockStart(self, context)
    start.clock(.decide, .request, of: department)
    record(.extensionRequested(department: department, by: limit, reason: reason), clocks: start.clocks)
    giveCards(.extensionRequests, value.counts.extensionRequests, of: department, context)
  }

  mutating func grantExtension(_ department: DepartmentCode?, _ context: CaseMachine.Context) throws(CaseRefusal) {
    let request = try extensionRequest(department, .grantExtension)
    guard case .extension_(let by) = request.wish else { throw .nothingToDecide(.grantExtension) }
    let isPart = request.department != value.lead?.department
    var clocks = stopping(.decide, .request, of: request.department)
    if let clock = value.runningClock(.handle, isPart ? .part : .whole, of: request.department) {
      let again = clock.extended(
        by: by, version: value.nextClockVersion(.handle), at: now, calendar: context.policy.calendar)
      clocks += [clock.stopped(at: now, cancelled: true), again]
    }
    record(
      .extensionGranted(department: request.department, by: by), adding: isPart ? [] : .extended, clocks: clocks,
      parts: isPart ? [PartMove(department: request.department, step: .counted, adding: .extended)] : [])
  }

  mutating func refuseExtension(_ department: DepartmentCode?, reason: String) throws(CaseRefusal) {
    let request = try extensionRequest(department, .refuseExtension)
    record(
      .extensionRefused(department: request.department, reason: reason),
      clocks: stopping(.decide, .request, of: request.department))
  }

  /// The request that is meant: the named department's, or the only one.
  private func extensionRequest(
    _ department: DepartmentCode?, _ action: CaseAction
  ) throws(CaseRefusal) -> TimeRequest {
    let waiting = value.requests.filter(\.isExtension)
    if let department {
      guard let request = waiting.first(where: { $0.department == department }) else { throw .nothingToDecide(action) }
      return request
    }
    guard let request = waiting.first, waiting.count == 1 else { throw .nothingToDecide(action) }
    return request
  }

  /// A handler's wish waits for the centre; the centre's word sets the case aside until the end.
  mutating func suspend(until: Instant?, reason: String, _ context: CaseMachine.Context) throws(CaseRefusal) {
    guard let rule = context.policy.casePolicy.suspension else { throw .notProvided(.suspend) }
    let asked = value.requests.first { !$0.isExtension }
    var end = until
    if end == nil, case .suspension(let wished)? = asked?.wish { end = wished }
    guard let end else { throw .nothingToDecide(.suspend) }
    guard end > now else { throw .endNotLater }
    guard end <= context.policy.calendar.advance(from: now, by: rule.longest).at else {
      throw .limitReached(.suspend, limit: rule.longest.description)
    }
    if context.actor.role == .handler, let department = context.actor.department {
      var start = ClockStart(self, context)
      start.clock(.decide, .request, of: department)
      record(.suspensionRequested(department: department, until: end, reason: reason), clocks: start.clocks)
      return
    }
    let still = value.clocks
      .filter { $0.isRunning && ($0.matter == .whole || $0.matter == .part) }.map { $0.standingStill(at: now) }
    record(
      .suspended(until: end, reason: reason.isEmpty ? asked?.reason ?? "" : reason), state: .suspended,
      adding: .suspended, clocks: (asked.map { stopping(.decide, .request, of: $0.department) } ?? []) + still)
  }

  mutating func refuseSuspension(reason: String) {
    guard let request = value.requests.first(where: { !$0.isExtension }) else { return }
    record(
      .suspensionRefused(department: request.department, reason: reason),
      clocks: stopping(.decide, .request, of: request.department))
  }

  /// `moment` is when the suspension ended: now, or the end that had been set.
  mutating func resume(note: String, at moment: Instant, _ context: CaseMachine.Context) {
    let again = value.clocks.filter(\.isPaused)
      .map { $0.runningAgain(at: moment, calendar: context.policy.calendar) }
    record(.resumed(note: note), state: .signed, clocks: again)
  }
}
