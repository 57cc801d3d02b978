/// A reading of the clock on the wall, in seconds since midnight; 24:00 is the end of the day.
public struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  public static let midnight = TimeOfDay(uncheckedSeconds: 0)

  private let storedSeconds: Int32

  /// 0 to 86,400.
  public var secondsSinceMidnight: Int { Int(storedSeconds) }

  /// Nil outside 0...86,400.
  public init?(secondsSinceMidnight seconds: Int) {
    guard (0...86_400).contains(seconds) else { return nil }
    self.init(uncheckedSeconds: seconds)
  }

  /// Nil when there is no such reading; 24:00 is one.
  public init?(hour: Int, minute: Int, second: Int = 0) {
    guard (0...24).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
    self.init(secondsSinceMidnight: hour * 3_600 + minute * 60 + second)
  }

  init(uncheckedSeconds seconds: Int) {
    storedSeconds = Int32(seconds)
  }

  /// Reads `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day. Throws `malformed_time_of_day`.
  public init(_ text: String) throws(TimeError) {
    var reader = DigitReader(Array(text.utf8))
    var second: Int? = 0
    guard let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2) else {
      throw TimeError(.malformedTimeOfDay, "a time of day is written HH:MM or HH:MM:SS")
    }
    if reader.take(":") { second = reader.digits(2) }
    guard let second, reader.isAtEnd, let time = TimeOfDay(hour: hour, minute: minute, second: second) else {
      throw TimeError(.malformedTimeOfDay, "a time of day is written HH:MM or HH:MM:SS, from 00:00 to 24:00")
    }
    self = time
  }

  public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.storedSeconds < right.storedSeconds }

  /// `HH:MM`, and `:SS` where there are seconds.
  public var description: String {
    var bytes: [UInt8] = []
    bytes.appendDigits(secondsSinceMidnight / 3_600, width: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDigits(secondsSinceMidnight / 60 % 60, width: 2)
    if secondsSinceMidnight % 60 != 0 {
      bytes.append(UInt8(ascii: ":"))
      bytes.appendDigits(secondsSinceMidnight % 60, width: 2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
