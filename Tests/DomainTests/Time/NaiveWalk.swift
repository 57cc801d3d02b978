import Domain
import Foundation
import Testing

/// Due times found the slow way, day by day and period by period, by Foundation's calendar and nothing of ours but the
/// definition: what the tables are held against.
struct NaiveWalk {
  private struct Span {
    let opens: Int64
    let closes: Int64
  }

  private let calendar: Calendar
  private let week: WorkingWeek
  private let exceptions: [CivilDate: DayException]

  init(_ definition: WorkingCalendar, zoneName: String) throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: zoneName))
    self.calendar = calendar
    week = definition.week
    exceptions = definition.exceptions
  }

  private func date(_ moment: Int64) -> Date {
    Date(timeIntervalSince1970: Double(moment / 1_000_000))
  }

  /// Working spans of the local day that lies so many days after that of `moment`, in microseconds since 1970.
  private func spans(daysAfter days: Int, of moment: Int64) -> [Span] {
    let start = calendar.startOfDay(for: date(moment))
    guard let noon = calendar.date(byAdding: .day, value: days, to: start.addingTimeInterval(12 * 3_600)) else {
      return []
    }
    let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: noon)
    guard let year = parts.year, let month = parts.month, let day = parts.day, let weekday = parts.weekday,
      let civil = CivilDate(year: year, month: month, day: day),
      let ours = Weekday(rawValue: weekday == 1 ? 7 : weekday - 1)
    else { return [] }
    var periods = week.periods(on: ours)
    switch exceptions[civil] {
    case .dayOff: periods = []
    case .workingDay: if periods.isEmpty { periods = week.makeUpPeriods }
    case nil: break
    }
    return periods.map { period in
      Span(opens: reading(period.opens, on: noon), closes: reading(period.closes, on: noon))
    }
  }

  private func reading(_ time: TimeOfDay, on noon: Date) -> Int64 {
    let start = calendar.startOfDay(for: noon)
    let seconds = time.secondsSinceMidnight
    if seconds == 86_400 {
      let next = calendar.startOfDay(for: calendar.date(byAdding: .day, value: 1, to: noon) ?? noon)
      return Int64(next.timeIntervalSince1970) * 1_000_000
    }
    let moment = calendar.date(
      bySettingHour: seconds / 3_600, minute: seconds / 60 % 60, second: seconds % 60, of: start)
    return Int64((moment ?? start).timeIntervalSince1970) * 1_000_000
  }

  func due(from start: Instant, workDays: Int) -> Instant {
    var left = workDays
    var day = 0
    while true {
      day += 1
      if let last = spans(daysAfter: day, of: start.microseconds).last {
        left -= 1
        if left == 0 { return Instant(microseconds: last.closes) }
      }
    }
  }

  func due(from start: Instant, working amount: Int64) -> Instant {
    var left = amount
    var day = 0
    while true {
      for span in spans(daysAfter: day, of: start.microseconds) where span.closes > start.microseconds {
        let from = max(span.opens, start.microseconds)
        if left <= span.closes - from { return Instant(microseconds: from + left) }
        left -= span.closes - from
      }
      day += 1
    }
  }

  func workingTime(from start: Instant, to end: Instant) -> Int64 {
    var total: Int64 = 0
    var day = 0
    while true {
      let spans = spans(daysAfter: day, of: start.microseconds)
      for span in spans {
        total += max(0, min(span.closes, end.microseconds) - max(span.opens, start.microseconds))
      }
      if start.microseconds + Int64(day - 1) * Instant.microsecondsPerDay > end.microseconds { return total }
      day += 1
    }
  }
}
