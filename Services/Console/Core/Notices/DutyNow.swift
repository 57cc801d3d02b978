import Casework
import Domain
import PostgresClient

/// Who leads or goes out and is on duty now, as `GET /v1/roster/now` tells it of single units. Where a post keeps no
/// roster, whoever holds it counts; where they are on the ground nobody knows.
struct DutyNow: Sendable {
  struct Presence: Sendable {
    let post: ReceiverAddress
    let username: String
    /// On duty by a roster rather than by holding the post.
    let isByRoster: Bool
  }

  /// Of those at each unit the leading first, then by name.
  let people: [Presence]

  private static let roles = [Role.supervisor, .dispatcher, .officer].map(\.rawValue)

  /// At the unit and all below it. Throws `PostgresError`.
  static func read(under unit: UnitCode, _ view: CallerView, pool: PostgresPool, now: Instant) async throws -> DutyNow {
    let tree = view.policy.units
    let store = DutyStore(pool: pool)
    var people: [Presence] = []
    var seen: Set<String> = []
    for home in tree.homes(of: unit) {
      let book = try await store.book(home, around: now, policy: view.policy)
      // A city's posts stand in the book of each district.
      for post in book.allPosts where tree.contains(unit, post.unit) && seen.insert(post.text).inserted {
        guard roles.contains(post.role) else { continue }
        let receivers = book.receivers(post, at: now)
        guard receivers.fallbackFrom == nil else { continue }
        people += receivers.people.map { Presence(post: post, username: $0, isByRoster: receivers.isByDuty) }
      }
    }
    return DutyNow(
      people: people.sorted {
        (roles.firstIndex(of: $0.post.role) ?? 0, $0.username) < (roles.firstIndex(of: $1.post.role) ?? 0, $1.username)
      })
  }
}

extension PageRequest {
  /// As pages name someone on duty: `Officer wang`.
  func name(_ presence: DutyNow.Presence) -> String {
    "\(texts.word("role", presence.post.role)) \(presence.username)"
  }
}
