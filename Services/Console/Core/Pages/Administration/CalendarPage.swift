import Domain
import WebAuth

/// The days of a year that work and that rest, as a picture and as a table.
enum CalendarPage: Page {
  static let route = PageRoute("administration/calendar", template: "calendar", roles: [.admin])

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (texts, calendar) = (request.texts, request.view.policy.calendar)
    var fields = try request.query()
    let today = request.view.zone.date(of: request.now)
    let range = WorkingCalendar.firstYear...WorkingCalendar.lastYear
    let year = fields.number("year", in: range) ?? today.year
    try fields.finish()
    let address = PageAddress(request.request)
    var data: PageData = [
      "tabs": AdministrationOverview.tabs(texts, current: .calendar), "year": "\(year)",
      "hint": texts("administration.calendar.hint"), "isPublished": calendar.isPublished(year: year),
      "months": (1...12).map { month($0, of: year, calendar, today, texts) },
      "exceptions": exceptions(year, request),
      "count": texts.counted("administration.calendar.work_days", workDays(year, calendar)),
    ]
    data["hasExceptions"] = calendar.exceptions.keys.contains { $0.year == year }
    if range.contains(year - 1) { data["before"] = address.with(["year": "\(year - 1)"]) }
    if range.contains(year + 1) { data["after"] = address.with(["year": "\(year + 1)"]) }
    data["beforeYear"] = "\(year - 1)"
    data["afterYear"] = "\(year + 1)"
    return PageContent(texts("administration.calendar.title_of", ["year": "\(year)"]), data)
  }

  private static func workDays(_ year: Int, _ calendar: WorkingCalendar) -> Int {
    guard let first = CivilDate(year: year, month: 1, day: 1), let last = CivilDate(year: year, month: 12, day: 31)
    else { return 0 }
    return calendar.countWorkingDays(from: first, through: last)
  }

  /// A month as weeks of days, Monday first; what lies outside it is left blank.
  private static func month(
    _ month: Int, of year: Int, _ calendar: WorkingCalendar, _ today: CivilDate, _ texts: PageTexts
  ) -> PageData {
    guard let first = CivilDate(year: year, month: month, day: 1) else { return [:] }
    var cells: [PageData] = Array(repeating: ["isBlank": true], count: first.weekday.rawValue - 1)
    for day in 1...CivilDate.daysInMonth(month, ofYear: year) {
      let date = first.adding(days: day - 1)
      let kind = kind(date, calendar)
      var cell: PageData = [
        "day": "\(day)", "kind": kind, "label": "\(date) \(texts("administration.calendar.kind.\(kind)"))",
      ]
      if date == today { cell["isToday"] = true }
      if kind == "make_up" { cell["mark"] = texts("administration.calendar.mark.make_up") }
      if kind == "holiday" { cell["mark"] = texts("administration.calendar.mark.holiday") }
      cells.append(cell)
    }
    while !cells.count.isMultiple(of: 7) { cells.append(["isBlank": true]) }
    let weeks = stride(from: 0, to: cells.count, by: 7).map { ["days": Array(cells[$0..<$0 + 7])] as PageData }
    return ["name": texts("administration.calendar.month.\(month)"), "weeks": weeks]
  }

  /// Of the days that the calendar names, what they are; of others by their place in the week.
  private static func kind(_ date: CivilDate, _ calendar: WorkingCalendar) -> String {
    let isWorking = calendar.isWorkingDay(date).isWorking
    guard calendar.exceptions[date] != nil else { return isWorking ? "work" : "rest" }
    return isWorking ? "make_up" : "holiday"
  }

  /// The days that work or rest otherwise than their place in the week, each run of days as one row.
  private static func exceptions(_ year: Int, _ request: PageRequest) -> [PageData] {
    let calendar = request.view.policy.calendar
    let days = calendar.exceptions.keys.filter { $0.year == year }.sorted()
    var runs: [(first: CivilDate, last: CivilDate, kind: String)] = []
    for day in days {
      let kind = kind(day, calendar)
      if let run = runs.last, run.kind == kind, run.last.adding(days: 1) == day {
        runs[runs.count - 1].last = day
      } else {
        runs.append((day, day, kind))
      }
    }
    return runs.map { run in
      [
        "from": run.first.description, "to": run.last.description,
        "days": "\(run.last.dayNumber - run.first.dayNumber + 1)",
        "kind": request.texts("administration.calendar.kind.\(run.kind)"),
        "tone": run.kind == "holiday" ? "late" : "accent",
      ]
    }
  }
}
