import Casework
import Domain

/// What waits for a department, sorted into its boxes. A case may lie in several: in hand and late.
struct DepartmentDesk: Sendable {
  enum Box: String, CaseIterable, Sendable {
    case toSign = "to_sign"
    case inHand = "in_hand"
    case dueSoon = "due_soon"
    case late
    /// What did not pass, was opened again, or whose return the centre rejected.
    case back
    /// Supervision orders that must be answered.
    case answers
  }

  /// A case as the department has it: as its lead, or with a part of its own.
  struct Item: Sendable {
    let summary: CaseSummary
    let value: Case
    /// Nil where the department leads.
    let part: CasePart?
    let boxes: Set<Box>
    /// What is due first of the department's own clocks.
    let dueAt: Instant?
    let startedAt: Instant

    var canSign: Bool { boxes.contains(.toSign) }
  }

  /// Cases that are sorted at most; a department has some hundreds.
  static let maxCases = 5_000

  let items: [Item]

  func items(in box: Box) -> [Item] { items.filter { $0.boxes.contains(box) } }

  static func read(_ department: DepartmentCode, request: PageRequest) async throws -> DepartmentDesk {
    let (console, sight, now) = (request.console, request.view.sight, request.now)
    var filter = CaseFilter()
    filter.waiting = .department(department)
    var found: [CaseSummary] = []
    var cursor: CaseCursor?
    repeat {
      let page = try await console.cases.page(
        sight, filter, order: .dueFirst, after: cursor, limit: CaseQueries.maxPageCases, now: now)
      found += page.cases
      cursor = page.next
    } while cursor != nil && found.count < maxCases
    let values = try await console.cases.values(of: found.map(\.id))
    let items = found.compactMap { summary in
      values[summary.id].flatMap { item(summary, $0, department, now) }
    }
    return DepartmentDesk(items: items.sorted { $0.order < $1.order })
  }

  /// Nil where nothing waits for the department any more.
  static func item(
    _ summary: CaseSummary, _ value: Case, _ department: DepartmentCode, _ now: Instant
  ) -> Item? {
    let isLead = value.lead?.department == department
    let part = isLead ? nil : value.part(of: department)
    var boxes: Set<Box> = []
    if isLead {
      if value.state == .dispatched { boxes.insert(.toSign) }
      if value.state == .signed { boxes.insert(.inHand) }
    } else if value.state == .dispatched || value.state == .signed {
      if part?.state == .assigned { boxes.insert(.toSign) }
      if part?.state == .signed { boxes.insert(.inHand) }
    }
    if !boxes.isEmpty, isBack(value, part) { boxes.insert(.back) }
    if value.orders.contains(where: { $0.awaitsAnswer && $0.department == department }) { boxes.insert(.answers) }
    guard !boxes.isEmpty else { return nil }
    let clock = value.clocks.filter { $0.isOwn(of: department, isLead: isLead) }.min { $0.dueAt < $1.dueAt }
    if let clock {
      switch DueTone.of(clock.dueAt, from: clock.stageStartedAt, now: now) {
      case .late: boxes.insert(.late)
      case .soon: boxes.insert(.dueSoon)
      case .fine: break
      }
    }
    return Item(
      summary: summary, value: value, part: part, boxes: boxes, dueAt: clock?.dueAt,
      startedAt: clock?.stageStartedAt ?? summary.filedAt)
  }

  private static func isBack(_ value: Case, _ part: CasePart?) -> Bool {
    let facts = part?.facts ?? value.facts
    return !facts.isDisjoint(with: [.reworked, .reopened, .shirked])
  }
}

extension DepartmentDesk.Item {
  fileprivate var order: (Int64, UnitCode, Int64) {
    (dueAt?.microseconds ?? .max, summary.id.district, summary.id.number)
  }
}

extension CaseClock {
  /// Whether it runs for the department: of the case where it leads, else of its part; and for its answers to orders.
  fileprivate func isOwn(of department: DepartmentCode, isLead: Bool) -> Bool {
    guard isRunning, !isPaused else { return false }
    switch matter {
    case .whole: return isLead && [.sign, .contact, .handle].contains(name)
    case .part: return !isLead && self.department == department && name != .decide
    case .order: return self.department == department
    default: return false
    }
  }
}
