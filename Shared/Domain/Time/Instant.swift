/// A moment: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted, as PostgreSQL and POSIX count.
public struct Instant: Hashable, Comparable, Sendable {
  public static let microsecondsPerSecond: Int64 = 1_000_000
  public static let microsecondsPerMinute: Int64 = 60 * microsecondsPerSecond
  public static let microsecondsPerHour: Int64 = 3_600 * microsecondsPerSecond
  public static let microsecondsPerDay: Int64 = 86_400 * microsecondsPerSecond

  public var microseconds: Int64

  @inlinable public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  @inlinable public init(secondsSince1970 seconds: Int64) {
    microseconds = seconds * Self.microsecondsPerSecond
  }

  @inlinable public static func < (left: Instant, right: Instant) -> Bool {
    left.microseconds < right.microseconds
  }

  /// This moment moved by so many microseconds, backwards when negative.
  @inlinable public func adding(microseconds amount: Int64) -> Instant {
    Instant(microseconds: microseconds + amount)
  }

  /// This moment moved by so many seconds, backwards when negative.
  @inlinable public func adding(seconds amount: Int64) -> Instant {
    Instant(microseconds: microseconds + amount * Self.microsecondsPerSecond)
  }

  /// Microseconds from `earlier` to this moment; negative when `earlier` is in fact later.
  @inlinable public func microseconds(since earlier: Instant) -> Int64 {
    microseconds - earlier.microseconds
  }

  /// The same in seconds, for figures that people read.
  @inlinable public func seconds(since earlier: Instant) -> Double {
    Double(microseconds - earlier.microseconds) / Double(Self.microsecondsPerSecond)
  }

  /// `instant + seconds` and `instant - seconds`, in whole seconds.
  @inlinable public static func + (moment: Instant, seconds: Int64) -> Instant { moment.adding(seconds: seconds) }
  @inlinable public static func - (moment: Instant, seconds: Int64) -> Instant { moment.adding(seconds: -seconds) }
}

/// Quotient rounded towards minus infinity, so that times before 1970 fall on the right day.
@inlinable func floorDivide(_ dividend: Int64, by divisor: Int64) -> Int64 {
  let quotient = dividend / divisor
  return dividend % divisor < 0 ? quotient - 1 : quotient
}
