/// A day of the proleptic Gregorian calendar, of no zone.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Years that a text may name: what four digits hold.
  public static let textYears = 0...9999

  private let storedYear: Int32
  private let storedMonth: UInt8
  private let storedDay: UInt8

  public var year: Int { Int(storedYear) }
  /// 1 to 12.
  public var month: Int { Int(storedMonth) }
  /// 1 to 31.
  public var day: Int { Int(storedDay) }

  /// Nil when the calendar has no such day, or the year does not fit four digits.
  public init?(year: Int, month: Int, day: Int) {
    guard Self.textYears.contains(year), (1...12).contains(month), day >= 1,
      day <= Self.daysInMonth(month, ofYear: year)
    else { return nil }
    self.init(uncheckedYear: year, month: month, day: day)
  }

  private init(uncheckedYear year: Int, month: Int, day: Int) {
    storedYear = Int32(year)
    storedMonth = UInt8(month)
    storedDay = UInt8(day)
  }

  /// The day so many days after 1970-01-01 (before it, when negative).
  ///
  /// The arithmetic is Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day ends one, and
  /// repeat in eras of 400 years, which are 146,097 days.
  public init(dayNumber: Int) {
    let shifted = dayNumber + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    self.init(uncheckedYear: year, month: month, day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  /// Days since 1970-01-01, negative before it.
  public var dayNumber: Int { Self.dayNumber(year: year, month: month, day: day) }

  /// Hinnant's `days_from_civil`, for parts that are known to be a date.
  static func dayNumber(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let marchMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  public var weekday: Weekday { Weekday(dayNumber: dayNumber) }

  public func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

  public static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.storedYear, left.storedMonth, left.storedDay) < (right.storedYear, right.storedMonth, right.storedDay)
  }

  public static func isLeapYear(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  public static func daysInMonth(_ month: Int, ofYear year: Int) -> Int {
    switch month {
    case 2: isLeapYear(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Reads `YYYY-MM-DD`, all ten characters and nothing else. Throws `malformed_date`.
  public init(_ text: String) throws(TimeError) {
    var reader = DigitReader(Array(text.utf8))
    guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"),
      let day = reader.digits(2), reader.isAtEnd
    else { throw TimeError(.malformedDate, "a date is written YYYY-MM-DD") }
    guard let date = CivilDate(year: year, month: month, day: day) else {
      throw TimeError(.malformedDate, "the calendar has no such day")
    }
    self = date
  }

  /// `YYYY-MM-DD`; a year that four digits cannot hold is written as the nearest that they can.
  public var description: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(10)
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends `YYYY-MM-DD`, as `description` writes it.
  public func append(to bytes: inout [UInt8]) {
    bytes.appendDigits(min(max(year, Self.textYears.lowerBound), Self.textYears.upperBound), width: 4)
    bytes.append(UInt8(ascii: "-"))
    bytes.appendDigits(month, width: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.appendDigits(day, width: 2)
  }
}

/// Days of the week by ISO 8601: Monday is 1, Sunday is 7.
public enum Weekday: Int, CaseIterable, Hashable, Comparable, Sendable {
  case monday = 1
  case tuesday, wednesday, thursday, friday, saturday, sunday

  /// 1970-01-01 was a Thursday.
  init(dayNumber: Int) {
    let sinceMonday = (dayNumber % 7 + 7 + 3) % 7
    self = Self.allCases[sinceMonday]
  }

  public static func < (left: Weekday, right: Weekday) -> Bool { left.rawValue < right.rawValue }
}
