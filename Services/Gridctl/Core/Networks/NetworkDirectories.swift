import Foundation

/// Where network directories lie on this machine.
enum NetworkDirectories {
  /// Beside the working directory, where a checkout has them.
  static let standard = "deploy/networks"

  /// The directory of a name such as `baoan`, or the directory itself. Throws `Refusal` when there is none.
  static func find(_ name: String, stack: Stack) throws -> String {
    let parents = [stack.values["GRIDLOOP_NETWORKS"], standard].compactMap(\.self)
    let candidates = [name] + parents.map { $0 + "/" + name }
    for candidate in candidates where FileManager.default.fileExists(atPath: candidate + "/network.yaml") {
      return candidate
    }
    throw Refusal(
      "unknown_network",
      "there is no network \(name): neither a directory of that name with network.yaml nor one in "
        + parents.joined(separator: " or "))
  }

  /// The names of the networks that lie there, in order.
  static func names(_ stack: Stack) -> [String] {
    let parents = [stack.values["GRIDLOOP_NETWORKS"], standard].compactMap(\.self)
    let names = parents.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
    return Set(names).filter { (try? find($0, stack: stack)) != nil }.sorted()
  }

  static func write(_ files: [String: [UInt8]], to directory: String) throws {
    do {
      for (name, bytes) in files {
        let path = directory + "/" + name
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
      }
    } catch {
      throw Refusal("unwritable", "\(directory) cannot be written")
    }
  }
}
