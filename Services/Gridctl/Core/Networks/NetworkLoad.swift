import Domain
import Glibc
import GridNetwork
import Wire

/// Puts a network directory in force.
enum NetworkLoad {
  static func answer(_ directory: String, stack: Stack) async throws -> Answer {
    let (source, faults) = try NetworkFaults.find(directory)
    guard faults.isEmpty else { return NetworkFaults.answer(faults, directory: directory) }
    let network = try NetworkReader.read(source, geometry: .skip)
    let archive = try ArchiveSource.pack(source, names: network.fileNames)
    let stored = try await stack.withDatabase { pool in
      try await NetworkVersions.store(network, archive: archive, by: operatorName, pool)
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

  /// Who runs gridctl, for the record.
  static var operatorName: String {
    guard let entry = getpwuid(getuid()) else { return "gridctl" }
    return "gridctl by " + String(cString: entry.pointee.pw_name)
  }
}
