import Platform

/// How long one operation on a connection may take and whether it is still wanted.
struct OperationBounds: Sendable {
  /// On the monotonic clock, in microseconds.
  var deadlineMicroseconds: Int64
  let interruption: Interruption

  init(timeoutMilliseconds: Int64, interruption: Interruption) {
    deadlineMicroseconds = MonotonicClock.microseconds + timeoutMilliseconds * 1_000
    self.interruption = interruption
  }

  /// For what must be done whether or not anyone still waits, such as ROLLBACK.
  static func uninterrupted(timeoutMilliseconds: Int64) -> OperationBounds {
    OperationBounds(timeoutMilliseconds: timeoutMilliseconds, interruption: Interruption())
  }

  /// Throws when the task was cancelled or the deadline has passed.
  func check() throws(PostgresError) {
    if interruption.isRaised { throw .cancelled }
    if MonotonicClock.microseconds >= deadlineMicroseconds { throw .timeout }
  }
}

/// The wish to stop one operation, raised from any thread. One for each operation, so that a late wish never hits the
/// next one.
final class Interruption: Sendable {
  private let raised = Locked(false)

  var isRaised: Bool { raised.withLock { $0 } }

  func raise(waking signal: EventSignal) {
    raised.withLock { $0 = true }
    signal.signal()
  }
}
