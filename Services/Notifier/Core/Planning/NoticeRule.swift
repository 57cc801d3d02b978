import Domain
import GridNetwork

/// Who hears of a kind of notice and how: what `channels.yaml` says, or what is usual where it says nothing.
struct NoticeRule: Sendable, Hashable {
  let kind: NoticeKind
  let to: [Receiver]
  let channels: [NoticeChannel]
  let urgent: Bool
  let digest: Bool

  init(_ notice: ChannelPolicy.Notice) {
    kind = notice.kind
    to = notice.to
    channels = notice.channels
    urgent = notice.urgent
    digest = notice.digest
  }

  private init(usual kind: NoticeKind, to: [Receiver]) {
    self.kind = kind
    self.to = to
    channels = [.inbox]
    urgent = false
    digest = false
  }

  /// Nil for a kind that is told to nobody. A network that does not name one of the later kinds is not silent about it:
  /// those concerned find it in their inboxes.
  static func of(_ kind: NoticeKind, _ channels: ChannelPolicy, _ policy: NetworkPolicy) -> NoticeRule? {
    if let rule = channels.notices[kind] { return NoticeRule(rule) }
    let top = Receiver.Place.tier(policy.units.tiers.first?.name ?? "")
    switch kind {
    case .partAssigned, .partEnded, .partReworked:
      return NoticeRule(usual: kind, to: [Receiver(role: .handler, place: .clockDepartment)])
    case .partReturned: return NoticeRule(usual: kind, to: [Receiver(role: .dispatcher, place: top)])
    case .suspensionRequested:
      let granting = policy.casePolicy.suspension?.grantedBy.map(\.rawValue).sorted().compactMap { Role(rawValue: $0) }
      return NoticeRule(usual: kind, to: (granting ?? [.supervisor]).map { Receiver(role: $0, place: top) })
    case .answered: return NoticeRule(usual: kind, to: [Receiver(role: .supervisor, place: top)])
    case .mustSupervise:
      return NoticeRule(usual: kind, to: [Role.hotline, .supervisor].map { Receiver(role: $0, place: top) })
    case .suspensionDecided, .coordinated, .appointed, .revisited, .reopened, .recalculated:
      return NoticeRule(usual: kind, to: [Receiver(role: .handler, place: .leadDepartment)])
    // Whoever must hear of these is named by what they tell of.
    case .appealed, .split, .statementDue, .selfCheck, .gridChangeAsked, .gridChangeDecided, .gridChangeInForce,
      .gridChangeFailed:
      return NoticeRule(usual: kind, to: [])
    default: return nil
    }
  }
}
