import Domain
import Foundation
import Testing

@Suite("Civil dates")
struct CivilDateTests {
  @Test(
    "Known days have their numbers and weekdays",
    arguments: [
      ("1970-01-01", 0, Weekday.thursday), ("1969-12-31", -1, .wednesday), ("2000-02-29", 11_016, .tuesday),
      ("2026-02-14", 20_498, .saturday), ("0000-03-01", -719_468, .wednesday), ("9999-12-31", 2_932_896, .friday),
    ])
  func known(text: String, number: Int, weekday: Weekday) throws {
    let date = try CivilDate(text)
    #expect(date.dayNumber == number)
    #expect(date.weekday == weekday)
    #expect(CivilDate(dayNumber: number) == date)
    #expect(date.description == text)
  }

  @Test("Every day from 1600 to 2400 follows the one before it")
  func consecutive() throws {
    var previous = CivilDate.on("1600-01-01")
    let last = CivilDate.on("2400-12-31").dayNumber
    for number in (previous.dayNumber + 1)...last {
      let date = CivilDate(dayNumber: number)
      let isNextDay = date.year == previous.year && date.month == previous.month && date.day == previous.day + 1
      let isNextMonth =
        date.day == 1 && previous.day == CivilDate.daysInMonth(previous.month, ofYear: previous.year)
        && (date.year * 12 + date.month) == previous.year * 12 + previous.month + 1
      guard isNextDay || isNextMonth, date.dayNumber == number, previous < date else {
        Issue.record("\(date) does not follow \(previous)")
        return
      }
      previous = date
    }
  }

  @Test(
    "What is no date is refused",
    arguments: [
      "", "2026-2-14", "2026-02-30", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026/01/01",
      "2026-01-01 ", "+026-01-01", "20260-01-01", "２０２６-01-01",
    ])
  func refused(text: String) {
    #expect { try CivilDate(text) } throws: { ($0 as? TimeError)?.code == .malformedDate }
  }
}

@Suite("Times of day")
struct TimeOfDayTests {
  @Test("Readings", arguments: [("00:00", 0), ("08:30", 30_600), ("23:59:59", 86_399), ("24:00", 86_400)])
  func readings(text: String, seconds: Int) throws {
    let time = try TimeOfDay(text)
    #expect(time.secondsSinceMidnight == seconds)
    #expect(time.description == text)
  }

  @Test(
    "What is no time of day is refused",
    arguments: ["", "8:30", "24:01", "24:00:01", "12:60", "12:30:", "12:30:60", "-1:00"])
  func refused(text: String) {
    #expect { try TimeOfDay(text) } throws: { ($0 as? TimeError)?.code == .malformedTimeOfDay }
  }
}
