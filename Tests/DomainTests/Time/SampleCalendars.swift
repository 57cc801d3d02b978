import Domain
import Foundation

/// The calendars that the tests of working time share, built from the published notices.
enum SampleCalendars {
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func notice(_ year: Int) throws -> HolidayNotice {
    let file = repository.appendingPathComponent("deploy/networks/holidays/cn/\(year).json")
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    var days: [CivilDate: DayException] = [:]
    for day in root?["days"] as? [[String: Any]] ?? [] {
      guard let date = day["date"] as? String, let off = day["isOffDay"] as? Bool else { continue }
      days[try CivilDate(date)] = off ? .dayOff : .workingDay
    }
    return try HolidayNotice(year: year, days: days)
  }

  static func notices(_ years: ClosedRange<Int> = 2016...2026) throws -> [HolidayNotice] {
    try years.map { try notice($0) }
  }

  static let officeHours = [period("08:30", "12:00"), period("14:00", "18:00")]

  static func period(_ opens: String, _ closes: String) -> WorkingPeriod {
    guard let period = try? WorkingPeriod(opens, closes) else { preconditionFailure("\(opens)–\(closes) is a period.") }
    return period
  }

  static let china = ZoneRules.fixed(offsetSeconds: 8 * 3_600)

  /// Bao'an's: mornings and afternoons, all published years.
  static func mainland(years: ClosedRange<Int> = 2016...2026) throws -> WorkingCalendar {
    WorkingCalendar(zone: china, week: try .mondayToFriday(officeHours), notices: try notices(years))
  }

  /// Different hours by weekday, a working Saturday morning, three periods on Wednesdays.
  static func uneven() throws -> WorkingCalendar {
    let week = try WorkingWeek(
      [
        .monday: officeHours, .tuesday: officeHours,
        .wednesday: [period("08:00", "11:30"), period("13:00", "17:15"), period("19:00", "20:30")],
        .thursday: [period("10:00", "18:00")], .friday: [period("08:30", "12:00"), period("13:00", "16:00")],
        .saturday: [period("09:00", "12:00")],
      ], makeUpPeriods: [period("09:00", "17:00")])
    return WorkingCalendar(zone: china, week: week, notices: try notices())
  }

  static func zone(_ name: String) throws -> ZoneRules {
    try ZoneRules(zoneFile: [UInt8](Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)"))))
  }

  /// New York's hours, clocks that change, every year known.
  static func newYork() throws -> WorkingCalendar {
    let week = try WorkingWeek.mondayToFriday([period("09:00", "17:00")])
    return WorkingCalendar(zone: try zone("America/New_York"), week: week, publishedYears: WorkingCalendar.everyYear)
  }

  /// Open day and night, all week, where clocks change: every change falls into working time.
  static func roundTheClock() throws -> WorkingCalendar {
    let week = try WorkingWeek(
      Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0, [period("00:00", "24:00")]) }))
    return WorkingCalendar(zone: try zone("America/New_York"), week: week, publishedYears: WorkingCalendar.everyYear)
  }

  static func all() throws -> [(name: String, calendar: WorkingCalendar)] {
    [
      ("mainland", try mainland()), ("uneven", try uneven()), ("New York", try newYork()),
      ("round the clock", try roundTheClock()),
    ]
  }
}

extension Instant {
  /// A moment that the test writes by hand.
  static func at(_ text: String) -> Instant {
    guard let moment = try? Instant(rfc3339: text) else { preconditionFailure("\(text) is a time.") }
    return moment
  }
}

extension CivilDate {
  static func on(_ text: String) -> CivilDate {
    guard let date = try? CivilDate(text) else { preconditionFailure("\(text) is a date.") }
    return date
  }
}

extension Limit {
  static func of(_ text: String) -> Limit {
    guard let limit = try? Limit(text) else { preconditionFailure("\(text) is a limit.") }
    return limit
  }
}
