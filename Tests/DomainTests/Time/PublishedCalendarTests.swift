import Domain
import Testing

/// The calendar against the notices of 2016 to 2026 as they were published.
@Suite("Published holidays")
struct PublishedCalendarTests {
  @Test(
    "Working days of a year, without make-up days, and by the plain week",
    arguments: [
      (2016, 250, 244, 261), (2017, 249, 244, 260), (2018, 250, 243, 261), (2019, 250, 244, 261), (2020, 249, 243, 262),
      (2021, 250, 243, 261), (2022, 249, 242, 260), (2023, 249, 242, 260), (2024, 251, 243, 262), (2025, 248, 243, 261),
      (2026, 248, 242, 261),
    ])
  func counts(year: Int, working: Int, withoutMakeUp: Int, plain: Int) throws {
    let first = CivilDate.on("\(year)-01-01")
    let last = CivilDate.on("\(year)-12-31")
    #expect(try SampleCalendars.mainland().countWorkingDays(from: first, through: last) == working)
    #expect(try Self.withoutMakeUpDays().countWorkingDays(from: first, through: last) == withoutMakeUp)
    #expect(try Self.plainWeek().countWorkingDays(from: first, through: last) == plain)
  }

  @Test("Days off and make-up working days of 2026")
  func year2026() throws {
    let calendar = try SampleCalendars.mainland()
    let off = [
      ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
      ("09-25", "09-27"), ("10-01", "10-07"),
    ]
    for (first, last) in off {
      let firstDay = CivilDate.on("2026-" + first)
      #expect(calendar.countWorkingDays(from: firstDay, through: .on("2026-" + last)) == 0)
    }
    for day in ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"] {
      #expect(calendar.isWorkingDay(.on("2026-" + day)) == (true, false))
    }
  }

  @Test("A year's notice changes the December before it")
  func turnOfTheYear() throws {
    let with2019 = try SampleCalendars.mainland(years: 2016...2019)
    #expect(with2019.isWorkingDay(.on("2018-12-29")) == (true, false))
    #expect(with2019.isWorkingDay(.on("2018-12-31")) == (false, false))
    let before = try SampleCalendars.mainland(years: 2016...2018)
    #expect(before.isWorkingDay(.on("2018-12-28")) == (true, false))
    #expect(before.isWorkingDay(.on("2018-12-29")) == (false, true))
    #expect(before.isWorkingDay(.on("2018-12-31")) == (true, true))
    #expect(try SampleCalendars.mainland().isWorkingDay(.on("2022-12-31")) == (false, false))
  }

  @Test("The later notice's word counts, whatever the order they are given in, and the place's own before all")
  func precedence() throws {
    let day = CivilDate.on("2018-12-31")
    let old = try HolidayNotice(year: 2018, days: [day: .workingDay])
    let new = try HolidayNotice(year: 2019, days: [day: .dayOff])
    let week = try WorkingWeek.mondayToFriday(SampleCalendars.officeHours)
    for notices in [[old, new], [new, old]] {
      let calendar = WorkingCalendar(zone: .utc, week: week, notices: notices)
      #expect(!calendar.isWorkingDay(day).isWorking)
      let own = WorkingCalendar(zone: .utc, week: week, notices: notices, localDays: [day: .workingDay])
      #expect(own.isWorkingDay(day).isWorking)
    }
  }

  @Test("A notice with a day of another year is refused")
  func foreignDay() {
    #expect(throws: TimeError.self) { try HolidayNotice(year: 2026, days: [.on("2025-10-01"): .dayOff]) }
  }

  @Test("A file without days, prepared for a year to come, publishes nothing")
  func emptyNotice() throws {
    let empty = try HolidayNotice(year: 2027, days: [:])
    let week = try WorkingWeek.mondayToFriday(SampleCalendars.officeHours)
    let calendar = WorkingCalendar(zone: .utc, week: week, notices: [empty])
    #expect(!calendar.isPublished(year: 2027))
    #expect(calendar.isWorkingDay(.on("2027-03-01")) == (true, true))
  }

  @Test("In a year not published the plain week holds, provisionally")
  func unpublished() throws {
    let calendar = try SampleCalendars.mainland()
    #expect(calendar.isPublished(year: 2026))
    #expect(!calendar.isPublished(year: 2027))
    #expect(calendar.isWorkingDay(.on("2027-02-08")) == (true, true))
    #expect(calendar.isWorkingDay(.on("2027-02-06")) == (false, true))
    #expect(calendar.isWorkingDay(.on("2015-12-31")) == (true, true))
    #expect(calendar.isWorkingDay(.on("1999-12-31")) == (false, true))
    #expect(calendar.isWorkingDay(.on("2101-01-03")) == (false, true))
  }

  /// Measured over all 248 working days of 2025: 12 % and 18 % of five-day limits would end on a wrong day.
  @Test("Five-day limits that other calendars get wrong")
  func wrongOtherwise() throws {
    let right = try SampleCalendars.mainland()
    let noMakeUp = try Self.withoutMakeUpDays()
    let plain = try Self.plainWeek()
    var wrong = (noMakeUp: 0, plain: 0, all: 0)
    var date = CivilDate.on("2025-01-01")
    while date.year == 2025 {
      if right.isWorkingDay(date).isWorking {
        let start = right.zone.instant(of: date, try TimeOfDay("10:00"))
        let due = right.advance(from: start, by: .of("5 work_days")).at
        wrong.all += 1
        if noMakeUp.advance(from: start, by: .of("5 work_days")).at != due { wrong.noMakeUp += 1 }
        if plain.advance(from: start, by: .of("5 work_days")).at != due { wrong.plain += 1 }
      }
      date = date.adding(days: 1)
    }
    #expect(wrong == (30, 44, 248))
  }

  private static func plainWeek() throws -> WorkingCalendar {
    WorkingCalendar(
      zone: SampleCalendars.china, week: try .mondayToFriday(SampleCalendars.officeHours), publishedYears: [])
  }

  private static func withoutMakeUpDays() throws -> WorkingCalendar {
    var off: [CivilDate: DayException] = [:]
    for notice in try SampleCalendars.notices() {
      off.merge(notice.days.filter { $0.value == .dayOff }) { _, later in later }
    }
    return WorkingCalendar(
      zone: SampleCalendars.china, week: try .mondayToFriday(SampleCalendars.officeHours), exceptions: off,
      publishedYears: Set(2016...2026))
  }
}
