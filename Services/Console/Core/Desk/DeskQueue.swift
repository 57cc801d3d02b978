import Casework
import Domain
import WebAuth

/// Why a case waits for a word of the centre; the tabs of the dispatch desk.
enum DeskBox: String, CaseIterable, Sendable {
  /// No routing rule covers it.
  case unroutable
  /// Its lead department, or an assisting one, gave it back.
  case returned
  /// It was given back as often as the policy lets it be: the centre appoints, or holds a meeting.
  case disputed
  case extensions
  case suspensions
  /// A bad rating obliges the centre to supervise.
  case supervision
  case appeals
  /// A report that must be checked before it counts.
  case checks

  /// The boxes that a case stands in for someone who may do this much to it.
  static func boxes(of value: Case, allowed: Set<CaseAction>, policy: NetworkPolicy) -> [DeskBox] {
    var boxes: [DeskBox] = []
    if value.state == .desk {
      let isDisputed = value.counts.returns >= policy.casePolicy.maxReturns
      boxes.append(value.returnedBy == nil ? .unroutable : isDisputed ? .disputed : .returned)
    } else if value.parts.contains(where: { $0.state == .returned }), allowed.contains(.appoint) {
      boxes.append(.returned)
    }
    if value.requests.contains(where: \.isExtension), !allowed.isDisjoint(with: [.grantExtension, .refuseExtension]) {
      boxes.append(.extensions)
    }
    if value.requests.contains(where: { !$0.isExtension }), allowed.contains(.refuseSuspension) {
      boxes.append(.suspensions)
    }
    if value.mustSupervise, allowed.contains(.supervise) { boxes.append(.supervision) }
    if value.appealBy != nil, allowed.contains(.decideAppeal) { boxes.append(.appeals) }
    if value.state == .reported { boxes.append(.checks) }
    return boxes
  }
}

/// A case of the queue with all that it waits for.
struct DeskItem: Sendable {
  let summary: CaseSummary
  let value: Case
  let boxes: [DeskBox]

  /// When a word on it is due: of the clocks that time decisions and checks the earliest, else whatever is due first.
  var dueAt: Instant? {
    let running = value.clocks.filter { $0.isRunning && !$0.isPaused }
    let own = running.filter { $0.name == .decide || (value.state == .reported && $0.name == .verify) }
    return own.map(\.dueAt).min() ?? summary.dueAt
  }

  fileprivate var order: (Instant, UnitCode, Int64) {
    (dueAt ?? .farthest, summary.id.district, summary.id.number)
  }
}

/// What waits for a person at the desk, what is due first.
struct DeskQueue: Sendable {
  /// Cases that are sorted into their boxes at most; what is due later comes when these are done.
  static let maxCases = 1_000

  let items: [DeskItem]
  /// Whether more waits than was read.
  let hasMore: Bool

  func items(in box: DeskBox) -> [DeskItem] { items.filter { $0.boxes.contains(box) } }

  static func read(_ view: CallerView, console: Console, now: Instant) async throws -> DeskQueue {
    let decides = view.policy.casePolicy.appeals?.decidedBy.contains(view.caller.role) ?? false
    var waiting = CaseFilter()
    waiting.waiting = .centre(decidesAppeals: decides)
    var reported = CaseFilter()
    reported.states = [.reported]
    async let centre = cases(waiting, view, console, now)
    async let checks = cases(reported, view, console, now)
    let found = try await [centre, checks]
    let summaries = found.flatMap(\.cases)
    let values = try await console.cases.values(of: summaries.map(\.id))
    let items = summaries.compactMap { summary -> DeskItem? in
      guard let value = values[summary.id] else { return nil }
      let allowed = CaseMachine.allowedActions(
        value, by: view.actor, policy: view.policy, now: now, text: summary.description?.lowercased() ?? "")
      let boxes = DeskBox.boxes(of: value, allowed: Set(allowed), policy: view.policy)
      return boxes.isEmpty ? nil : DeskItem(summary: summary, value: value, boxes: boxes)
    }
    return DeskQueue(
      items: items.sorted { $0.order < $1.order },
      hasMore: found.contains { $0.hasMore })
  }

  private static func cases(
    _ filter: CaseFilter, _ view: CallerView, _ console: Console, _ now: Instant
  ) async throws -> (cases: [CaseSummary], hasMore: Bool) {
    var cases: [CaseSummary] = []
    var cursor: CaseCursor?
    repeat {
      let page = try await console.cases.page(
        view.sight, filter, order: .dueFirst, after: cursor, limit: CaseQueries.maxPageCases, now: now)
      cases += page.cases
      cursor = page.next
    } while cursor != nil && cases.count < maxCases
    return (cases, cursor != nil)
  }
}

extension Instant {
  /// Later than anything that is due.
  fileprivate static let farthest = Instant(microseconds: .max)
}
