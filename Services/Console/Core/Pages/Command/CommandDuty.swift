import Casework
import Domain
import Operations

/// Who is on duty now at the unit and at each unit right below it, as `GET /v1/roster/now` tells it of single units.
/// Where a post keeps no roster, whoever holds it counts; where they are on the ground nobody knows.
enum CommandDuty {
  /// People named for each unit; more are counted.
  static let namedPeople = 4

  static func read(_ scene: CommandScene, _ request: PageRequest) async throws -> [PageData] {
    let (view, names, texts) = (request.view, request.names, request.texts)
    let tree = view.policy.units
    let store = DutyStore(pool: request.console.pool)
    let order = [scene.unit] + scene.children.map(\.code)
    let known = Set(order)
    var people: [UnitCode: [(role: String, name: String, isByRoster: Bool)]] = [:]
    var seen: Set<String> = []
    for home in tree.homes(of: scene.unit) {
      let book = try await store.book(home, around: request.now, policy: view.policy)
      // A city's posts stand in the book of each district.
      for post in book.allPosts where tree.contains(scene.unit, post.unit) && seen.insert(post.text).inserted {
        guard let place = tree.placePath(to: post.unit).last(where: { known.contains($0.code) })?.code,
          Self.roles.contains(post.role)
        else { continue }
        let receivers = book.receivers(post, at: request.now)
        guard receivers.fallbackFrom == nil else { continue }
        people[place, default: []] += receivers.people.map { (post.role, $0, receivers.isByDuty) }
      }
    }
    return order.compactMap { code in
      guard let found = people[code], !found.isEmpty else { return nil }
      let sorted = found.sorted {
        (Self.roles.firstIndex(of: $0.role) ?? 0, $0.name) < (Self.roles.firstIndex(of: $1.role) ?? 0, $1.name)
      }
      let named = sorted.prefix(namedPeople).map { "\(texts.word("role", $0.role)) \($0.name)" }
      var data: PageData = [
        "key": code.text, "name": names.unit(code, below: scene.unit),
        "count": texts.counted("command.duty.people", found.count),
        "number": "\(found.count)", "people": named.joined(separator: texts("command.duty.comma")),
        "byRoster": sorted.contains { $0.isByRoster },
      ]
      if found.count > namedPeople { data["more"] = texts.counted("command.duty.more", found.count - namedPeople) }
      return data
    }
  }

  /// Who goes out or leads, the leading first.
  private static let roles = [Role.supervisor, .dispatcher, .officer].map(\.rawValue)
}
