/// The days of 2000 to 2100 laid out one after the other, with running totals, so that limits are array reads.
///
/// Days are indices from 2000-01-01. Built once, never changed.
final class CalendarTable: Sendable {
  /// A working period as seconds since local midnight.
  private struct Hours: Sendable {
    let opens: Int
    let closes: Int
  }

  private static let firstDayNumber = CivilDate.dayNumber(year: WorkingCalendar.firstYear, month: 1, day: 1)
  private static let lastDayNumber = CivilDate.dayNumber(year: WorkingCalendar.lastYear, month: 12, day: 31)

  let zone: ZoneRules
  let week: WorkingWeek
  let exceptions: [CivilDate: DayException]
  let publishedYears: Set<Int>

  /// Hours by kind of day: 0 is free, 1 to 7 the weekdays, 8 a make-up working day.
  private let hours: [[Hours]]
  private let kinds: [UInt8]
  /// Local midnight of each day, and of the day after the last.
  private let midnights: [Int64]
  /// Working microseconds before each day, and after the last.
  private let workedBefore: [Int64]
  /// Working days up to and including each day.
  private let workingThrough: [Int32]
  /// Days up to and including each day that rest on an open notice.
  private let provisionalThrough: [Int32]
  /// The index of each working day, in order.
  private let workingDays: [Int32]

  init(zone: ZoneRules, week: WorkingWeek, exceptions: [CivilDate: DayException], publishedYears: Set<Int>) {
    self.zone = zone
    self.week = week
    self.exceptions = exceptions
    self.publishedYears = publishedYears
    let hours =
      [[]]
      + (Weekday.allCases.map { week.periods(on: $0) } + [week.makeUpPeriods]).map { periods in
        periods.map { Hours(opens: $0.opens.secondsSinceMidnight, closes: $0.closes.secondsSinceMidnight) }
      }
    self.hours = hours
    let count = Self.lastDayNumber - Self.firstDayNumber + 1
    let kinds = Self.kinds(count: count, hours: hours, exceptions: exceptions)
    self.kinds = kinds
    let midnights = (0...count).map {
      zone.instant(ofDayNumber: Self.firstDayNumber + $0, secondsSinceMidnight: 0).microseconds
    }
    self.midnights = midnights

    var workedBefore: [Int64] = []
    var workingThrough: [Int32] = []
    var workingDays: [Int32] = []
    workedBefore.reserveCapacity(count + 1)
    workingThrough.reserveCapacity(count)
    workingDays.reserveCapacity(count)
    var worked: Int64 = 0
    for day in 0..<count {
      workedBefore.append(worked)
      if kinds[day] != 0 {
        workingDays.append(Int32(day))
        for period in hours[Int(kinds[day])] {
          let span = Self.span(of: period, day: day, midnights: midnights, zone: zone)
          worked += span.closes - span.opens
        }
      }
      workingThrough.append(Int32(workingDays.count))
    }
    workedBefore.append(worked)
    self.workedBefore = workedBefore
    self.workingThrough = workingThrough
    self.workingDays = workingDays
    provisionalThrough = Self.provisionalThrough(count: count, publishedYears: publishedYears)
  }

  private static func kinds(count: Int, hours: [[Hours]], exceptions: [CivilDate: DayException]) -> [UInt8] {
    let firstWeekday = Weekday(dayNumber: firstDayNumber).rawValue - 1
    var kinds = (0..<count).map { day in
      let weekday = (firstWeekday + day) % 7 + 1
      return hours[weekday].isEmpty ? UInt8(0) : UInt8(weekday)
    }
    for (date, exception) in exceptions {
      let day = date.dayNumber - firstDayNumber
      guard kinds.indices.contains(day) else { continue }
      switch exception {
      case .dayOff: kinds[day] = 0
      case .workingDay: if kinds[day] == 0 { kinds[day] = 8 }
      }
    }
    return kinds
  }

  private static func provisionalThrough(count: Int, publishedYears: Set<Int>) -> [Int32] {
    var through: [Int32] = []
    through.reserveCapacity(count)
    var open: Int32 = 0
    for year in WorkingCalendar.firstYear...WorkingCalendar.lastYear {
      let days = CivilDate.isLeapYear(year) ? 366 : 365
      let firm: Int
      if !publishedYears.contains(year) {
        firm = 0
      } else if publishedYears.contains(year + 1) {
        firm = days
      } else {
        firm = days - (31 - WorkingCalendar.firstOpenDayOfDecember + 1)
      }
      for day in 0..<days {
        if day >= firm { open += 1 }
        through.append(open)
      }
    }
    return through
  }

  var lastIndex: Int { kinds.count - 1 }
  var beginning: Instant { Instant(microseconds: midnights[0]) }
  var end: Instant { Instant(microseconds: midnights[kinds.count]) }

  func index(of date: CivilDate) -> Int? {
    let day = date.dayNumber - Self.firstDayNumber
    return kinds.indices.contains(day) ? day : nil
  }

  /// The index of that day, −1 for any before the table and `lastIndex + 1` for any after it.
  func clampedIndex(of date: CivilDate) -> Int {
    min(max(date.dayNumber - Self.firstDayNumber, -1), kinds.count)
  }

