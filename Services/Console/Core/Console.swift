import Casework
import Domain
import GridNetwork
import Journal
import Logging
import Operations
import Platform
import PostgresClient
import WebAuth

/// What the routes of the console share. Made once; used from any thread.
struct Console: Sendable {
  let pool: PostgresPool
  let policies: PolicyStore
  let desk: CommandDesk
  let reader: JournalReader
  let authenticator: Authenticator
  let clock: any WallClock
  let feed: LiveFeed
  let shapes: ShapeStore
  /// Whether cookies are marked for TLS alone.
  let cookiesAreSecure: Bool
  let logger: Logger

  var cases: CaseQueries { CaseQueries(pool: pool) }
  var now: Instant { Instant(microseconds: clock.microseconds) }

  /// The caller of a request with the network they work in.
  ///
  /// - Throws: `AuthenticationError.missing`; 503 while the district has no network.
  func view(_ context: some AuthenticatedRequestContext) throws -> CallerView {
    let caller = try context.requireCaller()
    return CallerView(caller: caller, network: try network(of: caller.district))
  }

  /// The network in force in a district.
  func network(of district: UnitCode) throws(Problem) -> LoadedNetwork {
    guard let network = policies.current(district) else {
      throw .unavailable(code: "no_network", retryAfterSeconds: 2, "The network of this district is not loaded yet.")
    }
    return network
  }
}

/// A caller and the network they work in, as one request sees them.
struct CallerView: Sendable {
  let caller: Caller
  let network: LoadedNetwork

  var policy: NetworkPolicy { network.policy }
  var zone: ZoneRules { network.policy.calendar.zone }
  var actor: Actor { caller.actor }
  var sight: CaseSight { CaseSight(of: caller.actor, district: caller.district, policy: policy) }

  /// Whether the unit lies in the subtree of the caller's.
  func covers(_ unit: UnitCode) -> Bool { policy.units.contains(caller.unit, unit) }
}

extension Caller {
  /// The caller as the case machine and the journal know them.
  var actor: Actor {
    Actor(kind: kind == .user ? .user : .source, name: name, role: role, unit: unit, department: department)
  }
}
