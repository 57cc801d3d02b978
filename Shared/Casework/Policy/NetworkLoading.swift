import Cryptography
public import Domain
public import GridNetwork
public import PostgresClient

/// Puts the files of a network in force as its next version. Of gridctl and of the console alike.
public enum NetworkLoading {
  private static let newest = Statement(
    "network_loading_newest",
    "SELECT version, sha256 FROM network_versions WHERE district = $1 ORDER BY version DESC LIMIT 1")

  private static let newestArchive = Statement(
    "network_loading_files",
    "SELECT version, archive FROM network_versions WHERE district = $1 ORDER BY version DESC LIMIT 1")

  private static let archive = Statement(
    "network_loading_archive", "SELECT archive FROM network_versions WHERE district = $1 AND version = $2")

  private static let insert = Statement(
    "network_loading_insert",
    """
    INSERT INTO network_versions (district, version, name, archive, sha256, applied_by)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  private static let begin = Statement(
    "network_loading_begin", "INSERT INTO journal_head (district) VALUES ($1) ON CONFLICT (district) DO NOTHING")

  /// Two loads at once: the second waits, and then finds its version there.
  private static let lock = Statement(
    "network_loading_lock", "SELECT pg_advisory_xact_lock(hashtextextended('gridloop network load', 0))::text")

  /// The files of the newest version of the district's network; nil before one is loaded.
  public static func newestFiles(
    _ district: UnitCode, _ pool: PostgresPool
  ) async throws -> (version: Int32, source: ArchiveSource)? {
    guard let row = try await pool.query(newestArchive, [.text(district.text)]).first else { return nil }
    return (try row.int32(0), try ArchiveSource(try row.bytes(1)))
  }

  /// The files of one version; nil where there is none.
  public static func files(
    _ district: UnitCode, version: Int32, _ pool: PostgresPool
  ) async throws -> ArchiveSource? {
    guard let row = try await pool.query(archive, [.text(district.text), .int32(version)]).first else { return nil }
    return try ArchiveSource(try row.bytes(0))
  }

  /// A directory as it stands once it is in force: changes of grids that have come into force since its plan was drawn
  /// stay. It is not checked whether they still fit it.
  ///
  /// - Parameter newest: the files of the version in force.
  public static func withChangesInForce(
    _ source: some NetworkSource, _ network: LoadedNetwork, over newest: ArchiveSource
  ) throws -> (source: ChangedSource, hasChanges: Bool) {
    let inForce = try GridChangeRecord.read(newest)
    return (ChangedSource(source, of: network, inForce: inForce), !inForce.isEmpty)
  }

  /// Stores the network as the newest version of each of its districts, unless it is that already; all of it or nothing.
  ///
  /// - Parameters:
  ///   - basis: the version of the first district that the files follow.
  ///   - note: notes the load of a version, in the same transaction.
  ///   - beginsJournals: whether districts that are new get their journal; the roles of services may not do that.
  /// - Returns: the version of each district and whether it is new.
  /// - Throws: ``NetworkLoadFault`` when another version came meanwhile, which may have changed grids.
  public static func store(
    _ network: LoadedNetwork, archive bytes: [UInt8], after basis: Int32, by actor: String, beginsJournals: Bool,
    noting note: (@Sendable (_ version: Int32) -> PostgresCall)? = nil, _ pool: PostgresPool
  ) async throws -> [(district: UnitCode, version: Int32, isNew: Bool)] {
    let digest = SHA256.digest(of: bytes)
    let districts = network.policy.units.roots.map(\.code)
    let name = network.policy.name
    return try await pool.transaction { transaction in
      _ = try transaction.query(lock)
      let first = try districts.first.flatMap { try transaction.query(newest, [.text($0.text)]).first?.int32(0) } ?? 0
      guard first == basis else { throw NetworkLoadFault.changedMeanwhile(first) }
      let versions = try districts.map { district -> (district: UnitCode, version: Int32, isNew: Bool) in
        if beginsJournals { try transaction.execute(begin, [.text(district.text)]) }
        let row = try transaction.query(newest, [.text(district.text)]).first
        let version = try row?.int32(0) ?? 0
        if let row, try row.bytes(1) == digest { return (district, version, false) }
        try transaction.execute(
          insert,
          [
            .text(district.text), .int32(version + 1), .text(name), .bytes(bytes), .bytes(digest), .text(actor),
          ])
        return (district, version + 1, true)
      }
      if let note { _ = try transaction.pipeline([note(versions.map(\.version).max() ?? 0)]) }
      return versions
    }
  }
}

/// Why a version is not put in force.
public enum NetworkLoadFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// Another version came in force since the files were read: its number.
  case changedMeanwhile(Int32)

  public var description: String {
    switch self {
    case .changedMeanwhile(let version):
      "version \(version) of the network came in force meanwhile; load it again"
    }
  }
}