  /// The day that has begun last, −1 before the table and `lastIndex + 1` after it.
  ///
  /// Where clocks go back over midnight a day that has begun stays begun, so a later moment is never on an earlier day.
  func day(of moment: Instant) -> Int {
    guard moment >= beginning else { return -1 }
    guard moment < end else { return kinds.count }
    // No midnight is more than a day away from where it would stand if all days had 24 hours.
    var day = Int((moment.microseconds - midnights[0]) / Instant.microsecondsPerDay)
    while moment.microseconds < midnights[day] { day -= 1 }
    while moment.microseconds >= midnights[day + 1] { day += 1 }
    return day
  }

  /// The day that a moment ends or lies in: 24:00, where a working day closes then, is still that day's.
  func endingDay(of moment: Instant) -> Int {
    let day = day(of: moment)
    guard day > 0, moment.microseconds == midnights[day], isWorking(day - 1), close(of: day - 1) == moment else {
      return day
    }
    return day - 1
  }

  func date(of day: Int) -> CivilDate { CivilDate(dayNumber: Self.firstDayNumber + day) }

  func isWorking(_ day: Int) -> Bool { kinds[day] != 0 }

  func workingDaysThrough(_ day: Int) -> Int {
    day < 0 ? 0 : Int(workingThrough[min(day, lastIndex)])
  }

  /// The nth working day after `day`, or nil past the table's end.
  func workingDay(_ ordinal: Int, after day: Int) -> Int? {
    let position = workingDaysThrough(day) + ordinal - 1
    return workingDays.indices.contains(position) ? Int(workingDays[position]) : nil
  }

  /// The working day so many (negative) before `day`, or nil before the table's beginning.
  func workingDay(_ ordinal: Int, before day: Int) -> Int? {
    let position = workingDaysThrough(day - 1) + ordinal
    return workingDays.indices.contains(position) ? Int(workingDays[position]) : nil
  }

  /// Whether one of the days rests on an open notice, as any day outside the table does.
  func isProvisional(from first: Int, through last: Int) -> Bool {
    guard first <= last else { return false }
    guard first >= 0, last <= lastIndex else { return true }
    return provisionalThrough[last] > (first > 0 ? provisionalThrough[first - 1] : 0)
  }

  /// Whether a day from the one's to the other's rests on an open notice.
  func isProvisional(from start: Instant, to end: Instant) -> Bool {
    isProvisional(from: day(of: start), through: day(of: end))
  }

  /// The end of a working day's last period.
  func close(of day: Int) -> Instant {
    guard let last = hours[Int(kinds[day])].last else { return Instant(microseconds: midnights[day + 1]) }
    return Instant(microseconds: span(of: last, day: day).closes)
  }

  /// Working microseconds from the table's beginning to that moment.
  func workedUntil(_ moment: Instant) -> Int64 {
    let day = day(of: moment)
    guard day >= 0 else { return 0 }
    guard day < kinds.count else { return workedBefore[kinds.count] }
    var worked = workedBefore[day]
    for period in hours[Int(kinds[day])] {
      let span = span(of: period, day: day)
      if moment.microseconds <= span.opens { break }
      worked += min(moment.microseconds, span.closes) - span.opens
    }
    return worked
  }

  /// The first moment at which the total reaches `worked`; nil past the table's end.
  func firstMoment(worked: Int64) -> Instant? {
    guard worked > 0 else { return beginning }
    guard worked <= workedBefore[kinds.count] else { return nil }
    // The last day before which less had been worked is the day on which the total is reached.
    let day = workedBefore.firstIndex(above: worked - 1) - 1
    var rest = worked - workedBefore[day]
    for period in hours[Int(kinds[day])] {
      let span = span(of: period, day: day)
      if rest <= span.closes - span.opens { return Instant(microseconds: span.opens + rest) }
      rest -= span.closes - span.opens
    }
    return close(of: day)
  }

  /// The last moment at which the total is still `worked`; the table's beginning when it is negative.
  func lastMoment(worked: Int64) -> Instant {
    guard worked >= 0 else { return beginning }
    guard worked < workedBefore[kinds.count] else { return end }
    let day = workedBefore.firstIndex(above: worked) - 1
    var rest = worked - workedBefore[day]
    for period in hours[Int(kinds[day])] {
      let span = span(of: period, day: day)
      if rest < span.closes - span.opens { return Instant(microseconds: span.opens + rest) }
      rest -= span.closes - span.opens
    }
    return close(of: day)
  }

  private func span(of period: Hours, day: Int) -> (opens: Int64, closes: Int64) {
    Self.span(of: period, day: day, midnights: midnights, zone: zone)
  }

  /// A period's moments. A day of 24 hours is read from its midnight; one on which clocks change asks the zone.
  private static func span(
    of period: Hours, day: Int, midnights: [Int64], zone: ZoneRules
  ) -> (opens: Int64, closes: Int64) {
    let midnight = midnights[day]
    if midnights[day + 1] - midnight == Instant.microsecondsPerDay {
      return (
        midnight + Int64(period.opens) * Instant.microsecondsPerSecond,
        midnight + Int64(period.closes) * Instant.microsecondsPerSecond
      )
    }
    let dayNumber = firstDayNumber + day
    return (
      zone.instant(ofDayNumber: dayNumber, secondsSinceMidnight: period.opens).microseconds,
      zone.instant(ofDayNumber: dayNumber, secondsSinceMidnight: period.closes).microseconds
    )
  }
}
