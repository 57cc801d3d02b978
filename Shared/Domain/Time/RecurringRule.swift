/// A rule for the clock's changes that goes on for ever, as POSIX writes it in `TZ`: `EST5EDT,M3.2.0,M11.1.0`.
struct RecurringRule {
  /// A day of the year and the local time on it, in seconds, which may lie outside that day.
  private struct Change {
    enum Day {
      /// 1 to 365; the 29th of February is never counted.
      case withoutLeapDay(Int)
      /// 0 to 365.
      case ofYear(Int)
      /// The nth of a weekday (0 is Sunday) in a month; the fifth is the last.
      case weekday(Int, week: Int, month: Int)
    }

    let day: Day
    let seconds: Int
  }

  private let standardOffset: Int
  private var summerOffset: Int
  private var changes: (toSummer: Change, toStandard: Change)?

  /// - Throws: `invalid_zone` when the text is not of POSIX's form, as RFC 9636 extends it.
  init(_ text: [UInt8]) throws(TimeError) {
    var scanner = Scanner(text)
    guard scanner.skipName(), let west = scanner.time() else { throw Self.malformed }
    standardOffset = -west
    summerOffset = standardOffset
    guard !scanner.isAtEnd else { return }
    guard scanner.skipName() else { throw Self.malformed }
    summerOffset = standardOffset + 3_600
    if !scanner.isNext(",") {
      guard let west = scanner.time() else { throw Self.malformed }
      summerOffset = -west
    }
    guard let toSummer = Self.change(&scanner), let toStandard = Self.change(&scanner), scanner.isAtEnd else {
      throw Self.malformed
    }
    changes = (toSummer, toStandard)
  }

  private static var malformed: TimeError {
    TimeError(.invalidZone, "the zone file's rule for later years cannot be read")
  }

  /// The changes of one year in order of time. Empty where the clocks never change.
  func transitions(inYear year: Int) -> [ZoneRules.Transition] {
    guard let changes, let newYear = CivilDate(year: year, month: 1, day: 1)?.dayNumber else { return [] }
    func moment(_ change: Change, from offset: Int) -> Instant {
      let day = Self.dayOfYear(change.day, year: year)
      return Instant(secondsSince1970: Int64((newYear + day) * 86_400 + change.seconds - offset))
    }
    return [
      ZoneRules.Transition(at: moment(changes.toSummer, from: standardOffset), offsetSeconds: summerOffset),
      ZoneRules.Transition(at: moment(changes.toStandard, from: summerOffset), offsetSeconds: standardOffset),
    ].sorted { $0.at < $1.at }
  }

  /// Days since the first of January.
  private static func dayOfYear(_ day: Change.Day, year: Int) -> Int {
    switch day {
    case .ofYear(let number): return number
    case .withoutLeapDay(let number): return CivilDate.isLeapYear(year) && number >= 60 ? number : number - 1
    case .weekday(let weekday, let week, let month):
      let before = (1..<month).reduce(0) { $0 + CivilDate.daysInMonth($1, ofYear: year) }
      guard let first = CivilDate(year: year, month: month, day: 1) else { return before }
      var day = (weekday - first.weekday.rawValue % 7 + 7) % 7 + (week - 1) * 7
      if day >= CivilDate.daysInMonth(month, ofYear: year) { day -= 7 }
      return before + day
    }
  }

  private static func change(_ scanner: inout Scanner) -> Change? {
    guard scanner.take(",") else { return nil }
    let day: Change.Day
    if scanner.take("M") {
      guard let month = scanner.number(1...12), scanner.take("."), let week = scanner.number(1...5),
        scanner.take("."), let weekday = scanner.number(0...6)
      else { return nil }
      day = .weekday(weekday, week: week, month: month)
    } else if scanner.take("J") {
      guard let number = scanner.number(1...365) else { return nil }
      day = .withoutLeapDay(number)
    } else {
      guard let number = scanner.number(0...365) else { return nil }
      day = .ofYear(number)
    }
    guard scanner.take("/") else { return Change(day: day, seconds: 7_200) }
    guard let seconds = scanner.time() else { return nil }
    return Change(day: day, seconds: seconds)
  }

  private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    func isNext(_ character: Unicode.Scalar) -> Bool {
      position < bytes.count && bytes[position] == UInt8(ascii: character)
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard isNext(character) else { return false }
      position += 1
      return true
    }

    /// An abbreviation: letters, or anything between angle brackets.
    mutating func skipName() -> Bool {
      let start = position
      if take("<") {
        while position < bytes.count, !isNext(">") { position += 1 }
        return take(">")
      }
      while position < bytes.count, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[position] | 0x20) {
        position += 1
      }
      return position - start >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
      var value: Int?
      while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
        value = (value ?? 0) * 10 + Int(bytes[position] - UInt8(ascii: "0"))
        position += 1
        guard let reached = value, reached <= range.upperBound else { return nil }
      }
      guard let value, range.contains(value) else { return nil }
      return value
    }

    /// `[+-]hours[:minutes[:seconds]]` in seconds; hours go to 167.
    mutating func time() -> Int? {
      let negative = take("-")
      if !negative { _ = take("+") }
      guard let hours = number(0...167) else { return nil }
      var seconds = hours * 3_600
      if take(":") {
        guard let minutes = number(0...59) else { return nil }
        seconds += minutes * 60
        if take(":") {
          guard let rest = number(0...59) else { return nil }
          seconds += rest
        }
      }
      return negative ? -seconds : seconds
    }
  }
}
