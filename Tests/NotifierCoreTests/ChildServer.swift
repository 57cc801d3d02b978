import Foundation
import Platform
import Testing
import Wire

/// A server of `Servers/` as a child process. It ends with this object, or with the test process.
final class ChildServer: Sendable {
  let port: Int
  private let process: Process
  private let input: Pipe
  private let lines: AsyncStream<String>

  private init(port: Int, process: Process, input: Pipe, lines: AsyncStream<String>) {
    self.port = port
    self.process = process
    self.input = input
    self.lines = lines
  }

  deinit {
    try? input.fileHandleForWriting.close()
  }

  static func start(_ script: String, _ arguments: [String] = []) async throws -> ChildServer {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Servers")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", folder.appendingPathComponent(script).path] + arguments
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    // A connection broken off by a test is no news.
    process.standardError = FileHandle.nullDevice
    try process.run()
    let (lines, continuation) = AsyncStream<String>.makeStream()
    let reader = output.fileHandleForReading.fileDescriptor
    _ = PinnedThread(name: "child output") {
      // The pipe lives as long as the thread that reads it.
      withExtendedLifetime(output) {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = read(reader, &buffer, buffer.count), count > 0 {
          for byte in buffer.prefix(count) {
            if byte == 10 {
              continuation.yield(String(decoding: line, as: UTF8.self))
              line = []
            } else {
              line.append(byte)
            }
          }
        }
      }
      continuation.finish()
    }
    var iterator = lines.makeAsyncIterator()
    let port = try #require(await iterator.next().flatMap { Int($0) })
    return ChildServer(port: port, process: process, input: input, lines: lines)
  }

  /// The next request or message that the server took.
  func next() async throws -> JSONValue {
    var iterator = lines.makeAsyncIterator()
    return try JSONParser.parse(Array(try #require(await iterator.next()).utf8))
  }
}
