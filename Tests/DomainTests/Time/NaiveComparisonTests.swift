import Domain
import Testing

/// The tables against a walk day by day with Foundation's calendar.
@Suite("Due times against a naive walk")
struct NaiveComparisonTests {
  private struct Subject {
    let name: String
    let calendar: WorkingCalendar
    let walk: NaiveWalk
  }

  private static func subjects() throws -> [Subject] {
    try SampleCalendars.all().map { name, calendar in
      let zoneName = name == "New York" || name == "round the clock" ? "America/New_York" : "Asia/Shanghai"
      return Subject(name: name, calendar: calendar, walk: try NaiveWalk(calendar, zoneName: zoneName))
    }
  }

  private static func start(_ random: inout SeededRandom) -> Instant {
    let first = Instant.at("2015-11-01T00:00:00Z").microseconds
    let last = Instant.at("2027-03-01T00:00:00Z").microseconds
    let micros = Int64.random(in: first...last, using: &random)
    // Half of them on the hour or half hour, where periods begin and end.
    let half = 30 * Instant.microsecondsPerMinute
    return Instant(microseconds: Bool.random(using: &random) ? micros / half * half : micros)
  }

  /// Compares on each sample calendar so many times.
  private static func ofEverySubject(
    _ seed: UInt64, times: Int, _ comparison: (Subject, inout SeededRandom) throws -> Void
  ) throws {
    var random = SeededRandom(seed: seed)
    for subject in try subjects() {
      for _ in 0..<times { try comparison(subject, &random) }
    }
  }

  @Test("Work days", arguments: SeededRandom.seeds)
  func workDays(seed: UInt64) throws {
    try Self.ofEverySubject(seed, times: 400) { subject, random in
      let start = Self.start(&random)
      let days = Int.random(in: 1...12, using: &random)
      let due = subject.calendar.advance(from: start, by: try Limit(days, .workDays)).at
      let expected = subject.walk.due(from: start, workDays: days)
      #expect(due == expected, "\(subject.name): \(days) work_days from \(start)")
    }
  }

  @Test("Work hours and minutes", arguments: SeededRandom.seeds)
  func workHours(seed: UInt64) throws {
    try Self.ofEverySubject(seed, times: 400) { subject, random in
      let start = Self.start(&random)
      let limit =
        Bool.random(using: &random)
        ? try Limit(Int.random(in: 1...60, using: &random), .workHours)
        : try Limit(Int.random(in: 1...1_500, using: &random), .workMinutes)
      let due = subject.calendar.advance(from: start, by: limit).at
      let amount = Int64(limit.amount) * (limit.unit.microseconds ?? 0)
      #expect(due == subject.walk.due(from: start, working: amount), "\(subject.name): \(limit) from \(start)")
    }
  }

  @Test("Working time of a span", arguments: SeededRandom.seeds)
  func workingTime(seed: UInt64) throws {
    try Self.ofEverySubject(seed, times: 200) { subject, random in
      let start = Self.start(&random)
      let end = start.adding(microseconds: Int64.random(in: 0...20 * Instant.microsecondsPerDay, using: &random))
      let expected = subject.walk.workingTime(from: start, to: end)
      #expect(subject.calendar.workingTime(from: start, to: end) == expected, "\(subject.name): \(start) to \(end)")
    }
  }
}
