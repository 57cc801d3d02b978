import Glibc
import Platform

/// Where a command's words go: results to standard output, everything else to standard error.
///
/// May be used from any thread; what one call writes stays together.
final class Terminal: Sendable {
  typealias Sink = @Sendable ([UInt8]) -> Void

  /// The terminal of the invocation under way.
  @TaskLocal static var current = Terminal.process

  /// The process's own standard output and error.
  static let process = Terminal(
    isInteractive: isatty(STDERR_FILENO) == 1, output: { writeAll($0, STDOUT_FILENO) },
    error: { writeAll($0, STDERR_FILENO) })

  /// Whether a person watches standard error, so that one line may be redrawn.
  let isInteractive: Bool
  private let output: Sink
  private let error: Sink
  private let redrawn = Locked(false)

  init(isInteractive: Bool, output: @escaping Sink, error: @escaping Sink) {
    self.isInteractive = isInteractive
    self.output = output
    self.error = error
  }

  /// Writes a result, with a line end if it lacks one.
  func write(_ text: String) { write(bytes: Array((text.hasSuffix("\n") ? text : text + "\n").utf8)) }

  /// Writes bytes of a result as they are.
  func write(bytes: [UInt8]) {
    endRedrawnLine()
    output(bytes)
  }

  /// Tells the operator something that is no result.
  func note(_ text: String) {
    endRedrawnLine()
    error(Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }

  /// Puts `text` in place of the line drawn before. Only where a person watches.
  func redraw(_ text: String) {
    guard isInteractive else { return }
    redrawn.withLock { $0 = true }
    error(Array(("\r\u{1B}[K" + text).utf8))
  }

  private func endRedrawnLine() {
    let wasRedrawn = redrawn.withLock { flag in
      defer { flag = false }
      return flag
    }
    if wasRedrawn { error(Array("\r\u{1B}[K".utf8)) }
  }
}

private func writeAll(_ bytes: [UInt8], _ descriptor: Int32) {
  var offset = 0
  while offset < bytes.count {
    let written = bytes.withUnsafeBytes { buffer in
      Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
    }
    if written > 0 {
      offset += written
    } else if errno != EINTR {
      return
    }
  }
}
