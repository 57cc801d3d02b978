import Glibc

/// Where a process takes the time of day from.
public protocol WallClock: Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z. From any thread.
  var microseconds: Int64 { get }
}

/// The time of the machine.
public struct SystemClock: WallClock {
  /// Makes the machine's clock.
  public init() {}

  public var microseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}

/// A clock that a test moves by hand. It stands still otherwise.
public final class ManualClock: WallClock {
  private let state: Locked<Int64>

  /// Makes a clock that shows `microseconds` since 1970.
  public init(microseconds: Int64) {
    state = Locked(microseconds)
  }

  public var microseconds: Int64 { state.withLock { $0 } }

  /// Moves the clock forward.
  public func advance(microseconds: Int64) {
    precondition(microseconds >= 0, "a clock does not run backwards")
    state.withLock { $0 += microseconds }
  }

  /// Puts the clock to a later time.
  public func set(microseconds: Int64) {
    state.withLock { shown in
      precondition(microseconds >= shown, "a clock does not run backwards")
      shown = microseconds
    }
  }
}
