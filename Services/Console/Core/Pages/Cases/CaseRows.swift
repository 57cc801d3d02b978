import Casework
import Domain

/// Rows of lists of cases, for the partial `case-row`.
struct CaseRows: Sendable {
  /// The longest text of a description in a list, in characters.
  static let maxDescriptionCharacters = 90

  private let request: PageRequest

  init(_ request: PageRequest) { self.request = request }

  func data(_ summary: CaseSummary) -> PageData {
    let (names, times, texts) = (request.names, request.times, request.texts)
    var data: PageData = [
      "id": summary.id.description, "path": "/cases/\(summary.id)", "state": summary.state.rawValue,
      "stateName": texts.word("state", summary.state.rawValue), "category": names.category(summary.category),
      "place": names.place(summary.unit), "source": texts.word("source", summary.source.rawValue),
      "urgent": summary.priority == .urgent, "filed": times.data(summary.filedAt),
      "version": "\(summary.version)",
    ]
    data["description"] = summary.description.map(Self.shortened)
    data["address"] = summary.address
    data["lead"] = summary.lead.map { names.department($0) }
    if let due = summary.dueAt {
      data["due"] = times.data(due)
      data["tone"] = DueTone.of(due, from: summary.filedAt, now: request.now).rawValue
    }
    data["closed"] = times.data(summary.closedAt)
    return data
  }

  static func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > maxDescriptionCharacters ? line.prefix(maxDescriptionCharacters) + "…" : line
  }
}

/// How pressing a due time is; the colours of clocks.
enum DueTone: String, Sendable {
  case fine, soon, late

  static func of(_ due: Instant, from start: Instant, now: Instant) -> DueTone {
    due < now ? .late : soonFrom(due: due, start: start) < now ? .soon : .fine
  }

  /// Soon is the last fifth of the time, and never less than the last two hours.
  static func soonFrom(due: Instant, start: Instant) -> Instant {
    let whole = max(due.microseconds(since: start), 0)
    return Instant(microseconds: due.microseconds - max(whole / 5, 2 * Instant.microsecondsPerHour))
  }
}
