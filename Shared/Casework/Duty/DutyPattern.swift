public import Domain

/// A shift that comes again every week, or every so many weeks, at a post. It is spelled out when it is read, by the
/// calendar in force then.
public struct DutyPattern: Sendable, Hashable {
  /// On which days it begins.
  public enum Days: Sendable, Hashable {
    /// On these; with `skipsHolidays` not where the calendar names the day as free.
    case weekdays(Set<Weekday>, skipsHolidays: Bool)
    /// As the network's calendar has them: make-up working days too, holidays not.
    case workDays
    /// All others.
    case daysOff
  }

  /// Weeks after which a pattern comes again at most.
  public static let maxWeeks = 52

  public let id: String
  /// What the shift is called, such as `night`.
  public let name: String
  public let post: ReceiverAddress
  public let username: String
  public let days: Days
  /// Minutes after local midnight, 0 to 1439.
  public let startsMinute: Int
  /// Minutes after local midnight, to 1440; one that is not after the start lies on the next day.
  public let endsMinute: Int
  /// 1: every week; else counted from the week of `validFrom`.
  public let everyWeeks: Int
  /// The first day on which it may begin, and the last; nil: until it is taken off.
  public let validFrom: CivilDate
  public let validUntil: CivilDate?
  /// It counts only while that person would be on duty and is away.
  public let substituteFor: String?
  public let createdBy: String

  public init(
    id: String, name: String, post: ReceiverAddress, username: String, days: Days, startsMinute: Int, endsMinute: Int,
    everyWeeks: Int = 1, validFrom: CivilDate, validUntil: CivilDate? = nil, substituteFor: String? = nil,
    createdBy: String
  ) {
    self.id = id
    self.name = name
    self.post = post
    self.username = username
    self.days = days
    self.startsMinute = startsMinute
    self.endsMinute = endsMinute
    self.everyWeeks = everyWeeks
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.substituteFor = substituteFor
    self.createdBy = createdBy
  }

  /// The times on duty that touch the time between two moments, in order.
  public func shifts(from: Instant, before: Instant, calendar: WorkingCalendar) -> [DutyBook.Shift] {
    // Whoever came on duty the evening before may still be there.
    var date = max(calendar.zone.date(of: from).adding(days: -1), validFrom)
    let last = min(calendar.zone.date(of: before), validUntil ?? .init(dayNumber: .max >> 32))
    var shifts: [DutyBook.Shift] = []
    while date <= last {
      if isOn(date, calendar) {
        let starts = calendar.zone.instant(of: date, Self.time(startsMinute))
        let ends = calendar.zone.instant(
          of: endsMinute > startsMinute && endsMinute < 1_440 ? date : date.adding(days: 1),
          Self.time(endsMinute % 1_440))
        if ends > from, starts < before, ends > starts {
          shifts.append(
            DutyBook.Shift(
              post: post, username: username, starts: starts, ends: ends, substituteFor: substituteFor))
        }
      }
      date = date.adding(days: 1)
    }
    return shifts
  }

  /// Whether a shift begins on that day.
  public func isOn(_ date: CivilDate, _ calendar: WorkingCalendar) -> Bool {
    guard date >= validFrom, validUntil.map({ date <= $0 }) ?? true else { return false }
    if everyWeeks > 1 {
      let weeks = Self.week(of: date) - Self.week(of: validFrom)
      guard weeks % everyWeeks == 0 else { return false }
    }
    switch days {
    case .weekdays(let weekdays, let skipsHolidays):
      return weekdays.contains(date.weekday) && !(skipsHolidays && calendar.exceptions[date] == .dayOff)
    case .workDays: return calendar.isWorkingDay(date).isWorking
    case .daysOff: return !calendar.isWorkingDay(date).isWorking
    }
  }

  /// A minute of the day as it is written: `08:30`, and `24:00` for the end of the day.
  public static func time(ofMinute minute: Int) -> String {
    let (hour, rest) = (minute / 60, minute % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
  }

  /// Day 4 of 1970 was a Monday.
  private static func week(of date: CivilDate) -> Int {
    let days = date.dayNumber - 4
    return days >= 0 ? days / 7 : (days - 6) / 7
  }

  private static func time(_ minute: Int) -> TimeOfDay {
    TimeOfDay(secondsSinceMidnight: minute * 60) ?? .midnight
  }
}

extension DutyPattern.Days {
  private static let names: [(word: String, weekday: Weekday)] = [
    ("mon", .monday), ("tue", .tuesday), ("wed", .wednesday), ("thu", .thursday), ("fri", .friday), ("sat", .saturday),
    ("sun", .sunday),
  ]

  /// `work_days`, `days_off`, `daily`, or weekdays such as `mon wed fri` and `mon-fri`, with `not holidays` behind them
  /// where they are left out on holidays. Nil for anything else.
  public init?(_ text: String) {
    var words = text.lowercased().split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
    if words == ["work_days"] {
      self = .workDays
      return
    }
    if words == ["days_off"] {
      self = .daysOff
      return
    }
    let skipsHolidays = words.suffix(2) == ["not", "holidays"]
    if skipsHolidays { words.removeLast(2) }
    var weekdays: Set<Weekday> = []
    for word in words {
      if word == "daily" {
        weekdays.formUnion(Weekday.allCases)
        continue
      }
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { end in
        Self.names.firstIndex { $0.word == end }
      }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
        return nil
      }
      weekdays.formUnion(Self.names[first...last].map(\.weekday))
    }
    guard !weekdays.isEmpty else { return nil }
    self = .weekdays(weekdays, skipsHolidays: skipsHolidays)
  }

  /// As ``init(_:)`` reads it.
  public var text: String {
    switch self {
    case .workDays: return "work_days"
    case .daysOff: return "days_off"
    case .weekdays(let weekdays, let skipsHolidays):
      let words =
        weekdays.count == 7
        ? "daily" : Self.names.filter { weekdays.contains($0.weekday) }.map(\.word).joined(separator: " ")
      return skipsHolidays ? "\(words) not holidays" : words
    }
  }
}
