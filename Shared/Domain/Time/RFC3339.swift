extension Instant {
  /// The longest text read, in bytes; RFC 3339 itself sets no end to the digits of a fraction.
  public static let maximumTextBytes = 64

  /// The first and last moments that texts can name: the years 0000 to 9999 in UTC.
  static let earliestText = Instant(secondsSince1970: -62_167_219_200)
  static let latestText = Instant(microseconds: 253_402_300_800 * microsecondsPerSecond - 1)

  /// Reads an RFC 3339 time, such as `2026-02-13T10:00:00.25+08:00`. The offset, or `Z`, is required.
  ///
  /// Digits of the fraction beyond the sixth are cut off. Second 60 is read where it can be a leap second, as the last
  /// second of a day in UTC, and is the moment after 59. Throws `malformed_instant`; the text is not quoted.
  public init(rfc3339 text: String) throws(TimeError) {
    try self.init(rfc3339: Array(text.utf8).span)
  }

  public init(rfc3339 bytes: [UInt8]) throws(TimeError) {
    try self.init(rfc3339: bytes.span)
  }

  public init(rfc3339 bytes: Span<UInt8>) throws(TimeError) {
    guard bytes.count >= 20, bytes.count <= Self.maximumTextBytes,
      let year = bytes.number(at: 0, width: 4), bytes[4] == UInt8(ascii: "-"),
      let month = bytes.number(at: 5, width: 2), bytes[7] == UInt8(ascii: "-"),
      let day = bytes.number(at: 8, width: 2), bytes[10] | 0x20 == UInt8(ascii: "t"),
      let hour = bytes.number(at: 11, width: 2), bytes[13] == UInt8(ascii: ":"),
      let minute = bytes.number(at: 14, width: 2), bytes[16] == UInt8(ascii: ":"),
      let second = bytes.number(at: 17, width: 2)
    else {
      throw TimeError(.malformedInstant, "a time is written 2026-02-13T10:00:00+08:00, with Z or its offset")
    }
    guard let date = CivilDate(year: year, month: month, day: day), hour <= 23, minute <= 59, second <= 60 else {
      throw TimeError(.malformedInstant, "there is no such date or time of day")
    }
    var position = 19
    let fraction = try Self.fraction(of: bytes, at: &position)
    let offsetSeconds = try Self.offset(of: bytes, at: &position)
    guard position == bytes.count else {
      throw TimeError(.malformedInstant, "something follows the offset")
    }
    let seconds = Int64(date.dayNumber) * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offsetSeconds)
    guard second < 60 || seconds % 86_400 == 0 else {
      throw TimeError(.malformedInstant, "second 60 is only at the end of a day in UTC")
    }
    let moment = Instant(microseconds: seconds * Self.microsecondsPerSecond + fraction)
    guard moment >= Self.earliestText, moment <= Self.latestText else {
      throw TimeError(.malformedInstant, "the time lies outside the years 0000 to 9999")
    }
    self = moment
  }

  private static func fraction(of bytes: Span<UInt8>, at position: inout Int) throws(TimeError) -> Int64 {
    guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return 0 }
    position += 1
    var microseconds: Int64 = 0
    var weight: Int64 = 100_000
    let first = position
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      microseconds += Int64(digit) * weight
      weight /= 10
      position += 1
    }
    guard position > first else { throw TimeError(.malformedInstant, "a fraction needs a digit") }
    return microseconds
  }

  /// Seconds ahead of UTC. `-00:00`, an offset not known, is read as UTC.
  private static func offset(of bytes: Span<UInt8>, at position: inout Int) throws(TimeError) -> Int {
    guard position < bytes.count else { throw TimeError(.malformedInstant, "the offset is missing") }
    let sign = bytes[position]
    if sign | 0x20 == UInt8(ascii: "z") {
      position += 1
      return 0
    }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), position + 6 <= bytes.count,
      let hours = bytes.number(at: position + 1, width: 2), bytes[position + 3] == UInt8(ascii: ":"),
      let minutes = bytes.number(at: position + 4, width: 2), hours <= 23, minutes <= 59
    else { throw TimeError(.malformedInstant, "an offset is Z or written +08:00") }
    position += 6
    let seconds = hours * 3_600 + minutes * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }

  /// Appends this moment as RFC 3339: 20 to 32 bytes, in local time with its offset, or with `Z` when that is zero.
  ///
  /// No fraction where there is none, else three digits or six. A zone's offset that is no whole minute is cut to one,
  /// as RFC 3339 knows no seconds there; the moment written stays the same. Outside the years 0000 to 9999 the nearest
  /// writable moment is written.
  public func appendRFC3339(to bytes: inout [UInt8], offsetSeconds: Int = 0) {
    let offset = offsetSeconds / 60 * 60
    let shift = Int64(offset) * Self.microsecondsPerSecond
    let earliest = Self.earliestText.microseconds
    let latest = Self.latestText.microseconds
    // Clamped before the shift as well, so that the addition cannot overflow.
    let local = min(max(min(max(microseconds, earliest), latest) + shift, earliest), latest)
    let day = floorDivide(local, by: Self.microsecondsPerDay)
    let rest = Int(local - day * Self.microsecondsPerDay)
    let seconds = rest / 1_000_000
    let fraction = rest % 1_000_000

    CivilDate(dayNumber: Int(day)).append(to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    bytes.appendDigits(seconds / 3_600, width: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDigits(seconds / 60 % 60, width: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDigits(seconds % 60, width: 2)
    if fraction != 0 {
      bytes.append(UInt8(ascii: "."))
      if fraction % 1_000 == 0 {
        bytes.appendDigits(fraction / 1_000, width: 3)
      } else {
        bytes.appendDigits(fraction, width: 6)
      }
    }
    guard offset != 0 else {
      bytes.append(UInt8(ascii: "Z"))
      return
    }
    bytes.append(UInt8(ascii: offset < 0 ? "-" : "+"))
    bytes.appendDigits(abs(offset) / 3_600, width: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDigits(abs(offset) / 60 % 60, width: 2)
  }

  /// RFC 3339 text; see `appendRFC3339`, which is the way to write many.
  public func rfc3339(offsetSeconds: Int = 0) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    appendRFC3339(to: &bytes, offsetSeconds: offsetSeconds)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// RFC 3339 text in the local time of a zone.
  public func rfc3339(in zone: ZoneRules) -> String {
    rfc3339(offsetSeconds: zone.offsetSeconds(at: self))
  }
}

extension Instant: CustomStringConvertible {
  /// RFC 3339 in UTC.
  public var description: String { rfc3339() }
}

extension Span<UInt8> {
  /// The decimal number in `width` bytes from `start`, nil unless all are digits. The caller has checked the count.
  fileprivate func number(at start: Int, width: Int) -> Int? {
    var value = 0
    for index in start..<(start + width) {
      let digit = self[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }
}
