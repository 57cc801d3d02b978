import Casework
import Domain
import Journal
import PostgresClient
import WebAuth

/// How cases stood at a moment of the past: the fold of their events up to it.
///
/// Reads every event of each district up to that moment, in order of case, so that one case at a time is in memory.
struct PastCases: Sendable {
  /// Events in one read.
  static let maxReadEvents = 2_000

  let console: Console

  private static let read = Statement(
    "console_past_events",
    """
    SELECT case_number, seq, kind, actor, body FROM journal
    WHERE district = $1 AND at <= $2 AND (case_number, seq) > ($3, $4)
    ORDER BY case_number, seq LIMIT $5
    """)

  /// Calls `body` with each case as it stood at `moment`, in order of number.
  func forEach(
    _ district: UnitCode, at moment: Instant, _ body: (Int64, Case) throws -> Void
  ) async throws {
    var fold = CaseFold()
    var place: (number: Int64, seq: Int64) = (0, 0)
    while true {
      let rows = try await console.pool.query(
        Self.read,
        [
          .text(district.text), .timestamp(microseconds: moment.microseconds), .int64(place.number),
          .int64(place.seq), .int64(Int64(Self.maxReadEvents)),
        ])
      for row in rows {
        place = (try row.int64(0), try row.int64(1))
        let event = JournalEvent(
          district: district, seq: place.seq, epoch: 0, at: moment, caseNumber: place.number, kind: try row.text(2),
          actor: try row.text(3), body: try row.bytes(4))
        if let finished = fold.add(place.number, try event.decoded()) { try body(finished.number, finished.value) }
      }
      if rows.count < Self.maxReadEvents { break }
    }
    if let last = fold.finish() { try body(last.number, last.value) }
  }

  /// The filter narrowed to the cases that it let through at that moment: what is asked of a case's state, department,
  /// due time and facts is asked of then.
  func filter(_ filter: CaseFilter, as moment: Moment, view: CallerView) async throws -> CaseFilter {
    let instant = moment.end(in: view.zone)
    var cases: [CaseID] = []
    for district in view.sight.asked(by: filter).territory.districts {
      try await forEach(district, at: instant) { number, value in
        if filter.holdsThen(value, at: instant) { cases.append(CaseID(district: district, number: number)) }
      }
    }
    var narrowed = filter
    narrowed.states = []
    narrowed.lead = nil
    narrowed.involving = nil
    narrowed.ofParts = false
    narrowed.overdue = nil
    narrowed.counted = nil
    narrowed.cases = cases
    return narrowed
  }
}

/// Folds events that come in order of case.
struct CaseFold {
  private var number: Int64 = 0
  private var value: Case?

  /// Takes the next event; returns the case before it, once an event of another comes.
  mutating func add(_ number: Int64, _ event: CaseEvent?) -> (number: Int64, value: Case)? {
    var finished: (number: Int64, value: Case)?
    if number != self.number {
      finished = finish()
      self.number = number
    }
    guard let event else { return finished }
    if value == nil {
      // A journal that begins otherwise is found by `gridctl journal verify`; nothing can be folded of it.
      if event.kind == .reported || event.kind == .filed { value = Case(beginning: event) }
    } else {
      value?.apply(event)
    }
    return finished
  }

  mutating func finish() -> (number: Int64, value: Case)? {
    defer { value = nil }
    return value.map { (number, $0) }
  }
}

extension CaseFilter {
  /// Whether the case passes in what can have changed since.
  fileprivate func holdsThen(_ value: Case, at moment: Instant) -> Bool {
    if !states.isEmpty, !states.contains(value.state) { return false }
    if let involving, !value.involves(involving) { return false }
    if ofParts { return holdsPart(value) }
    switch lead {
    case .department(let department): if value.lead?.department != department { return false }
    case .some(.none): if value.lead != nil { return false }
    case nil: break
    }
    let isOverdue = value.nextDueAt.map { $0 < moment } ?? false
    if let overdue, overdue != isOverdue { return false }
    switch counted {
    case .fact(let fact): return !value.facts.isDisjoint(with: fact)
    case .overdueOpen: return isOverdue
    case nil: return true
    }
  }

  /// Whether one part of the case had all that is asked of a part.
  private func holdsPart(_ value: Case) -> Bool {
    value.parts.contains { part in
      if case .department(let department) = lead, part.department != department { return false }
      switch counted {
      case .fact(let fact): return !part.facts.isDisjoint(with: fact)
      case .overdueOpen:
        return (part.state == .assigned || part.state == .signed) && !part.facts.isDisjoint(with: .late)
      case nil: return true
      }
    }
  }
}

extension Moment {
  /// The moment meant by "as of": a day means its end.
  func end(in zone: ZoneRules) -> Instant {
    switch self {
    case .day(let day): zone.instant(of: day.adding(days: 1)).adding(microseconds: -1)
    case .instant(let instant): instant
    }
  }
}
