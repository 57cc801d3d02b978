/// A due time, and whether it may still move because a year it rests on is not published.
public struct Due: Hashable, Sendable {
  public let at: Instant
  public let provisional: Bool

  public init(at: Instant, provisional: Bool) {
    self.at = at
    self.provisional = provisional
  }
}

/// Business hours, weekends, holidays and make-up working days of one zone, and the arithmetic of limits on them.
///
/// A value, shared by reference inside, built whole when it is made (about a millisecond, under a megabyte) and read
/// without locks or waiting: a due time is a few array reads and, for hours, one binary search.
///
/// **Provisional.** In a year that is not published the plain week is assumed. A result that rests on a day of such a
/// year says so. So do the last days of a published year while the year after is open: its notice can still change them
/// (2018-12-29 works and 2018-12-31 is free by the notice of 2019).
///
/// **Range.** The calendar knows the years 2000 to 2100. Before them no time is working time; a due time beyond them is
/// the end of 2100, or its own start if that is later still, and provisional.
public struct WorkingCalendar: Sendable {
  public static let firstYear = 2000
  public static let lastYear = 2100
  /// From this day of December on, the next year's notice decides too. The earliest ever changed are 2007-12-29 and
  /// 2018-12-29.
  public static let firstOpenDayOfDecember = 29

  /// For a place whose holidays are not published year by year.
  public static let everyYear = Set(firstYear...(lastYear + 1))

  private let table: CalendarTable

  public var zone: ZoneRules { table.zone }
  public var week: WorkingWeek { table.week }
  public var exceptions: [CivilDate: DayException] { table.exceptions }
  public var publishedYears: Set<Int> { table.publishedYears }

  /// - Parameters:
  ///   - zone: in whose local time the periods are; its transitions must reach as far as due times shall be right.
  ///   - exceptions: what the notices say, day by day; a later notice's word on a day replaces an earlier one's.
  ///   - publishedYears: years whose notice is among them.
  public init(
    zone: ZoneRules, week: WorkingWeek, exceptions: [CivilDate: DayException] = [:], publishedYears: Set<Int>
  ) {
    table = CalendarTable(zone: zone, week: week, exceptions: exceptions, publishedYears: publishedYears)
  }

  /// Whether people work on that day. Outside 2000 to 2100 nobody does, provisionally.
  public func isWorkingDay(_ date: CivilDate) -> (isWorking: Bool, provisional: Bool) {
    guard let day = table.index(of: date) else { return (false, true) }
    return (table.isWorking(day), table.isProvisional(from: day, through: day))
  }

  /// How many working days lie from `first` to `last`, both counted; zero when `last` is the earlier.
  public func countWorkingDays(from first: CivilDate, through last: CivilDate) -> Int {
    guard first <= last else { return 0 }
    let before = table.workingDaysThrough(table.clampedIndex(of: first.adding(days: -1)))
    return table.workingDaysThrough(table.clampedIndex(of: last)) - before
  }

  /// Whether the year's own notice is loaded.
  public func isPublished(year: Int) -> Bool { publishedYears.contains(year) }

  /// Microseconds of working time from one moment to the other; negative when `end` is the earlier.
  public func workingTime(from start: Instant, to end: Instant) -> Int64 {
    table.workedUntil(end) - table.workedUntil(start)
  }

  /// Microseconds between two moments, on the wall or in working time.
  public func elapsed(from start: Instant, to end: Instant, by measure: ClockMeasure) -> Int64 {
    switch measure {
    case .wall: end.microseconds(since: start)
    case .working: workingTime(from: start, to: end)
    }
  }

  /// The first moment at which so many microseconds have passed since `start` by that measure.
  ///
  /// Nothing passed, or a negative amount, is `start` itself.
  public func moment(_ microseconds: Int64, after start: Instant, by measure: ClockMeasure) -> Due {
    guard microseconds > 0 else { return Due(at: start, provisional: false) }
    switch measure {
    case .wall: return Due(at: start.adding(microseconds: microseconds), provisional: false)
    case .working:
      guard let end = table.firstMoment(worked: table.workedUntil(start) + microseconds) else {
        return saturated(after: start)
      }
      return Due(at: end, provisional: table.isProvisional(from: start, to: end))
    }
  }

