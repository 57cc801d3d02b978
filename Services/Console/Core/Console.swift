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
  /// Signed ends of the journals, for bundles of evidence.
  let checkpoints: CheckpointShelf
  let authenticator: Authenticator
  let clock: any WallClock
  let feed: LiveFeed
  let reading: LiveReading
  let shapes: ShapeStore
  /// What browsers see.
  let site: WebSite
  /// The way to the door for reports, for pages that hand in.
  let reportDoor: ReportDoor
  /// What people may do who have not signed in.
  let publicDoor: PublicDoor
  /// Whether cookies are marked for TLS alone.
  let cookiesAreSecure: Bool
  let logger: Logger
  let channelTests = ChannelTestLimiter()

  var cases: CaseQueries { CaseQueries(pool: pool) }
  var now: Instant { Instant(microseconds: clock.microseconds) }

  /// The caller of a request with the network they work in.
  ///
  /// - Throws: `AuthenticationError.missing`; 503 while their district or city has no network.
  func view(_ context: some AuthenticatedRequestContext) throws -> CallerView {
    let caller = try context.requireCaller()
    return CallerView(caller: caller, network: try network(ofAccountsIn: caller.district))
  }

  /// The network in force in a district, or in the districts of a city.
  func network(ofAccountsIn code: UnitCode) throws(Problem) -> LoadedNetwork {
    guard let network = policies.network(ofAccountsIn: code) else {
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
  var sight: CaseSight { CaseSight(of: caller.actor, policy: policy) }
  /// The ground under the caller's unit: a part of one district, or all districts of a city.
  var territory: Territory { policy.units.territory(of: caller.unit) }

  /// Whether the unit lies in the subtree of the caller's.
  func covers(_ unit: UnitCode) -> Bool { policy.units.contains(caller.unit, unit) }
}

extension Caller {
  /// The caller as the case machine and the journal know them.
  var actor: Actor {
    Actor(kind: kind == .user ? .user : .source, name: name, role: role, unit: unit, department: department)
  }
}
