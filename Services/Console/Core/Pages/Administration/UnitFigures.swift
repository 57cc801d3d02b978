import Casework
import Domain
import WebAuth

/// What lies at some units and below them: units, grids, people with posts, who is on duty, and open cases.
struct UnitFigures: Sendable {
  struct Figure: Sendable {
    /// Units below it that are no grids, and grids.
    var (units, grids) = (0, 0)
    /// Who may sign in.
    var people: [UserAccount] = []
    var duty: [DutyNow.Presence] = []
    var open = ToneCounts()
  }

  private let figures: [UnitCode: Figure]

  subscript(unit: UnitCode) -> Figure { figures[unit] ?? Figure() }

  /// - Parameters:
  ///   - units: of the caller's ground; one may lie below another.
  ///   - top: below which all of them lie.
  static func read(_ units: [UnitCode], under top: UnitCode, _ request: PageRequest) async throws -> UnitFigures {
    let (view, pool, now) = (request.view, request.console.pool, request.now)
    let tree = view.policy.units
    var filter = CaseFilter()
    filter.territory = tree.territory(of: top)
    async let tallies = CasePointStore(pool: pool).tallies(view.sight, filter, now: now)
    async let duty = DutyNow.read(under: top, view, pool: pool, now: now)
    let users = try await UserDirectory(console: request.console, view: view).users()

    var figures: [UnitCode: Figure] = [:]
    for code in units { figures[code] = Figure() }
    // To every unit on the path, however many of them are asked for.
    func add(_ code: UnitCode, _ change: (inout Figure) -> Void) {
      for place in tree.placePath(to: code) where figures[place.code] != nil {
        change(&figures[place.code, default: Figure()])
      }
    }
    for unit in tree.units {
      guard let above = tree.parent(of: unit) else { continue }
      if unit.tier == tree.finestTier { add(above) { $0.grids += 1 } } else { add(above) { $0.units += 1 } }
    }
    for user in users where user.disabledAt == nil { add(user.unit) { $0.people.append(user) } }
    for presence in try await duty.people { add(presence.post.unit) { $0.duty.append(presence) } }
    for tally in try await tallies { add(tally.unit) { $0.open += tally.counts } }
    return UnitFigures(figures: figures)
  }
}
