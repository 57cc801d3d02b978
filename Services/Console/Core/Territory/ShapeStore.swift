import Domain
import GridNetwork
import Platform
import PostgresClient

/// The units' shapes as GeoJSON. The shapes themselves are read only while they are encoded; what is kept are the bytes
/// of one version of each network, so that an idle console does without them.
actor ShapeStore {
  /// Reading policy files descends as deep as they are nested.
  private static let stackBytes = 4 << 20

  private struct Key: Hashable {
    let district: UnitCode
    let tier: String
  }

  private struct Held {
    let version: Int32
    let task: Task<[UInt8], any Error>
  }

  private let pool: PostgresPool
  private var held: [Key: Held] = [:]

  init(pool: PostgresPool) { self.pool = pool }

  private static let archive = Statement(
    "console_archive", "SELECT archive FROM network_versions WHERE district = $1 AND version = $2")

  /// The feature collection of a tier's units; without features where the network has no shapes.
  func collection(_ district: UnitCode, tier: String, policy: NetworkPolicy) async throws -> [UInt8] {
    let key = Key(district: district, tier: tier)
    if let known = held[key], known.version == policy.version { return try await known.task.value }
    let (pool, version) = (pool, policy.version)
    let task = Task { try await Self.encode(district, version: version, tier: tier, pool: pool) }
    held[key] = Held(version: version, task: task)
    do {
      return try await task.value
    } catch {
      held[key] = nil
      throw error
    }
  }

  private static func encode(
    _ district: UnitCode, version: Int32, tier: String, pool: PostgresPool
  ) async throws -> [UInt8] {
    let row = try await pool.query(archive, [.text(district.text), .int32(version)]).onlyRow()
    let archive = try row.bytes(0)
    // A tenth of a second of work: on a thread of its own, since tasks share theirs with the connections.
    return try await withCheckedThrowingContinuation { continuation in
      _ = PinnedThread(name: "shapes", stackBytes: Self.stackBytes) {
        continuation.resume(with: Result { try encode(archive, version: version, tier: tier) })
      }
    }
  }

  private static func encode(_ archive: [UInt8], version: Int32, tier: String) throws -> [UInt8] {
    let network = try NetworkReader.read(try ArchiveSource(archive), version: version, geometry: .shapes)
    return FeatureWriter.write(
      network.shapes(ofTier: tier).map { unit, shape in
        (
          properties: [
            (name: "code", value: unit.code.text), (name: "parent", value: unit.parent?.text ?? ""),
            (name: "tier", value: unit.tier), (name: "name_zh", value: unit.nameZh),
            (name: "name_en", value: unit.nameEn),
          ], shape: shape
        )
      })
  }
}
