/// A stretch of business hours inside one day, in local time: `08:30–12:00`. It never passes midnight.
public struct WorkingPeriod: Hashable, Sendable, CustomStringConvertible {
  public let opens: TimeOfDay
  public let closes: TimeOfDay

  /// - Throws: `invalid_calendar` unless it opens before it closes.
  public init(opens: TimeOfDay, closes: TimeOfDay) throws(TimeError) {
    guard opens < closes else {
      throw TimeError(.invalidCalendar, "a working period opens before it closes, \(opens)–\(closes) does not")
    }
    self.opens = opens
    self.closes = closes
  }

  /// From two readings such as `08:30` and `12:00`.
  public init(_ opens: String, _ closes: String) throws(TimeError) {
    try self.init(opens: TimeOfDay(opens), closes: TimeOfDay(closes))
  }

  public var description: String { "\(opens)–\(closes)" }
}

/// The business hours of an ordinary week, and those of a day that works although it is free by the week.
public struct WorkingWeek: Hashable, Sendable {
  public static let maximumPeriodsPerDay = 8

  /// Seven lists, Monday first.
  private let days: [[WorkingPeriod]]
  /// The hours of a make-up working day that falls on a weekday without hours of its own.
  public let makeUpPeriods: [WorkingPeriod]

  /// - Parameters:
  ///   - periods: by weekday, ascending and apart from each other; a weekday left out is free.
  ///   - makeUpPeriods: nil for the hours of the week's first working day.
  /// - Throws: `invalid_calendar` when periods overlap or are out of order, are too many, or no day has any.
  public init(
    _ periods: [Weekday: [WorkingPeriod]], makeUpPeriods: [WorkingPeriod]? = nil
  ) throws(TimeError) {
    let days = Weekday.allCases.map { periods[$0] ?? [] }
    guard let first = days.first(where: { !$0.isEmpty }) else {
      throw TimeError(.invalidCalendar, "no day of the week has a working period, so no work limit would ever end")
    }
    let makeUp = makeUpPeriods ?? first
    guard !makeUp.isEmpty else {
      throw TimeError(.invalidCalendar, "a make-up working day needs a working period")
    }
    for day in days + [makeUp] {
      guard day.count <= Self.maximumPeriodsPerDay else {
        throw TimeError(.invalidCalendar, "a day has more than \(Self.maximumPeriodsPerDay) working periods")
      }
      for (earlier, later) in zip(day, day.dropFirst()) where later.opens < earlier.closes {
        throw TimeError(.invalidCalendar, "working periods \(earlier) and \(later) overlap or are out of order")
      }
    }
    self.days = days
    self.makeUpPeriods = makeUp
  }

  /// Monday to Friday with the same hours.
  public static func mondayToFriday(_ periods: [WorkingPeriod]) throws(TimeError) -> WorkingWeek {
    var week: [Weekday: [WorkingPeriod]] = [:]
    for weekday in Weekday.allCases where weekday <= .friday { week[weekday] = periods }
    return try WorkingWeek(week)
  }

  public func periods(on weekday: Weekday) -> [WorkingPeriod] { days[weekday.rawValue - 1] }
}

/// What a published notice says of one day.
public enum DayException: String, Hashable, Sendable {
  case dayOff = "day_off"
  /// A make-up working day, mostly a Saturday or Sunday.
  case workingDay = "working_day"
}
