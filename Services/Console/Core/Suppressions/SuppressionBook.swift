import Casework
import Domain
import WebAuth

/// The suppressions that a caller sees: those of their unit, of a unit below it, and of one above it.
struct SuppressionBook: Sendable {
  let console: Console
  let view: CallerView

  private var store: SuppressionStore { SuppressionStore(pool: console.pool) }

  /// A part of the list, the newest first.
  struct Part {
    let suppressions: [Suppression]
    /// Where the list goes on; nil at its end.
    let next: SuppressionCursor?
  }

  /// - Parameters:
  ///   - now: only those that have not ended by then; nil for all.
  ///   - limit: so many are looked at; fewer are told where some are not the caller's to see.
  func part(onlyOpenAt now: Instant? = nil, after cursor: SuppressionCursor? = nil, limit: Int) async throws -> Part {
    var lists: [[Suppression]] = []
    for district in view.territory.districts {
      lists.append(
        try await store.list(district, onlyOpenAt: now, before: cursor.map { ($0.at, $0.id) }, limit: limit + 1))
    }
    // Their ids are of the whole table, so that no two are alike in this order.
    let page = MergedPage(lists, limit: limit) { ($1.createdAt, $1.id) < ($0.createdAt, $0.id) }
    return Part(
      suppressions: page.rows.filter(isSeen), next: page.hasMore ? page.rows.last.map { SuppressionCursor($0) } : nil)
  }

  /// Nil when there is none of that id that the caller sees.
  func suppression(_ id: String) async throws -> Suppression? {
    for district in view.territory.districts {
      if let found = try await store.suppression(id, of: district), isSeen(found) { return found }
    }
    return nil
  }

  /// Whether the caller may end it, where their role may: it is of their unit or of one below it.
  func mayEnd(_ suppression: Suppression) -> Bool { view.covers(suppression.unit) }

  private func isSeen(_ suppression: Suppression) -> Bool {
    view.covers(suppression.unit) || view.policy.units.contains(suppression.unit, view.caller.unit)
  }
}
