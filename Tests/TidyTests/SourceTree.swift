import Foundation

/// The project's own files, found from where this file was compiled.
struct SourceTree: Sendable {
  struct File: Sendable {
    /// From the project's root, with slashes.
    let path: String
    let text: String

    /// The text line by line, and the same with comments and texts blanked out; empty for what is not Swift.
    let lines: [String]
    let code: [String]

    init(path: String, text: String) {
      self.path = path
      self.text = text
      lines = text.components(separatedBy: "\n")
      code = path.hasSuffix(".swift") ? SwiftCode(text).lines : []
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
  }

  let root: URL

  init(from filePath: String = #filePath) {
    root = URL(fileURLWithPath: filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
  }

  func file(_ path: String) throws -> File {
    File(path: path, text: try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8))
  }

  /// Every file under these folders whose name ends so, in the order of their paths.
  func files(under folders: [String], endings: [String]) throws -> [File] {
    var paths: [String] = []
    for folder in folders {
      // Folders may be symbolic links; an enumerator does not follow one that it is given.
      let top = root.appendingPathComponent(folder).resolvingSymlinksInPath()
      guard let found = FileManager.default.enumerator(atPath: top.path) else { continue }
      for case let path as String in found where endings.contains(where: { path.hasSuffix($0) }) {
        if !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { paths.append("\(folder)/\(path)") }
      }
    }
    return try paths.sorted().map { try file($0) }
  }

  func swiftFiles() throws -> [File] { try Self.allSwiftFiles.get() }

  /// Read once for all tests.
  private static let allSwiftFiles = Result {
    try SourceTree().files(under: ["Shared", "Services", "Tests"], endings: [".swift"])
  }
}
