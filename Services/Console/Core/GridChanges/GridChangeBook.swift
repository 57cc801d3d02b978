import Casework
import Domain
import Operations
import PostgresClient
import WebAuth

/// The changes of grids that a caller may see.
struct GridChangeBook: Sendable {
  let console: Console
  let view: CallerView

  private var store: GridChangeStore { GridChangeStore(pool: console.pool) }

  /// Those that touch the caller's unit, the newest first.
  ///
  /// - Parameter waitingOnly: only those that the caller is asked to approve.
  func page(
    _ states: [GridChangeState], waitingOnly: Bool, after cursor: GridChangeCursor?, limit: Int
  ) async throws -> (changes: [GridChange], next: String?) {
    var lists: [[GridChange]] = []
    for district in view.territory.districts {
      lists.append(
        try await store.list(
          district, states: states, before: cursor.map { ($0.at, $0.number) }, limit: limit + 1))
    }
    let page = MergedPage(lists, limit: limit) {
      ($1.proposedAt, $1.number, $1.district) < ($0.proposedAt, $0.number, $0.district)
    }
    let seen = page.rows.filter { change in
      view.sees(change)
        && (!waitingOnly || GridChangeMachine.allowed(change.standing, by: view.actor).contains(.approve))
    }
    return (seen, page.hasMore ? page.rows.last.map { GridChangeCursor($0).text } : nil)
  }

  /// - Throws: 404 for one that is unknown, or that the caller does not see.
  func change(_ id: String?) async throws -> GridChange {
    if let id, let found = try await find(id), view.sees(found) { return found }
    throw Problem.notFound("There is no such change of grids.")
  }

  /// Seen or not, in the caller's districts.
  func find(_ id: String) async throws -> GridChange? {
    for district in view.territory.districts {
      if let found = try await store.change(id, of: district) { return found }
    }
    return nil
  }

  /// Whether the network lets the caller's role propose at all; of which grids is told when one does.
  var mayPropose: Bool {
    view.policy.gridChanges?.proposedBy.contains { $0.role == view.caller.role } ?? false
  }
}
