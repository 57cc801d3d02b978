import Domain

/// Local days in a row; also a month or an ISO week (ISO 8601: weeks begin on Monday, the first holds 4 January) as
/// addresses name it.
struct StatisticsPeriod: Sendable, Hashable {
  let firstDay: Int32
  let lastDay: Int32

  init(firstDay: Int32, lastDay: Int32) {
    self.firstDay = firstDay
    self.lastDay = lastDay
  }

  private init(from first: CivilDate, days: Int) {
    firstDay = Int32(first.dayNumber)
    lastDay = firstDay + Int32(days) - 1
  }

  /// Reads `2026-03` or `2026-W10`; nil for anything else, and for a week that the year does not have.
  init?(_ text: String) {
    if let week = Self.week(text) {
      self = week
      return
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 4, parts[1].count == 2, let year = Int(parts[0]),
      let month = Int(parts[1]), let first = CivilDate(year: year, month: month, day: 1)
    else { return nil }
    self.init(from: first, days: CivilDate.daysInMonth(month, ofYear: year))
  }

  /// Reads `2026-W10`.
  static func week(_ text: String) -> StatisticsPeriod? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 4, parts[1].count == 3, parts[1].first == "W", let year = Int(parts[0]),
      let week = Int(parts[1].dropFirst()), (1...53).contains(week),
      let fourth = CivilDate(year: year, month: 1, day: 4)
    else { return nil }
    let firstMonday = fourth.adding(days: 1 - fourth.weekday.rawValue)
    let monday = firstMonday.adding(days: 7 * (week - 1))
    // The Thursday of a week lies in the week's year.
    guard monday.adding(days: 3).year == year else { return nil }
    return StatisticsPeriod(from: monday, days: 7)
  }

  /// As many days before it.
  var previous: StatisticsPeriod {
    let days = lastDay - firstDay + 1
    return StatisticsPeriod(from: CivilDate(dayNumber: Int(firstDay - days)), days: Int(days))
  }

  var firstText: String { CivilDate(dayNumber: Int(firstDay)).description }
  var lastText: String { CivilDate(dayNumber: Int(lastDay)).description }
}
