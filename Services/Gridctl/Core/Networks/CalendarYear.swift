import Domain
import Wire

/// What a calendar says of one year.
struct CalendarYear {
  let year: Int
  let calendar: WorkingCalendar

  private var days: [CivilDate] {
    guard let first = CivilDate(year: year, month: 1, day: 1) else { return [] }
    return (0..<(CivilDate.isLeapYear(year) ? 366 : 365)).map { first.adding(days: $0) }
  }

  private var isPublished: Bool { calendar.isPublished(year: year) }

  /// Days that work or rest otherwise than their place in the week.
  private func exceptions(working: Bool) -> [CivilDate] {
    calendar.exceptions.keys.filter { $0.year == year && calendar.isWorkingDay($0).isWorking == working }.sorted()
  }

  var answer: Answer {
    let off = exceptions(working: false)
    let working = exceptions(working: true)
    let count = days.count { calendar.isWorkingDay($0).isWorking }
    let json: JSONValue = [
      "year": .integer(Int64(year)), "published": .bool(isPublished), "working_days": .integer(Int64(count)),
      "days_off": .array(off.map { .string($0.description) }),
      "make_up_days": .array(working.map { .string($0.description) }),
    ]
    guard isPublished else {
      return Answer(
        json,
        text: "\(year) is not published: due times in it are provisional, by the days of the week alone."
          + " Add the year's file to the network's holidays and load the network.", isGood: false)
    }
    return Answer(
      json,
      text: """
        \(year) is published: \(count) working days
        off:      \(Self.runs(off))
        make-up:  \(Self.runs(working))
        """)
  }

  /// `01-01…01-03, 02-15…02-23`.
  static func runs(_ days: [CivilDate]) -> String {
    var parts: [(first: CivilDate, last: CivilDate)] = []
    for day in days {
      if let last = parts.last?.last, last.adding(days: 1) == day {
        parts[parts.count - 1].last = day
      } else {
        parts.append((day, day))
      }
    }
    let short = { (day: CivilDate) in String(day.description.dropFirst(5)) }
    return parts.isEmpty
      ? "none"
      : parts.map { $0.first == $0.last ? short($0.first) : "\(short($0.first))…\(short($0.last))" }
        .joined(separator: ", ")
  }
}
