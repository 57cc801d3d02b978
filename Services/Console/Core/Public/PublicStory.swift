import Casework
import Domain
import Journal
import PostgresClient

/// What somebody who follows a report is told of its case: how it stands and what was done, in steps that name bodies
/// and no person, and nothing that is said within the administration.
struct PublicStory: Sendable {
  /// What a step is; its words are `public.step.<name>`.
  enum Step: String, Sendable {
    case received, verified, passed, inHand = "in_hand", paused, resumed, done, again, closed, joined, refused, reopened
  }

  struct Entry: Sendable, Equatable {
    let step: Step
    let at: Instant
    let department: DepartmentCode?
  }

  /// Cases that were merged into one another, at most.
  private static let maxMerges = 16

  /// The case in which the matter now lies.
  let id: CaseID
  let value: Case
  /// In the order of time.
  let entries: [Entry]
  /// Of the result that closed the case; nil before.
  let result: String?
  let photos: [String]

  /// Nil when the page may not see the case.
  static func read(_ report: FollowedReport, _ visit: PublicVisit) async throws -> PublicStory? {
    let console = visit.console
    guard let found = try await console.cases.find(report.caseID, visit.asked.view.sight) else { return nil }
    var (id, value) = (found.loaded.id, found.loaded.value)
    var joined: [Entry] = []
    // The case into which theirs was merged is theirs, too; by its own reports the page might not see it.
    for _ in 0..<maxMerges {
      guard let next = value.mergedInto, let later = try await console.cases.values(of: [next])[next] else { break }
      joined.append(Entry(step: .joined, at: value.updatedAt, department: nil))
      (id, value) = (next, later)
    }
    let events = try await console.reader.events(of: id).compactMap { try $0.event.decoded() }
    return PublicStory(id: id, value: value, events: events, receivedAt: report.receivedAt, joined: joined)
  }

  /// - Parameter receivedAt: when the report came that is followed; the case may be older.
  init(id: CaseID, value: Case, events: [CaseEvent], receivedAt: Instant, joined: [Entry] = []) {
    self.id = id
    self.value = value
    var entries = [Entry(step: .received, at: receivedAt, department: nil)] + joined
    var handed: HandedIn?
    var settled: String?
    for event in events {
      if let step = Self.step(event) {
        entries.append(Entry(step: step, at: event.at, department: Self.department(event, step)))
      }
      switch event.detail {
      case .handled(let result) where result.part == nil: handed = result
      case .closed(.onSpot(let action, _)): settled = action
      default: break
      }
    }
    // Of equal moments the order in which they were told holds.
    self.entries = entries.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element)
    let isClosed = value.state == .closed
    result = isClosed ? settled ?? handed?.result : nil
    photos = isClosed ? handed?.photos ?? [] : []
  }

  private static func step(_ event: CaseEvent) -> Step? {
    switch event.detail {
    case .filed: event.before?.state == .reported ? .verified : nil
    case .dispatched: .passed
    case .signed(part: nil): .inHand
    case .suspended: .paused
    case .resumed: .resumed
    case .handled(let handed) where handed.part == nil && handed.isFinal: .done
    case .reworked: .again
    case .closed: .closed
    case .reopened: .reopened
    case .rejected, .voided: .refused
    default: nil
    }
  }

  private static func department(_ event: CaseEvent, _ step: Step) -> DepartmentCode? {
    [.passed, .inHand, .done].contains(step) ? event.after.lead : nil
  }

  /// Until when the department has time, while it has.
  var dueAt: Instant? {
    guard [.dispatched, .signed].contains(value.state) else { return nil }
    return value.clocks.first { $0.name == .handle && $0.matter == .whole && $0.isRunning && !$0.isPaused }?.finalDueAt
  }
}
