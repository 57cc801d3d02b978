public import Domain
import GridNetwork
import Journal
public import PostgresClient

/// What becomes of changes of grids when their time has come: those that are approved come into force on their day, those
/// that a level did not decide in its time lapse; each exactly once, however many copies try.
///
/// A change comes into force in one transaction with the version of the network that carries it and the notice that
/// tells of it: a process that dies before the commit has done nothing, one that dies after it has done all.
public struct GridChangeDay: Sendable {
  /// Changes looked at in one round at most.
  public static let maxChanges = 20

  public enum Outcome: Sendable, Hashable {
    case inForce(version: Int32)
    case lapsed
    case conflicted(reason: String)
    /// Another copy was first, or another version of the network came meanwhile: what is left is seen to in the next round.
    case moved
  }

  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  /// What became of each change of the districts whose time has come, in that order.
  /// - Throws: `PostgresError`; ``PolicyFault`` or `NetworkSourceError` when the stored network cannot be read.
  public func settle(_ districts: [UnitCode], at now: Instant) async throws -> [(change: GridChange, outcome: Outcome)]
  {
    var settled: [(change: GridChange, outcome: Outcome)] = []
    for change in try await GridChangeStore(pool: pool).due(districts, at: now, limit: Self.maxChanges) {
      settled.append((change, try await settle(change, at: now)))
    }
    return settled
  }

  func settle(_ change: GridChange, at now: Instant) async throws -> Outcome {
    guard change.state == .approved else {
      let missing = change.standing.waiting.map(\.address.text).joined(separator: ", ")
      return try await fail(change, .lapsed, reason: missing, at: now) ? .lapsed : .moved
    }
    let files = try await GridPlanFiles.read(change.district, pool)
    let redrawn = try await files.withNetwork { network, source in try Self.redraw(change, network, source) }
    switch redrawn {
    case .faults(let faults):
      let reason = faults.map { "\($0.field): \($0.detail)" }.joined(separator: " ")
      let told = String(reason.prefix(GridChangePlan.maxReasonCharacters))
      return try await fail(change, .conflicted, reason: told, at: now) ? .conflicted(reason: told) : .moved
    case .archive(let bytes, let heads, let zone):
      let impact = try await GridChangeImpact.read(
        change.plan, district: change.district, at: now, today: zone.date(of: now), pool)
      return try await putInForce(change, files, bytes, heads: heads, impact, at: now).map { .inForce(version: $0) }
        ?? .moved
    }
  }

  private enum Redrawn: Sendable {
    case faults([GridPlanFault])
    /// The network's files with the change, and the units whose heads hear of it.
    case archive([UInt8], heads: [UnitCode], ZoneRules)
  }

  /// The network has had time to become another: everything is looked at again.
  private static func redraw(
    _ change: GridChange, _ network: LoadedNetwork, _ source: ArchiveSource
  ) throws -> Redrawn {
    let check = GridChangeCheck(network: network, source: source)
    let faults = try check.faults(change.plan, change.drawn)
    guard faults.isEmpty else { return .faults(faults) }
    let changed = ChangedSource(source, changes: network.gridChanges + [change.record])
    let names = Set(network.fileNames + [GridChangeRecord.fileName]).sorted()
    let units = network.policy.units
    let heads = change.places.flatMap { units.path(to: $0) }.filter { $0.tier != units.finestTier }.map(\.code)
    return .archive(
      try ArchiveSource.pack(changed, names: names), heads: Set(heads).sorted(), network.policy.calendar.zone)
  }

  private func fail(
    _ change: GridChange, _ state: GridChangeState, reason: String, at now: Instant
  ) async throws -> Bool {
    let end = GridChangeStore.end(change, state, note: reason, at: now)
    let notice = GridChangeNotices(change).failed(change, state, reason: reason, at: now)
    return try await pool.transaction { transaction in
      guard try transaction.query(end.statement, end.parameters).onlyRow().bool(0) else { return false }
      _ = try transaction.finalPipeline([notice.asking(in: change.district)])
      return true
    }
  }

  /// Whoever writes versions of networks takes turns: the same lock as `gridctl network load`.
  private static let lock = Statement(
    "grid_change_lock", "SELECT pg_advisory_xact_lock(hashtextextended('gridloop network load', 0))::text")

  /// Districts that share the files, one city's, get them together.
  private static let sharing = Statement(
    "grid_change_sharing",
    """
    SELECT district, version FROM
      (SELECT DISTINCT ON (district) district, version, sha256 FROM network_versions ORDER BY district, version DESC) AS v
    WHERE sha256 = $1 ORDER BY district
    """)

  private static let insert = Statement(
    "grid_change_version",
    """
    INSERT INTO network_versions (district, version, name, archive, sha256, applied_by)
    VALUES ($1, $2, $3, $4, sha256($4), $5)
    """)

  /// Nil when the change, or the network, has moved on meanwhile.
  private func putInForce(
    _ change: GridChange, _ files: GridPlanFiles, _ archive: [UInt8], heads: [UnitCode], _ impact: GridChangeImpact,
    at now: Instant
  ) async throws -> Int32? {
    return try await pool.transaction { transaction -> Int32? in
      _ = try transaction.query(Self.lock)
      let newest = try transaction.query(GridPlanFiles.newest, [.text(change.district.text)]).onlyRow()
      guard try newest.int32(0) == files.version else { return nil }
      let version = files.version + 1
      let end = GridChangeStore.end(change, .inForce, note: "", networkVersion: version, at: now)
      guard try transaction.query(end.statement, end.parameters).onlyRow().bool(0) else { return nil }
      for row in try transaction.query(Self.sharing, [.bytes(files.sha256)]) {
        try transaction.execute(
          Self.insert,
          [
            .text(try row.text(0)), .int32(try row.int32(1) + 1), .text(files.name), .bytes(archive),
            .text("\(change.id) by \(Actor.service("escalation").text)"),
          ])
      }
      let notice = GridChangeNotices(change).inForce(change, impact: impact, heads: heads, at: now)
      _ = try transaction.finalPipeline([notice.asking(in: change.district)])
      return version
    }
  }
}
