import Casework
import Cryptography
import Domain
import GridNetwork
import Journal
import PostgresClient
import Wire

/// One stored version of a district's network.
struct NetworkVersion: Sendable {
  let district: UnitCode
  let number: Int32
  let name: String
  let sha256: [UInt8]
  let appliedAt: Instant
  let appliedBy: String

  var json: JSONValue {
    [
      "district": .string(district.text), "version": .integer(Int64(number)), "name": .string(name),
      "sha256": .string(Hexadecimal.encode(sha256)), "applied_at": .string(appliedAt.rfc3339()),
      "applied_by": .string(appliedBy),
    ]
  }
}

/// The table `network_versions`.
enum NetworkVersions {
  private static let all = Statement(
    "gridctl_network_versions",
    "SELECT district, version, name, sha256, applied_at, applied_by FROM network_versions ORDER BY district, version")

  private static let archive = Statement(
    "gridctl_network_archive",
    """
    SELECT district, version, archive FROM network_versions AS v
    WHERE version = (SELECT max(version) FROM network_versions AS n WHERE n.district = v.district)
    ORDER BY (name = $1) DESC, district LIMIT 1
    """)

  static func list(_ pool: PostgresPool) async throws -> [NetworkVersion] {
    try await pool.query(all).map { row in
      NetworkVersion(
        district: UnitCode(try row.text(0)), number: try row.int32(1), name: try row.text(2),
        sha256: try row.bytes(3), appliedAt: try row.instant(4), appliedBy: try row.text(5))
    }
  }

  /// The newest version of the network of that name, or of the first one there is; nil when none is loaded.
  static func read(
    named name: String?, geometry: GeometryReading, _ pool: PostgresPool
  ) async throws -> LoadedNetwork? {
    guard let row = try await pool.query(archive, [.text(name ?? "")]).first else { return nil }
    return try NetworkReader.read(
      try ArchiveSource(try row.bytes(2)), version: try row.int32(1), geometry: geometry)
  }

  /// The files of the newest version of the district's network; nil before one is loaded.
  static func newestFiles(
    _ district: UnitCode, _ pool: PostgresPool
  ) async throws -> (version: Int32, source: ArchiveSource)? {
    try await NetworkLoading.newestFiles(district, pool)
  }

  /// The districts that have a journal.
  static func districts(_ pool: PostgresPool) async throws -> [UnitCode] {
    try await JournalReader(pool: pool).ends().keys.sorted()
  }

  /// The codes under which accounts are kept: the districts that have a journal, and the cities they lie in.
  static func homes(_ pool: PostgresPool) async throws -> [UnitCode] {
    try await districts(pool) + newest(pool).compactMap(\.identity.city?.code)
  }

  /// Every network that is in force, each once, without its geometry.
  static func newest(_ pool: PostgresPool) async throws -> [LoadedNetwork] {
    var networks: [LoadedNetwork] = []
    for name in try await list(pool).map(\.name) where !networks.contains(where: { $0.policy.name == name }) {
      if let network = try await read(named: name, geometry: .skip, pool) { networks.append(network) }
    }
    return networks
  }

  /// Stores the network as the newest version of each of its districts, unless it is that already, and begins the
  /// journals that are missing; all of it or nothing.
  ///
  /// - Parameter basis: the version of the first district that the files follow: refused when another came meanwhile, which
  ///   may have changed grids.
  /// - Returns: the version of each district and whether it is new.
  static func store(
    _ network: LoadedNetwork, archive bytes: [UInt8], after basis: Int32, by operatorName: String, _ pool: PostgresPool
  ) async throws -> [(district: UnitCode, version: Int32, isNew: Bool)] {
    do {
      return try await NetworkLoading.store(
        network, archive: bytes, after: basis, by: operatorName, beginsJournals: true, pool)
    } catch let fault as NetworkLoadFault {
      throw Refusal("network_changed", "\(fault)")
    }
  }
}
