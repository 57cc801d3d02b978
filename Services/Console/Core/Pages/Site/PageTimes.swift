import Domain

/// Times as pages show them: in the network's zone, and how long ago or ahead of the page's moment.
struct PageTimes: Sendable {
  let zone: ZoneRules
  let now: Instant
  let texts: PageTexts

  /// What the partial `time` shows: `iso`, `text`, `relative`; and `full`, which is as true on paper tomorrow.
  func data(_ moment: Instant) -> PageData {
    ["iso": moment.rfc3339(in: zone), "text": text(moment), "relative": relative(moment), "full": full(moment)]
  }

  func data(_ moment: Instant?) -> PageData? { moment.map { data($0) } }

  /// Of today the time alone; of this year the day with it; else the year, too.
  func text(_ moment: Instant) -> String {
    let (date, clock) = local(moment)
    let today = zone.date(of: now)
    if date == today { return texts("time.today", ["clock": clock]) }
    let key = date.year == today.year ? "time.this_year" : "time.any_year"
    return texts(key, values(of: date).merging(["clock": clock]) { own, _ in own })
  }

  /// With its year, whatever day it is now.
  func full(_ moment: Instant) -> String {
    let (date, clock) = local(moment)
    return texts("time.any_year", values(of: date).merging(["clock": clock]) { own, _ in own })
  }

  private func local(_ moment: Instant) -> (date: CivilDate, clock: String) {
    let (date, time) = zone.local(moment)
    let minute = time.secondsSinceMidnight / 60
    return (date, "\(padded(minute / 60)):\(padded(minute % 60))")
  }

  func day(_ date: CivilDate) -> String { texts("time.day", values(of: date)) }

  private func values(of date: CivilDate) -> [String: String] {
    [
      "year": "\(date.year)", "month": texts("time.month.\(date.month)"), "day": "\(date.day)",
    ]
  }

  /// As `times.js` writes it, which refreshes it.
  func relative(_ moment: Instant) -> String {
    let seconds = moment.microseconds(since: now) / Instant.microsecondsPerSecond
    let way = seconds < 0 ? "ago" : "ahead"
    let amount = abs(seconds)
    switch amount {
    case ..<60: return texts("time.script.now")
    case ..<3_600: return texts.counted("time.script.minutes_\(way)", amount / 60)
    case ..<172_800: return texts.counted("time.script.hours_\(way)", amount / 3_600)
    default: return texts.counted("time.script.days_\(way)", amount / 86_400)
    }
  }

  /// How long something took or may take: the two greatest units.
  func duration(microseconds: Int64) -> String {
    let minutes = abs(microseconds) / Instant.microsecondsPerMinute
    if minutes < 60 { return texts.counted("time.minutes", minutes) }
    let hours = minutes / 60
    if hours < 48 {
      let rest = minutes % 60
      return texts.counted("time.hours", hours)
        + (rest > 0 ? texts("time.and") + texts.counted("time.minutes", rest) : "")
    }
    let rest = hours % 24
    return texts.counted("time.days", hours / 24)
      + (rest > 0 ? texts("time.and") + texts.counted("time.hours", rest) : "")
  }

  private func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
