import Domain
import Testing

@Suite("Due times")
struct DueTimeTests {
  @Test(
    "Limits on the mainland's calendar",
    arguments: [
      // Sat 02-14 works, 02-15 to 02-23 is the Spring Festival.
      ("2026-02-13T10:00:00+08:00", "2 work_days", "2026-02-24T18:00:00+08:00"),
      ("2026-02-13T10:00:00+08:00", "1 work_day", "2026-02-14T18:00:00+08:00"),
      ("2026-02-13T23:59:59+08:00", "1 work_day", "2026-02-14T18:00:00+08:00"),
      ("2026-02-18T03:00:00+08:00", "1 work_day", "2026-02-24T18:00:00+08:00"),
      ("2018-12-28T09:00:00+08:00", "2 work_days", "2019-01-02T18:00:00+08:00"),
      ("2026-03-02T10:00:00+08:00", "5 work_days", "2026-03-09T18:00:00+08:00"),
      // Hours at once, inside the periods.
      ("2026-03-02T10:00:00+08:00", "1 work_hours", "2026-03-02T11:00:00+08:00"),
      ("2026-03-02T11:00:00+08:00", "1 work_hours", "2026-03-02T12:00:00+08:00"),
      ("2026-03-02T11:00:00+08:00", "61 work_minutes", "2026-03-02T14:01:00+08:00"),
      ("2026-03-02T12:30:00+08:00", "90 work_minutes", "2026-03-02T15:30:00+08:00"),
      ("2026-03-02T17:00:00+08:00", "4 work_hours", "2026-03-03T11:30:00+08:00"),
      ("2026-02-14T17:00:00+08:00", "4 work_hours", "2026-02-24T11:30:00+08:00"),
      ("2026-03-01T09:00:00+08:00", "8 work_hours", "2026-03-03T09:00:00+08:00"),
      // Wall clock, whatever the day.
      ("2026-02-13T10:00:00+08:00", "3 urgent_hours", "2026-02-13T13:00:00+08:00"),
      ("2026-02-13T10:00:00+08:00", "2 urgent_days", "2026-02-15T10:00:00+08:00"),
      ("2026-02-13T23:55:00+08:00", "10 urgent_minutes", "2026-02-14T00:05:00+08:00"),
    ])
  func mainland(start: String, limit: String, due: String) throws {
    let calendar = try SampleCalendars.mainland()
    #expect(calendar.advance(from: .at(start), by: .of(limit)) == Due(at: .at(due), provisional: false))
  }

  @Test(
    "Hours that differ by weekday, and those of a make-up day",
    arguments: [
      ("2026-03-03T10:00:00+08:00", "1 work_days", "2026-03-04T20:30:00+08:00"),
      ("2026-03-03T10:00:00+08:00", "3 work_days", "2026-03-06T16:00:00+08:00"),
      ("2026-03-03T10:00:00+08:00", "4 work_days", "2026-03-07T12:00:00+08:00"),
      ("2026-03-04T17:00:00+08:00", "1 work_hours", "2026-03-04T19:45:00+08:00"),
      // 2026-02-28 is a Saturday with hours of its own; 2026-01-04 and 2026-09-20 are Sundays without.
      ("2026-02-27T10:00:00+08:00", "1 work_days", "2026-02-28T12:00:00+08:00"),
      ("2026-09-19T10:00:00+08:00", "1 work_days", "2026-09-20T17:00:00+08:00"),
    ])
  func uneven(start: String, limit: String, due: String) throws {
    #expect(try SampleCalendars.uneven().advance(from: .at(start), by: .of(limit)).at == .at(due))
  }

  @Test(
    "New York's clocks change, its office hours do not",
    arguments: [
      ("2022-03-11T16:00:00-05:00", "2 work_hours", "2022-03-14T10:00:00-04:00"),
      ("2022-03-11T16:00:00-05:00", "1 work_days", "2022-03-14T17:00:00-04:00"),
      ("2022-11-04T16:00:00-04:00", "2 work_hours", "2022-11-07T10:00:00-05:00"),
      ("2022-03-12T12:00:00-05:00", "1 urgent_days", "2022-03-13T13:00:00-04:00"),
      ("2090-03-10T16:00:00-05:00", "2 work_days", "2090-03-14T17:00:00-04:00"),
    ])
  func newYork(start: String, limit: String, due: String) throws {
    #expect(try SampleCalendars.newYork().advance(from: .at(start), by: .of(limit)).at == .at(due))
  }

