import Casework
import Domain
import Glibc
import GridNetwork
import PostgresClient
import Wire

/// Puts a network directory in force.
enum NetworkLoad {
  static func answer(_ directory: String, stack: Stack) async throws -> Answer {
    let (source, faults) = try NetworkFaults.find(directory)
    guard faults.isEmpty else { return NetworkFaults.answer(faults, directory: directory) }
    let directoryNetwork = try NetworkReader.read(source, geometry: .skip)
    let (network, stored) = try await stack.withDatabase { pool in
      let (changed, basis) = try await withChangesInForce(source, directoryNetwork, pool)
      let network = try NetworkReader.read(changed, geometry: .skip)
      let archive = try ArchiveSource.pack(changed, names: network.fileNames)
      return (
        network, try await NetworkVersions.store(network, archive: archive, after: basis, by: operatorName, pool)
      )
    }
    let name = network.policy.name
    let lines = stored.map { item in
      item.isNew
        ? "\(name): version \(item.version) is in force in \(item.district)"
        : "\(name): version \(item.version) of \(item.district) is the same; nothing was changed"
    }
    return Answer(
      [
        "network": .string(name), "units": .integer(Int64(network.policy.units.units.count)),
        "versions": .array(
          stored.map { item in
            [
              "district": .string(item.district.text), "version": .integer(Int64(item.version)),
              "is_new": .bool(item.isNew),
            ]
          }),
      ], text: lines.joined(separator: "\n"))
  }

  /// A directory as it stands once it is in force: changes of grids that have come into force since its plan was drawn
  /// stay. Refuses where they no longer fit it.
  ///
  /// - Returns: the files, and the version that they follow, 0 where there is none.
  static func withChangesInForce(
    _ source: some NetworkSource, _ network: LoadedNetwork, _ pool: PostgresPool
  ) async throws -> (source: ChangedSource, basis: Int32) {
    guard let district = network.policy.units.roots.first?.code,
      let newest = try await NetworkVersions.newestFiles(district, pool)
    else { return (ChangedSource(source, changes: []), 0) }
    let (changed, hasChanges) = try NetworkLoading.withChangesInForce(source, network, over: newest.source)
    guard hasChanges else { return (changed, newest.version) }
    let faults = try NetworkValidator.validate(changed)
    guard faults.isEmpty else {
      let told = faults.prefix(NetworkFaults.maxToldFaults).map { "\($0)" }.joined(separator: "\n")
      throw Refusal("grid_changes", "changes of grids that are in force do not fit the directory:\n\(told)")
    }
    return (changed, newest.version)
  }

  /// Who runs gridctl, for the record.
  static var operatorName: String {
    guard let entry = getpwuid(getuid()) else { return "gridctl" }
    return "gridctl by " + String(cString: entry.pointee.pw_name)
  }
}