  /// The last moment from which so many microseconds pass until `end` by that measure.
  ///
  /// Where it falls on a break it is the end of the break, so that a reminder comes when people are at work again.
  public func moment(_ microseconds: Int64, before end: Instant, by measure: ClockMeasure) -> Due {
    guard microseconds > 0 else { return Due(at: end, provisional: false) }
    switch measure {
    case .wall: return Due(at: end.adding(microseconds: -microseconds), provisional: false)
    case .working:
      let start = min(end, table.lastMoment(worked: table.workedUntil(end) - microseconds))
      return Due(at: start, provisional: table.isProvisional(from: start, to: end))
    }
  }

  /// When a limit that begins at `start` ends. Never before `start`, and no earlier for a later start or a larger amount.
  ///
  /// - Urgent units are time on the wall: so many minutes, hours or 24-hour days exactly, whatever day they end on.
  ///   The rule that a last day which is no working day moves on belongs to work days, and counting only working days
  ///   keeps it.
  /// - Work hours and minutes count at once, inside working periods.
  /// - Work days count from the day after the start's local date, and end with the last working period of the last one
  ///   (Civil Code of China, articles 201 and 203).
  public func advance(from start: Instant, by limit: Limit) -> Due {
    guard let unit = limit.unit.microseconds else { return advance(from: start, workDays: limit.amount) }
    return moment(Int64(limit.amount) * unit, after: start, by: limit.unit.measure)
  }

  /// The moment that lies a limit before a due time: what a rung such as `-3 work_days` means.
  ///
  /// - Urgent units: exactly so much earlier on the wall.
  /// - Work hours and minutes: the last moment at which that much working time is still left.
  /// - Work days: the same local time so many working days earlier; the close of business, where the due time is one
  ///   (as every due time of a limit in work days is). A due time outside business hours counts as the close before it.
  public func retreat(from due: Instant, by limit: Limit) -> Due {
    guard let unit = limit.unit.microseconds else { return retreat(from: due, workDays: limit.amount) }
    return moment(Int64(limit.amount) * unit, before: due, by: limit.unit.measure)
  }

  /// A due time moved on by a pause, by exactly as much time as passed in it by the clock's own measure.
  ///
  /// A clock already late when the pause began is not moved, and a pause that ends before it begins is none. The result
  /// is provisional for what was added; whether `due` itself was, the caller knows.
  public func shift(_ due: Instant, pausedAt: Instant, resumedAt: Instant, by measure: ClockMeasure) -> Due {
    guard pausedAt < due, pausedAt < resumedAt else { return Due(at: due, provisional: false) }
    return moment(elapsed(from: pausedAt, to: resumedAt, by: measure), after: due, by: measure)
  }

  private func advance(from start: Instant, workDays: Int) -> Due {
    let first = table.day(of: start)
    guard let last = table.workingDay(workDays, after: first) else { return saturated(after: start) }
    let provisional = first < 0 || table.isProvisional(from: first + 1, through: last)
    return Due(at: max(start, table.close(of: last)), provisional: provisional)
  }

  private func retreat(from due: Instant, workDays: Int) -> Due {
    let position = table.firstMoment(worked: table.workedUntil(due)) ?? table.end
    let day = table.endingDay(of: position)
    guard let target = table.workingDay(-workDays, before: day) else {
      return Due(at: min(due, table.beginning), provisional: true)
    }
    let close = table.close(of: target)
    var moment = close
    if position < table.close(of: day) {
      moment = min(close, zone.instant(of: table.date(of: target), zone.local(position).time))
    }
    return Due(at: min(due, moment), provisional: table.isProvisional(from: target, through: day))
  }

  private func saturated(after start: Instant) -> Due {
    Due(at: max(start, table.end), provisional: true)
  }
}

extension WorkingCalendar: Hashable {
  public static func == (left: WorkingCalendar, right: WorkingCalendar) -> Bool {
    left.table === right.table
      || (left.publishedYears == right.publishedYears && left.week == right.week && left.zone == right.zone
        && left.exceptions == right.exceptions)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(week)
    hasher.combine(publishedYears)
    hasher.combine(exceptions.count)
  }
}
