import CPlatform
import Glibc

/// A wake-up for a thread that waits in `poll`: a counter of the kernel behind a file descriptor.
///
/// Any number of `signal()` before a `clear()` count as one. The waiting thread calls `clear()` first and looks for
/// work after it, so that a signal between the two is seen in the next round.
public final class EventSignal: Sendable {
  /// Readable while signalled. Owned by this object; do not close it.
  public let fileDescriptor: Int32

  /// Makes an event that is not signalled. Throws when the process has no file descriptor left.
  public init() throws(SystemError) {
    fileDescriptor = gl_eventfd_create()
    guard fileDescriptor >= 0 else { throw SystemError(code: errno, operation: "eventfd") }
  }

  deinit {
    close(fileDescriptor)
  }

  /// Makes the descriptor readable. From any thread; never blocks.
  public func signal() {
    let outcome = gl_eventfd_signal(fileDescriptor)
    precondition(outcome == 0, "an event descriptor was closed by someone else")
  }

  /// Makes the descriptor unreadable again; true when it had been signalled. From any thread; never blocks.
  @discardableResult
  public func clear() -> Bool {
    let outcome = gl_eventfd_clear(fileDescriptor)
    precondition(outcome >= 0, "an event descriptor was closed by someone else")
    return outcome == 1
  }
}
