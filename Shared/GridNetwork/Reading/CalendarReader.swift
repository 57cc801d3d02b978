import Domain
import Wire

extension NetworkReading {
  static let calendarFile = "calendar.yaml"
  private static let weekdays: [(key: String, weekday: Weekday)] = [
    ("monday", .monday), ("tuesday", .tuesday), ("wednesday", .wednesday), ("thursday", .thursday),
    ("friday", .friday), ("saturday", .saturday), ("sunday", .sunday),
  ]

  mutating func readCalendar(zoneName: String?) throws(NetworkSourceError) -> WorkingCalendar? {
    guard let map = try yaml(Self.calendarFile) else { return nil }
    defer { map.finish() }
    let week = readWeek(map)
    let isSameEveryYear = map.bool("same_every_year") ?? false
    var exceptions: [CivilDate: DayException] = [:]
    var years: Set<Int> = []
    var notices: [HolidayNotice] = []
    for pattern in map.texts("holidays") {
      let matching = names.filter { Self.matches(name: $0, pattern: pattern.text) }
      if matching.isEmpty {
        map.fault("no holiday file \(pattern.text)", line: pattern.line, remedy: "add the file or correct its name")
      }
      for name in matching {
        guard let bytes = try requiredFile(name) else { continue }
        if let notice = HolidayNotice.read(bytes, file: name, faults: faults) { notices.append(notice) }
      }
    }
    // A later notice may change days that an earlier one spoke of.
    for notice in notices.sorted(by: { $0.year < $1.year }) {
      years.insert(notice.year)
      exceptions.merge(notice.days) { $1 }
    }
    guard let zone = readZone(zoneName), let week else { return nil }
    return WorkingCalendar(
      zone: zone, week: week, exceptions: exceptions,
      publishedYears: isSameEveryYear ? WorkingCalendar.everyYear : years)
  }

  /// A name with at most one `*`, which stands for anything but `/`.
  static func matches(name: String, pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return name == pattern }
    guard name.utf8.count >= parts[0].utf8.count + parts[1].utf8.count, name.hasPrefix(parts[0]),
      name.hasSuffix(parts[1])
    else { return false }
    return !name.dropFirst(parts[0].count).dropLast(parts[1].count).contains("/")
  }

  private func readZone(_ name: String?) -> ZoneRules? {
    guard let name else { return nil }
    if let bytes = zoneFile(name), let zone = try? ZoneRules(zoneFile: bytes) { return zone }
    faults.add(
      Self.settingsFile, 1, "unknown time zone \(name)", remedy: "use a name of the zone database, e.g. Asia/Shanghai")
    return nil
  }

  private func readWeek(_ map: YamlMap) -> WorkingWeek? {
    guard let week = map.map("week") else {
      map.fault("`week` is missing", remedy: "name each working day's periods, e.g. monday: [\"09:00-17:00\"]")
      return nil
    }
    defer { week.finish() }
    var periods: [Weekday: [WorkingPeriod]] = [:]
    for (key, weekday) in Self.weekdays { periods[weekday] = readPeriods(week, key) }
    let makeUp = map.has("make_up") ? readPeriods(map, "make_up") : nil
    do {
      return try WorkingWeek(periods, makeUpPeriods: makeUp)
    } catch {
      map.fault(error.reason, line: week.line, remedy: "correct the periods")
      return nil
    }
  }

  private func readPeriods(_ map: YamlMap, _ key: String) -> [WorkingPeriod] {
    map.texts(key).compactMap { text in
      let parts = text.text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2, let period = try? WorkingPeriod(parts[0], parts[1]) { return period }
      map.fault("\"\(text.text)\" is no working period", line: text.line, remedy: "write it as 08:30-12:00")
      return nil
    }
  }
}

/// One year's notice of days off and make-up working days, in the form of the holiday-cn data:
/// `{"year": 2026, "days": [{"name": …, "date": "2026-01-01", "isOffDay": true}]}`.
struct HolidayNotice {
  let year: Int
  let days: [CivilDate: DayException]

  static func read(_ bytes: [UInt8], file: String, faults: FaultList) -> HolidayNotice? {
    let value: JSONValue
    do {
      value = try JSONParser.parse(bytes)
    } catch {
      faults.add(file, error.line, "not JSON: \(error.code.rawValue)", remedy: "mend the syntax")
      return nil
    }
    guard let year = value["year"]?.integerValue, let entries = value["days"]?.arrayValue else {
      faults.add(file, 1, "a holiday file needs `year` and `days`", remedy: "see deploy/networks/README.md")
      return nil
    }
    let lines = linesOfDates(bytes)
    var days: [CivilDate: DayException] = [:]
    for (index, entry) in entries.enumerated() {
      let line = index < lines.count ? lines[index] : 1
      guard let text = entry["date"]?.stringValue, let date = try? CivilDate(text),
        let isOff = entry["isOffDay"]?.boolValue
      else {
        faults.add(
          file, line, "a day without a date or `isOffDay`",
          remedy: "write {\"date\": \"2026-01-01\", \"isOffDay\": true}")
        continue
      }
      if days.updateValue(isOff ? .dayOff : .workingDay, forKey: date) != nil {
        faults.add(file, line, "the day \(date) stands twice", remedy: "remove one")
      }
    }
    return HolidayNotice(year: Int(year), days: days)
  }

  /// The lines on which the entries' dates stand, in order: the parser does not keep places.
  private static func linesOfDates(_ bytes: [UInt8]) -> [Int] {
    let key = Array("\"date\"".utf8)
    var lines: [Int] = []
    var line = 1
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
      if bytes[index] == key[0], bytes[index...].starts(with: key) { lines.append(line) }
    }
    return lines
  }
}
