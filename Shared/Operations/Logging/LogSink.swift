import Glibc
import Platform

/// Where log lines go: whole lines, one `write` each, in the order in which the lock was taken.
///
/// From any thread. A line that cannot be written is dropped: logging never stops a service.
public final class LogSink: Sendable {
  /// The process's standard error.
  public static let standardError = LogSink(descriptor: STDERR_FILENO)

  private let descriptor: Int32
  private let lock = Lock()

  /// Writes to `descriptor`, which stays the caller's and must outlive this.
  public init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Writes `line`, which ends in a line feed.
  func write(_ line: [UInt8]) {
    line.withUnsafeBytes { bytes in
      lock.withLock {
        var rest = bytes[...]
        while !rest.isEmpty {
          let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          if written < 0 {
            if errno == EINTR { continue }
            return
          }
          rest = rest.dropFirst(written)
        }
      }
    }
  }
}

/// Text for people who asked for it on the command line (`--help`, `--version`, a refused setting).
enum Terminal {
  static func output(_ text: String) { LogSink(descriptor: STDOUT_FILENO).write(Array((text + "\n").utf8)) }
  static func error(_ text: String) { LogSink(descriptor: STDERR_FILENO).write(Array((text + "\n").utf8)) }
}
