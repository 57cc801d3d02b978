import Foundation
import Platform

/// A server written in Python as a child process. It ends with this object, or with the test process.
public final class ChildServer: Sendable {
  /// The server said something else than its port at first.
  public struct NotStarted: Error {
    public let script: String
  }

  public let port: Int
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

  /// Starts a script of the folder `Servers` beside the test that asks for it, and waits for its port.
  public static func start(
    _ script: String, _ arguments: [String] = [], besides test: String = #filePath
  ) async throws -> ChildServer {
    let folder = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("Servers")
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
    guard let port = await iterator.next().flatMap({ Int($0) }) else { throw NotStarted(script: script) }
    return ChildServer(port: port, process: process, input: input, lines: lines)
  }

  /// The next line the server prints.
  public func nextLine() async -> String? {
    var iterator = lines.makeAsyncIterator()
    return await iterator.next()
  }
}
