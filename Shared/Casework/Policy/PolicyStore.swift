public import Domain
public import GridNetwork
public import Logging
import Platform
public import PostgresClient

/// The networks that this database serves, each at its newest version; older versions where a case asks for them.
///
/// Read whole, replaced whole: whoever holds a ``LoadedNetwork`` keeps one consistent version. Thread-safe.
public final class PolicyStore: Sendable {
  /// How often newer versions are looked for.
  public static let refreshMilliseconds = 2_000
  /// Older versions kept in memory at most, per district.
  public static let maxOldVersions = 8

  private struct Held {
    var current: [UnitCode: LoadedNetwork] = [:]
    var old: [UnitCode: [Int32: LoadedNetwork]] = [:]
  }

  private let pool: PostgresPool
  private let geometry: GeometryReading
  private let logger: Logger
  private let held = Locked(Held())

  /// - Parameter geometry: what of the shapes this service needs; those that never ask where a point lies skip it.
  public init(pool: PostgresPool, geometry: GeometryReading, logger: Logger) {
    self.pool = pool
    self.geometry = geometry
    self.logger = logger
  }

  private static let versions = Statement(
    "policy_versions", "SELECT district, max(version) FROM network_versions GROUP BY district ORDER BY district")

  private static let archive = Statement(
    "policy_archive", "SELECT archive FROM network_versions WHERE district = $1 AND version = $2")

  /// The districts served, in order of code.
  public var districts: [UnitCode] { held.withLock { $0.current.keys.sorted() } }

  /// The newest version of the district's network; nil before one is loaded.
  public func current(_ district: UnitCode) -> LoadedNetwork? { held.withLock { $0.current[district] } }

  /// Each distinct network served, with the districts it covers.
  public var networks: [LoadedNetwork] {
    held.withLock { held in
      var seen: Set<String> = []
      return held.current.sorted { $0.key < $1.key }.map(\.value).filter { seen.insert($0.policy.name).inserted }
    }
  }

  /// The network whose tree holds the unit.
  public func network(holding unit: UnitCode) -> LoadedNetwork? {
    held.withLock { $0.current.values.first { $0.policy.units[unit] != nil } }
  }

  /// The policy of that version; the newest when the version is 0.
  public func policy(_ district: UnitCode, version: Int32) async throws -> NetworkPolicy {
    if let known = held.withLock({ held in
      held.current[district].flatMap { $0.policy.version == version || version == 0 ? $0 : nil }
        ?? held.old[district]?[version]
    }) {
      return known.policy
    }
    guard let loaded = try await load(district, version, geometry: .skip) else {
      throw PolicyFault.unknownVersion(district, version)
    }
    held.withLock { held in
      if held.old[district, default: [:]].count >= Self.maxOldVersions { held.old[district] = [:] }
      held.old[district, default: [:]][version] = loaded
    }
    return loaded.policy
  }

  /// Looks for newer versions once. Throws when the database cannot be read or a stored version is unreadable.
  public func refresh() async throws {
    for row in try await pool.query(Self.versions) {
      let district = UnitCode(try row.text(0))
      let version = try row.int32(1)
      if held.withLock({ $0.current[district]?.policy.version == version }) { continue }
      guard let loaded = try await load(district, version, geometry: geometry) else { continue }
      held.withLock { held in
        if let old = held.current[district] { held.old[district, default: [:]][old.policy.version] = old }
        held.current[district] = loaded
      }
      logger.info(
        "a network is in force",
        metadata: ["network": "\(loaded.policy.name)", "district": "\(district)", "version": "\(version)"])
    }
  }

  /// Keeps looking until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      do {
        try await refresh()
      } catch {
        if !Task.isCancelled {
          logger.warning("the networks cannot be read", metadata: ["fault": "\(error)"])
        }
      }
      try? await Task.sleep(for: .milliseconds(Self.refreshMilliseconds))
    }
  }

  private func load(
    _ district: UnitCode, _ version: Int32, geometry: GeometryReading
  ) async throws -> LoadedNetwork? {
    let rows = try await pool.query(Self.archive, [.text(district.text), .int32(version)])
    guard let row = rows.first else { return nil }
    return try NetworkReader.read(try ArchiveSource(try row.bytes(0)), version: version, geometry: geometry)
  }
}

/// What cannot be had of the stored policies.
public enum PolicyFault: Error, Sendable, Hashable, CustomStringConvertible {
  case unknownVersion(UnitCode, Int32)
  case noNetwork(UnitCode)

  public var description: String {
    switch self {
    case .unknownVersion(let district, let version): "district \(district) has no policy version \(version)"
    case .noNetwork(let district): "district \(district) has no network: run `gridctl network load`"
    }
  }
}
