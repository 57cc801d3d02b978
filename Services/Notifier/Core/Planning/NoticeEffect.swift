public import Casework
import Domain
import GridNetwork
public import Journal
public import PostgresClient

/// Lays notices into inboxes and queues what leaves the house, from what the journal says.
public struct NoticeEffect: JournalEffect {
  /// The consumer's name in `positions`.
  public static let consumer = "notifier"

  private struct Planned {
    let event: JournalEvent
    let decoded: CaseEvent
    let notices: [PlannedNotice]
  }

  private let policies: PolicyStore
  private let duty: DutyDirectory
  private let outlets: NoticeOutlets
  private let unheard: @Sendable ([UnheardNotice]) -> Void
  private let wakeSender: @Sendable () -> Void

  /// - Parameters:
  ///   - duty: who is on duty where.
  ///   - outlets: where this deployment sends; a channel without one is off.
  ///   - unheard: called with notices that no one in the whole district could be found for.
  ///   - wakeSender: called after a commit that may have queued something.
  public init(
    policies: PolicyStore, duty: DutyDirectory, outlets: NoticeOutlets,
    unheard: @escaping @Sendable ([UnheardNotice]) -> Void = { _ in }, wakeSender: @escaping @Sendable () -> Void = {}
  ) {
    self.policies = policies
    self.duty = duty
    self.outlets = outlets
    self.unheard = unheard
    self.wakeSender = wakeSender
  }

  public func apply(_ events: [JournalEvent], in transaction: Transaction) throws {
    guard let district = events.first?.district, let last = events.last else { return }
    guard let network = policies.current(district) else {
      throw EffectNotReady(PolicyFault.noNetwork(district).description)
    }
    guard let book = duty.book(district, at: last.at) else {
      throw EffectNotReady("the rosters of district \(district) are not read yet")
    }
    var planned: [Planned] = []
    planned.reserveCapacity(events.count)
    for event in events {
      guard let decoded = try event.decoded() else { continue }
      let notices = NoticePlanner.plan(decoded, policy: network.policy, channels: network.channels)
      planned.append(Planned(event: event, decoded: decoded, notices: notices))
    }
    let outlets = outlets.of(network.channels)
    let reporters = try read(planned, district, outlets, in: transaction)
    var rows = NoticeRows(
      district: district, zone: network.policy.calendar.zone, channels: network.channels, outlets: outlets, book: book,
      reporters: reporters)
    for (place, entry) in planned.enumerated() {
      let record = flagged(planned[(place + 1)...], after: entry)
      rows.add(entry.notices, event: entry.event, decoded: entry.decoded, accountabilityID: record)
    }
    let calls = rows.calls
    if !calls.isEmpty { _ = try transaction.pipeline(calls) }
    if !rows.unheard.isEmpty { unheard(rows.unheard) }
  }

  public func committed(_ events: [JournalEvent]) async { wakeSender() }

  /// The reports that are answered. Those with one reporter, whom the event names, are looked up only for a platform.
  private func read(
    _ planned: [Planned], _ district: UnitCode, _ outlets: NoticeOutlets, in transaction: Transaction
  ) throws -> Reporters {
    var cases: Set<Int64> = []
    var closings: [JournalEvent] = []
    for entry in planned {
      for notice in entry.notices {
        switch notice.answers {
        case .none: break
        case .first, .joining:
          if outlets.webhookURL != nil, notice.channels.contains(.webhook) { cases.insert(entry.event.caseNumber) }
        case .all: cases.insert(entry.event.caseNumber)
        }
      }
      if case .closed(.verified) = entry.decoded.detail, !entry.notices.isEmpty { closings.append(entry.event) }
    }
    return try Reporters.read(district, cases: cases, closings: closings, in: transaction)
  }

  /// The accountability record that the rung opened: it is named by the next event of the case.
  private func flagged(_ later: ArraySlice<Planned>, after entry: Planned) -> String? {
    guard case .escalated(let escalation) = entry.decoded.detail, escalation.act == .flag else { return nil }
    let next = later.first { $0.event.caseNumber == entry.event.caseNumber }
    guard case .flagged(let id, _, _)? = next?.decoded.detail else { return nil }
    return id
  }
}

/// A notice that nobody in its district could be found for. It stands in the inbox of the district's administrators.
public struct UnheardNotice: Sendable, Hashable {
  /// The post that it was meant for.
  public let address: String
  public let notice: String
  public let caseID: String
}
