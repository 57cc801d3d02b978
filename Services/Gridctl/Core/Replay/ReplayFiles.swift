import Foundation

/// Where mappings, phrases and day profiles lie.
enum ReplayFiles {
  static let standard = "deploy/replay"

  /// In order: the working directory's, the one beside the build that this program was made in, the image's.
  static func directories(_ stack: Stack) -> [String] {
    var found = [stack.values["GRIDLOOP_REPLAY"], standard].compactMap(\.self)
    if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      var folder = URL(fileURLWithPath: program)
      for _ in 0..<4 {
        folder.deleteLastPathComponent()
        found.append(folder.appendingPathComponent(standard).path)
      }
    }
    return found + ["/usr/share/gridloop/replay"]
  }

  static func path(_ name: String, _ stack: Stack) -> String? {
    directories(stack).map { $0 + "/" + name }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The mappings that come with the system.
  static func mappings(_ stack: Stack) -> [String] {
    for directory in directories(stack) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      let mappings = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("day") && !$0.hasPrefix("phrases") }
      if !mappings.isEmpty { return mappings.sorted().map { directory + "/" + $0 } }
    }
    return []
  }
}
