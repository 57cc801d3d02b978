import Foundation
import Platform
import Wire

@testable import GridctlCore

/// What one invocation of gridctl said and how it ended.
struct Captured: Sendable {
  let status: Int32
  let output: String
  let error: String

  /// The one JSON value on standard output.
  var json: JSONValue {
    get throws { try JSONParser.parse(output) }
  }

  /// Runs gridctl in this process, with nobody watching standard error.
  static func run(_ arguments: String...) async -> Captured { await run(arguments) }

  static func run(_ arguments: [String]) async -> Captured {
    let output = Locked<[UInt8]>([])
    let error = Locked<[UInt8]>([])
    let terminal = Terminal(
      isInteractive: false, output: { bytes in output.withLock { $0 += bytes } },
      error: { bytes in error.withLock { $0 += bytes } })
    let status = await Gridctl.run(arguments: arguments, terminal: terminal)
    return Captured(
      status: status, output: String(decoding: output.withLock { $0 }, as: UTF8.self),
      error: String(decoding: error.withLock { $0 }, as: UTF8.self))
  }
}

/// A directory of its own, gone with the value.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "gridctl-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: file(name), atomically: true, encoding: .utf8)
  }
}