  @Test("Around the clock the night of a change has 23 hours, or 25")
  func changeAtWork() throws {
    let calendar = try SampleCalendars.roundTheClock()
    let spring = calendar.workingTime(from: .at("2022-03-13T00:00:00-05:00"), to: .at("2022-03-14T00:00:00-04:00"))
    #expect(spring == 23 * Instant.microsecondsPerHour)
    let autumn = calendar.workingTime(from: .at("2022-11-06T00:00:00-04:00"), to: .at("2022-11-07T00:00:00-05:00"))
    #expect(autumn == 25 * Instant.microsecondsPerHour)
    #expect(
      calendar.advance(from: .at("2022-03-12T12:00:00-05:00"), by: .of("1 work_days")).at
        == .at("2022-03-14T00:00:00-04:00"))
  }

  @Test(
    "A result that rests on an open notice is provisional",
    arguments: [
      ("2026-12-25T10:00:00+08:00", "1 work_days", false), ("2026-12-25T10:00:00+08:00", "2 work_days", true),
      ("2026-12-28T10:00:00+08:00", "4 work_hours", false), ("2026-12-28T17:00:00+08:00", "4 work_hours", true),
      ("2026-12-20T10:00:00+08:00", "10 work_days", true), ("2026-12-30T10:00:00+08:00", "20 urgent_days", false),
      ("2015-12-30T10:00:00+08:00", "1 work_days", true), ("2015-12-31T10:00:00+08:00", "1 work_days", false),
      ("2015-12-31T10:00:00+08:00", "9 work_hours", true), ("2025-12-30T10:00:00+08:00", "5 work_days", false),
      ("1990-01-01T00:00:00Z", "1 work_days", true), ("2100-12-31T10:00:00Z", "2 work_days", true),
    ])
  func provisional(start: String, limit: String, provisional: Bool) throws {
    #expect(try SampleCalendars.mainland().advance(from: .at(start), by: .of(limit)).provisional == provisional)
  }

  @Test("Past the end of 2100 a due time is that end, and never before its start")
  func saturates() throws {
    let calendar = try SampleCalendars.mainland()
    let end = Instant.at("2101-01-01T00:00:00+08:00")
    for limit in ["2500 work_days", "20000 work_hours"] {
      #expect(calendar.advance(from: .at("2099-01-01T00:00:00Z"), by: .of(limit)) == Due(at: end, provisional: true))
      let late = Instant.at("2150-01-01T00:00:00Z")
      #expect(calendar.advance(from: late, by: .of(limit)) == Due(at: late, provisional: true))
      #expect(calendar.retreat(from: .at("1990-01-01T00:00:00Z"), by: .of(limit)).at <= .at("1990-01-01T00:00:00Z"))
    }
  }

  @Test(
    "Steps back from a due time",
    arguments: [
      ("2026-02-24T18:00:00+08:00", "1 work_days", "2026-02-14T18:00:00+08:00"),
      ("2026-03-12T18:00:00+08:00", "3 work_days", "2026-03-09T18:00:00+08:00"),
      // A due time inside the day keeps its time of day.
      ("2026-03-12T10:20:00+08:00", "3 work_days", "2026-03-09T10:20:00+08:00"),
      // On a free day, or before opening, it counts as the close before.
      ("2026-03-15T15:00:00+08:00", "1 work_days", "2026-03-12T18:00:00+08:00"),
      ("2026-03-16T08:00:00+08:00", "1 work_days", "2026-03-12T18:00:00+08:00"),
      // Hours: the last moment at which they are still left.
      ("2026-03-12T18:00:00+08:00", "4 work_hours", "2026-03-12T14:00:00+08:00"),
      ("2026-03-12T18:00:00+08:00", "5 work_hours", "2026-03-12T11:00:00+08:00"),
      ("2026-03-12T09:00:00+08:00", "30 work_minutes", "2026-03-12T08:30:00+08:00"),
      ("2026-03-12T09:00:00+08:00", "1 work_hours", "2026-03-11T17:30:00+08:00"),
      ("2026-03-12T09:00:00+08:00", "2 urgent_days", "2026-03-10T09:00:00+08:00"),
    ])
  func retreat(due: String, limit: String, at: String) throws {
    #expect(try SampleCalendars.mainland().retreat(from: .at(due), by: .of(limit)).at == .at(at))
  }

  @Test(
    "A day that closes earlier or later than the other keeps its own close",
    arguments: [
      // Friday closes at 16:00, Thursday at 18:00; Wednesday at 20:30, Tuesday at 18:00.
      ("2026-03-13T16:00:00+08:00", "2026-03-12T18:00:00+08:00"),
      ("2026-03-11T20:00:00+08:00", "2026-03-10T18:00:00+08:00"),
    ])
  func retreatUneven(due: String, at: String) throws {
    #expect(try SampleCalendars.uneven().retreat(from: .at(due), by: .of("1 work_day")).at == .at(at))
  }

  @Test("A due time at 24:00 belongs to the day that ends then")
  func retreatFromMidnight() throws {
    let week = try WorkingWeek([
      .monday: [SampleCalendars.period("09:00", "18:00")], .tuesday: [SampleCalendars.period("00:00", "24:00")],
      .wednesday: [SampleCalendars.period("09:00", "18:00")],
    ])
    let calendar = WorkingCalendar(
      zone: SampleCalendars.china, week: week, publishedYears: WorkingCalendar.everyYear)
    let due = calendar.advance(from: .at("2026-03-02T10:00:00+08:00"), by: .of("1 work_day")).at
    #expect(due == .at("2026-03-04T00:00:00+08:00"))
    #expect(calendar.retreat(from: due, by: .of("1 work_day")).at == .at("2026-03-02T18:00:00+08:00"))
  }

  @Test("Weeks that cannot work are refused")
  func refusedWeeks() throws {
    let morning = SampleCalendars.period("08:00", "12:00")
    #expect(throws: TimeError.self) { try WorkingWeek([:]) }
    #expect(throws: TimeError.self) { try WorkingPeriod("12:00", "08:00") }
    #expect(throws: TimeError.self) { try WorkingWeek([.monday: [SampleCalendars.period("11:00", "13:00"), morning]]) }
    #expect(throws: TimeError.self) { try WorkingWeek([.monday: [morning]], makeUpPeriods: []) }
    #expect(throws: TimeError.self) {
      try WorkingWeek([.monday: (0..<9).map { SampleCalendars.period("0\($0):00", "0\($0):30") }])
    }
  }
}
