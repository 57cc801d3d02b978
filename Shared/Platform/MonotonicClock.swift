import Glibc

/// Time that only runs forward, for measuring and for deadlines; its zero means nothing outside this machine's uptime.
public enum MonotonicClock {
  /// Microseconds since an arbitrary moment, the same for every process of this machine. From any thread.
  public static var microseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }

  /// Suspends the task until `microseconds` on this clock. Throws `CancellationError` when the task is cancelled.
  ///
  /// The one place of the project where a task waits for time to pass; a deadline, never a way to wait for an event.
  public static func wait(until microseconds: Int64) async throws {
    let remaining = microseconds - self.microseconds
    guard remaining > 0 else { return try Task.checkCancellation() }
    try await ContinuousClock().sleep(for: .microseconds(remaining))
  }
}

/// Measures how long something takes.
public struct Stopwatch: Sendable {
  private let started = MonotonicClock.microseconds

  /// Starts measuring.
  public init() {}

  /// Microseconds since the start.
  public var elapsedMicroseconds: Int64 { MonotonicClock.microseconds - started }
}
