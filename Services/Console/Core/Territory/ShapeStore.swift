import Domain
import GridNetwork
import Platform
import PostgresClient

/// The units' shapes as GeoJSON and as maps draw them. The shapes themselves are read only while they are encoded; what is kept are the bytes
/// of one version of each network, so that an idle console does without them.
actor ShapeStore {
  /// Reading policy files descends as deep as they are nested.
  private static let stackBytes = 4 << 20

  private enum Form: Hashable { case features, outlines }

  private struct Key: Hashable {
    let district: UnitCode
    let tier: String
    let form: Form
  }

  /// One of the two forms; the other is empty.
  private struct Made: Sendable {
    var features: [UInt8] = []
    var outlines: [UnitCode: [UInt8]] = [:]
  }

  private struct Held {
    let version: Int32
    let task: Task<Made, any Error>
  }

  private let pool: PostgresPool
  private var held: [Key: Held] = [:]

  init(pool: PostgresPool) { self.pool = pool }

  private static let archive = Statement(
    "console_archive", "SELECT archive FROM network_versions WHERE district = $1 AND version = $2")

  /// The feature collection of a tier's units; without features where the network has no shapes.
  func collection(_ district: UnitCode, tier: String, policy: NetworkPolicy) async throws -> [UInt8] {
    try await made(Key(district: district, tier: tier, form: .features), policy.version).features
  }

  /// The outline of each of the units that has a shape, as `OutlineWriter` writes it.
  func outlines(
    of units: [Unit], in district: UnitCode, policy: NetworkPolicy
  ) async throws -> [UnitCode: [UInt8]] {
    var found: [UnitCode: [UInt8]] = [:]
    for tier in Set(units.map(\.tier)) {
      let all = try await made(Key(district: district, tier: tier, form: .outlines), policy.version).outlines
      for unit in units where unit.tier == tier { found[unit.code] = all[unit.code] }
    }
    return found
  }

  /// What was made of this version of the network, or is made now.
  private func made(_ key: Key, _ version: Int32) async throws -> Made {
    if let known = held[key], known.version == version { return try await known.task.value }
    let pool = pool
    let task = Task { try await Self.make(key, version: version, pool: pool) }
    held[key] = Held(version: version, task: task)
    do {
      return try await task.value
    } catch {
      held[key] = nil
      throw error
    }
  }

  private static func make(_ key: Key, version: Int32, pool: PostgresPool) async throws -> Made {
    let row = try await pool.query(archive, [.text(key.district.text), .int32(version)]).onlyRow()
    let archive = try row.bytes(0)
    // A tenth of a second of work: on a thread of its own, since tasks share theirs with the connections.
    return try await withCheckedThrowingContinuation { continuation in
      _ = PinnedThread(name: "shapes", stackBytes: stackBytes) {
        continuation.resume(with: Result { try make(key, of: archive, version: version) })
      }
    }
  }

  private static func make(_ key: Key, of archive: [UInt8], version: Int32) throws -> Made {
    let network = try NetworkReader.read(try ArchiveSource(archive), version: version, geometry: .shapes)
    let shapes = network.shapes(ofTier: key.tier)
    switch key.form {
    case .outlines:
      var outlines: [UnitCode: [UInt8]] = [:]
      for (unit, shape) in shapes { outlines[unit.code] = OutlineWriter.write(shape) }
      return Made(outlines: outlines)
    case .features:
      return Made(
        features: FeatureWriter.write(
          shapes.map { unit, shape in
            (
              properties: [
                (name: "code", value: unit.code.text), (name: "parent", value: unit.parent?.text ?? ""),
                (name: "tier", value: unit.tier), (name: "name_zh", value: unit.nameZh),
                (name: "name_en", value: unit.nameEn),
              ], shape: shape
            )
          }))
    }
  }
}
