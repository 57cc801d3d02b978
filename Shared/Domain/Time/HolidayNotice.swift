/// What the yearly notice says: the days off and the make-up working days of one year.
///
/// A year's notice can name days of the turn of the year before or after it too. One that names no day at all, such as
/// a file prepared for a year to come, does not make its year published.
public struct HolidayNotice: Hashable, Sendable {
  /// How many days before its year or after it a notice may reach.
  public static let maximumDaysBeyondYear = 31

  public let year: Int
  public let days: [CivilDate: DayException]

  /// - Throws: `invalid_calendar` when a day lies too far outside the year.
  public init(year: Int, days: [CivilDate: DayException]) throws(TimeError) {
    guard let first = CivilDate(year: year, month: 1, day: 1), let last = CivilDate(year: year, month: 12, day: 31)
    else { throw TimeError(.invalidCalendar, "the year of a notice has four digits") }
    let reach = Self.maximumDaysBeyondYear
    for date in days.keys.sorted()
    where date < first.adding(days: -reach) || date > last.adding(days: reach) {
      throw TimeError(.invalidCalendar, "the notice of \(year) names \(date), which is not of that year")
    }
    self.year = year
    self.days = days
  }
}

extension WorkingCalendar {
  /// A calendar from yearly notices and days of one's own.
  ///
  /// - Parameters:
  ///   - notices: in any order; on a day that two of them name, the later year's word counts.
  ///   - localDays: what the place itself decided; it counts before every notice.
  public init(
    zone: ZoneRules, week: WorkingWeek, notices: [HolidayNotice], localDays: [CivilDate: DayException] = [:]
  ) {
    var exceptions: [CivilDate: DayException] = [:]
    for notice in notices.sorted(by: { $0.year < $1.year }) {
      exceptions.merge(notice.days) { _, later in later }
    }
    exceptions.merge(localDays) { _, own in own }
    let published = Set(notices.filter { !$0.days.isEmpty }.map(\.year))
    self.init(zone: zone, week: week, exceptions: exceptions, publishedYears: published)
  }
}
