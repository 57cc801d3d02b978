import Domain
import GridNetwork

/// Decides who hears of an event. Pure: the policy of channels and the event say all.
struct NoticePlanner {
  let event: CaseEvent
  let policy: NetworkPolicy
  let channels: ChannelPolicy

  static func plan(_ event: CaseEvent, policy: NetworkPolicy, channels: ChannelPolicy) -> [PlannedNotice] {
    NoticePlanner(event: event, policy: policy, channels: channels).plan()
  }

  private func plan() -> [PlannedNotice] { planned() + endedParts() }

  private func planned() -> [PlannedNotice] {
    switch event.detail {
    case .filed: return reporter(.filed, event.subject.finder, NoticeValues(), answers: .first)
    case .reported: return roles(.task, NoticeValues())
    case .rejected(let reason), .voided(let reason):
      return reporters(.rejected, NoticeValues(reason: reason))
    case .merged(.repeated(_, let reporter, _)):
      return self.reporter(.merged, reporter, NoticeValues(), answers: .joining)
    case .merged(.into(let other)): return reporters(.merged, NoticeValues(mergedInto: other.description))
    case .split(.into(let other, _)): return reporters(.split, NoticeValues(splitInto: other.description))
    case .dispatched: return dispatched()
    case .desked(.unroutable, _):
      return roles(.desked, NoticeValues(dueAt: due(.decide), reason: DeskReason.unroutable.rawValue))
    case .returned(let back): return returned(back)
    case .handled(let handed): return handled(handed)
    case .reworked(let note, let assists):
      return roles(.reworked, NoticeValues(dueAt: due(.handle), reason: note))
        + departments(.partReworked, assists, NoticeValues(reason: note))
    case .closed(let closing):
      // Of a verified case the result stands in an earlier event and is looked up.
      if case .onSpot(let action, _) = closing { return reporters(.closed, NoticeValues(result: action)) }
      return reporters(.closed, NoticeValues())
    case .escalated(let escalation): return escalated(escalation)
    case .carded(let card):
      return named(
        card.act, card.to,
        NoticeValues(
          department: card.department, act: card.act.rawValue, reason: card.cause.rawValue, count: card.count))
    case .merged(.absorbed), .split(.from), .desked(.returned, _), .signed, .contacted, .verified, .flagged, .revealed,
      .erased, .commented:
      return []
    default: return planLater()
    }
  }

  /// The lead department, and each assisting one of its part.
  private func dispatched() -> [PlannedNotice] {
    roles(.dispatched, NoticeValues(dueAt: due(.sign))) + assigned()
  }

  /// Each department that was given a part by the event.
  func assigned() -> [PlannedNotice] {
    event.parts.filter { $0.step == .assigned }.flatMap { change in
      let due = due(.sign, of: change.department) ?? due(.handle, of: change.department)
      return roles(
        .partAssigned, NoticeValues(department: change.department, dueAt: due), clockDepartment: change.department)
    }
  }

  private func returned(_ back: Return) -> [PlannedNotice] {
    guard let part = back.part else {
      return roles(.returned, NoticeValues(department: event.before?.lead, reason: back.reason))
    }
    return roles(
      .partReturned, NoticeValues(department: part, dueAt: due(.decide, of: part), reason: back.reason),
      clockDepartment: part)
  }

  private func handled(_ handed: HandedIn) -> [PlannedNotice] {
    guard handed.isFinal, handed.part == nil else { return [] }
    return roles(.task, NoticeValues(dueAt: due(.verify), result: handed.result))
  }

  private func escalated(_ escalation: Escalation) -> [PlannedNotice] {
    named(
      escalation.act, escalation.to,
      NoticeValues(
        clock: escalation.clock.rawValue, dueAt: escalation.dueAt, lateSeconds: escalation.lateSeconds,
        rung: escalation.rung, act: escalation.act.rawValue))
  }

  /// When the clock that the event started is due.
  func due(_ name: ClockName, of department: DepartmentCode? = nil) -> Instant? {
    event.clocks.last { $0.name == name && $0.isRunning && (department == nil || $0.department == department) }?.dueAt
  }

  /// Those whom the rung or the card names.
  private func named(_ act: RungAct, _ to: [String], _ values: NoticeValues) -> [PlannedNotice] {
    guard let kind = NoticeKind(rawValue: act.rawValue), let rule = NoticeRule.of(kind, channels, policy) else {
      return []
    }
    return [notice(rule, to.compactMap { ReceiverAddress($0).map { .role($0) } }, values)]
  }

  /// Those whom the policy of channels names.
  ///
  /// - Parameters:
  ///   - lead: whose department `role@lead` means; the case's lead where it is nil.
  ///   - clockDepartment: whose `role@part` means.
  func roles(
    _ kind: NoticeKind, _ values: NoticeValues, lead: DepartmentCode? = nil, clockDepartment: DepartmentCode? = nil
  ) -> [PlannedNotice] {
    guard let rule = NoticeRule.of(kind, channels, policy) else { return [] }
    return [notice(rule, addresses(rule, lead: lead, clockDepartment: clockDepartment), values)]
  }

  /// The departments concerned, each by a notice of its own; whoever else the policy names hears of the first.
  func departments(_ kind: NoticeKind, _ departments: [DepartmentCode], _ values: NoticeValues) -> [PlannedNotice] {
    guard let rule = NoticeRule.of(kind, channels, policy) else { return [] }
    var told: Set<PlannedNotice.Hearer> = []
    return departments.compactMap { department in
      let hearers = addresses(rule, lead: department, clockDepartment: department)
        .filter { told.insert($0).inserted }
      guard !hearers.isEmpty else { return nil }
      var values = values
      values.department = department
      return notice(rule, hearers, values)
    }
  }

  func addresses(
    _ rule: NoticeRule, lead: DepartmentCode?, clockDepartment: DepartmentCode?
  ) -> [PlannedNotice.Hearer] {
    rule.to.map { receiver in
      .role(
        receiver.address(
          unit: event.subject.unit, lead: lead ?? event.after.lead, clockDepartment: clockDepartment, policy: policy))
    }
  }

  /// One reporter hears of it in their own inbox when they are a user; a machine hears by its platform's webhook.
  private func reporter(
    _ kind: NoticeKind, _ reporter: String, _ values: NoticeValues, answers: PlannedNotice.Answering
  ) -> [PlannedNotice] {
    guard let rule = NoticeRule.of(kind, channels, policy) else { return [] }
    let hearers = Reporters.person(reporter).map { [PlannedNotice.Hearer.person($0)] } ?? []
    return [notice(rule, hearers, values, answers: answers)]
  }

  /// Every reporter of the case, and whoever the policy names besides.
  private func reporters(_ kind: NoticeKind, _ values: NoticeValues) -> [PlannedNotice] {
    guard let rule = NoticeRule.of(kind, channels, policy) else { return [] }
    let named = addresses(rule, lead: nil, clockDepartment: nil)
    let finder = Reporters.person(event.subject.finder).map { [PlannedNotice.Hearer.person($0)] } ?? []
    return [notice(rule, named + finder, values, answers: .all)]
  }

  func notice(
    _ rule: NoticeRule, _ hearers: [PlannedNotice.Hearer], _ values: NoticeValues,
    answers: PlannedNotice.Answering = .none
  ) -> PlannedNotice {
    PlannedNotice(
      kind: rule.kind, hearers: hearers, channels: rule.channels, urgent: rule.urgent, digest: rule.digest,
      values: values, answers: answers)
  }
}
