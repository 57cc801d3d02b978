public import Domain
public import GridNetwork
import Platform
public import PostgresClient

/// The files of a district's network at its newest version, for what is drawn on the grids.
public struct GridPlanFiles: Sendable {
  public let version: Int32
  public let name: String
  let sha256: [UInt8]
  let source: ArchiveSource

  /// The version on which changes of the grids are drawn, and the lock that two of those who write versions take.
  static let newest = Statement(
    "grid_plan_newest",
    "SELECT version, name, sha256 FROM network_versions WHERE district = $1 ORDER BY version DESC LIMIT 1")

  private static let archive = Statement(
    "grid_plan_archive",
    """
    SELECT version, name, sha256, archive FROM network_versions WHERE district = $1 ORDER BY version DESC LIMIT 1
    """)

  /// - Throws: `PolicyFault.noNetwork`, `PostgresError`, `NetworkSourceError`.
  public static func read(_ district: UnitCode, _ pool: PostgresPool) async throws -> GridPlanFiles {
    guard let row = try await pool.query(archive, [.text(district.text)]).first else {
      throw PolicyFault.noNetwork(district)
    }
    return GridPlanFiles(
      version: try row.int32(0), name: try row.text(1), sha256: try row.bytes(2),
      source: try ArchiveSource(try row.bytes(3)))
  }

  /// Reads the network with its shapes and works on it, on a thread of its own: it takes tenths of a second, in a city
  /// seconds, which tasks that share their threads with connections must not.
  public func withNetwork<Result: Sendable>(
    _ body: @escaping @Sendable (LoadedNetwork, ArchiveSource) throws -> Result
  ) async throws -> Result {
    let (source, version) = (source, version)
    return try await withCheckedThrowingContinuation { continuation in
      _ = PinnedThread(name: "grid-plan", stackBytes: Self.stackBytes) {
        continuation.resume(
          with: Swift.Result {
            try body(try NetworkReader.read(source, version: version, geometry: .shapes), source)
          })
      }
    }
  }

  /// Reading policy files descends as deep as they are nested.
  private static let stackBytes = 4 << 20
}
