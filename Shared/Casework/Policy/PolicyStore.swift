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

  /// Districts whose stored version has the same content and number share one ``LoadedNetwork``: a city of nine
  /// districts is read once.
  private struct Content: Hashable {
    let sha256: [UInt8]
    let version: Int32
  }

  private struct Entry {
    let content: Content
    let network: LoadedNetwork
  }

  private struct Held {
    var current: [UnitCode: Entry] = [:]
    var old: [UnitCode: [Int32: Entry]] = [:]

    func network(of content: Content, alsoOld: Bool) -> LoadedNetwork? {
      if let entry = current.values.first(where: { $0.content == content }) { return entry.network }
      guard alsoOld else { return nil }
      return old.values.lazy.flatMap(\.values).first { $0.content == content }?.network
    }
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
    "policy_versions",
    "SELECT DISTINCT ON (district) district, version, sha256 FROM network_versions ORDER BY district, version DESC")

  private static let content = Statement(
    "policy_content", "SELECT sha256 FROM network_versions WHERE district = $1 AND version = $2")

  private static let archive = Statement(
    "policy_archive", "SELECT archive FROM network_versions WHERE district = $1 AND version = $2")

  /// The districts served, in order of code.
  public var districts: [UnitCode] { held.withLock { $0.current.keys.sorted() } }

  /// The newest version of the district's network; nil before one is loaded.
  public func current(_ district: UnitCode) -> LoadedNetwork? { held.withLock { $0.current[district]?.network } }

  /// Each distinct network served, with the districts it covers.
  public var networks: [LoadedNetwork] {
    held.withLock { held in
      var seen: Set<String> = []
      return held.current.sorted { $0.key < $1.key }.map(\.value.network).filter {
        seen.insert($0.policy.name).inserted
      }
    }
  }

  /// The network whose tree holds the unit.
  public func network(holding unit: UnitCode) -> LoadedNetwork? {
    held.withLock { $0.current.values.first { $0.network.policy.units[unit] != nil }?.network }
  }

  /// The network whose districts are that city; nil where there is none.
  public func network(ofCity code: UnitCode) -> LoadedNetwork? {
    held.withLock { held in
      held.current.sorted { $0.key < $1.key }.first { $0.value.network.identity.city?.code == code }?.value.network
    }
  }

  /// The network of accounts kept under that code: a district's, or a city's.
  public func network(ofAccountsIn code: UnitCode) -> LoadedNetwork? { current(code) ?? network(ofCity: code) }

  /// The policy of that version; the newest when the version is 0.
  public func policy(_ district: UnitCode, version: Int32) async throws -> NetworkPolicy {
    if let known = held.withLock({ held in
      held.current[district].flatMap { $0.network.policy.version == version || version == 0 ? $0 : nil }
        ?? held.old[district]?[version]
    }) {
      return known.network.policy
    }
    guard let row = try await pool.query(Self.content, [.text(district.text), .int32(version)]).first else {
      throw PolicyFault.unknownVersion(district, version)
    }
    let content = Content(sha256: try row.bytes(0), version: version)
    var loaded = held.withLock { $0.network(of: content, alsoOld: true) }
    if loaded == nil { loaded = try await load(district, version, geometry: .skip) }
    guard let network = loaded else { throw PolicyFault.unknownVersion(district, version) }
    held.withLock { held in
      if held.old[district, default: [:]].count >= Self.maxOldVersions { held.old[district] = [:] }
      held.old[district, default: [:]][version] = Entry(content: content, network: network)
    }
    return network.policy
  }

  /// Looks for newer versions once. Throws when the database cannot be read or a stored version is unreadable.
  public func refresh() async throws {
    for row in try await pool.query(Self.versions) {
      let district = UnitCode(try row.text(0))
      let content = Content(sha256: try row.bytes(2), version: try row.int32(1))
      if held.withLock({ $0.current[district]?.content == content }) { continue }
      var loaded = held.withLock { $0.network(of: content, alsoOld: false) }
      if loaded == nil { loaded = try await load(district, content.version, geometry: geometry) }
      guard let network = loaded else { continue }
      held.withLock { held in
        if let old = held.current[district] { held.old[district, default: [:]][old.content.version] = old }
        held.current[district] = Entry(content: content, network: network)
      }
      logger.info(
        "a network is in force",
        metadata: ["network": "\(network.policy.name)", "district": "\(district)", "version": "\(content.version)"])
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
