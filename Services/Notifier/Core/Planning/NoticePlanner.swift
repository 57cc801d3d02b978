import Domain
import GridNetwork

/// Decides who hears of an event. Pure: the policy of channels and the event say all.
enum NoticePlanner {
  static func plan(_ event: CaseEvent, policy: NetworkPolicy, channels: ChannelPolicy) -> [PlannedNotice] {
    var values = NoticeValues()
    switch event.detail {
    case .filed:
      return toReporter(.filed, event, values, channels)
    case .reported:
      return toRoles(.task, event, values, policy, channels)
    case .rejected(let reason):
      values.reason = reason
      return toReporter(.rejected, event, values, channels)
    case .merged(.repeated(_, let reporter, _)):
      return toReporter(.merged, event, values, channels, reporter: reporter)
    case .merged(.into(let other)):
      values.mergedInto = other.description
      return toReporter(.merged, event, values, channels)
    case .dispatched:
      values.dueAt = event.clocks.first { $0.name == .sign && $0.isRunning }?.dueAt
      return toRoles(.dispatched, event, values, policy, channels)
    case .desked(.unroutable, _):
      values.reason = DeskReason.unroutable.rawValue
      values.dueAt = event.clocks.first { $0.name == .decide && $0.isRunning }?.dueAt
      return toRoles(.desked, event, values, policy, channels)
    case .returned(let reason, _):
      values.reason = reason
      return toRoles(.returned, event, values, policy, channels)
    case .handled(let result, _, let isFinal):
      guard isFinal else { return [] }
      values.result = result
      values.dueAt = event.clocks.first { $0.name == .verify && $0.isRunning }?.dueAt
      return toRoles(.task, event, values, policy, channels)
    case .reworked(let note):
      values.reason = note
      values.dueAt = event.clocks.first { $0.name == .handle && $0.isRunning }?.dueAt
      return toRoles(.reworked, event, values, policy, channels)
    case .closed(let closing):
      if case .onSpot(let action, _) = closing { values.result = action }
      return toReporter(.closed, event, values, channels)
    case .escalated(let escalation):
      return toReceivers(of: escalation, channels)
    case .merged(.absorbed), .desked(.returned, _), .signed, .verified, .voided, .flagged, .commented:
      return []
    }
  }

  private static func toRoles(
    _ kind: NoticeKind, _ event: CaseEvent, _ values: NoticeValues, _ policy: NetworkPolicy,
    _ channels: ChannelPolicy
  ) -> [PlannedNotice] {
    guard let rule = channels.notices[kind] else { return [] }
    let hearers = rule.to.map { receiver in
      PlannedNotice.Hearer.role(
        receiver.address(unit: event.subject.unit, lead: event.after.lead, policy: policy))
    }
    return [notice(rule, hearers, values)]
  }

  /// The reporter hears of it in their own inbox when they are a user; a machine hears by its platform's webhook.
  private static func toReporter(
    _ kind: NoticeKind, _ event: CaseEvent, _ values: NoticeValues, _ channels: ChannelPolicy,
    reporter: String? = nil
  ) -> [PlannedNotice] {
    guard let rule = channels.notices[kind] else { return [] }
    let reporter = reporter ?? event.subject.finder
    let prefix = "\(Actor.Kind.user.rawValue):"
    let hearers: [PlannedNotice.Hearer] =
      reporter.hasPrefix(prefix) ? [.person(String(reporter.dropFirst(prefix.count)))] : []
    return [notice(rule, hearers, values)]
  }

  private static func toReceivers(of escalation: Escalation, _ channels: ChannelPolicy) -> [PlannedNotice] {
    guard let kind = NoticeKind(rawValue: escalation.act.rawValue), let rule = channels.notices[kind] else { return [] }
    let values = NoticeValues(
      clock: escalation.clock.rawValue, dueAt: escalation.dueAt, lateSeconds: escalation.lateSeconds,
      rung: escalation.rung, act: escalation.act.rawValue)
    return [notice(rule, escalation.to.compactMap { ReceiverAddress($0).map { .role($0) } }, values)]
  }

  private static func notice(
    _ rule: ChannelPolicy.Notice, _ hearers: [PlannedNotice.Hearer], _ values: NoticeValues
  ) -> PlannedNotice {
    PlannedNotice(
      kind: rule.kind, hearers: hearers, channels: rule.channels, urgent: rule.urgent, digest: rule.digest,
      values: values)
  }
}
