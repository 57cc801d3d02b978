import Domain
import Testing

/// What must hold of every calendar, start and limit.
@Suite("Laws of working time")
struct WorkingTimeLawTests {
  private static let units: [LimitUnit] = LimitUnit.allCases

  private static func moment(_ random: inout SeededRandom) -> Instant {
    let day = Int64.random(in: 12_000...40_000, using: &random)
    let micros = Int64.random(in: 0..<Instant.microsecondsPerDay, using: &random)
    let quarter = 15 * Instant.microsecondsPerMinute
    return Instant(
      microseconds: day * Instant.microsecondsPerDay
        + (Bool.random(using: &random) ? micros / quarter * quarter : micros))
  }

  private static func limit(_ random: inout SeededRandom) throws -> Limit {
    let unit = units.randomElement(using: &random) ?? .workDays
    return try Limit(Int.random(in: 1...min(400, unit.maximumAmount), using: &random), unit)
  }

  /// Tries a law on each sample calendar so many times.
  private static func ofEveryCalendar(
    _ seed: UInt64, times: Int, _ law: (String, WorkingCalendar, inout SeededRandom) throws -> Void
  ) throws {
    var random = SeededRandom(seed: seed)
    for (name, calendar) in try SampleCalendars.all() {
      for _ in 0..<times { try law(name, calendar, &random) }
    }
  }

  @Test(
    "A due time is never before its start, and no later for an earlier start or a smaller amount",
    arguments: SeededRandom.seeds)
  func monotonic(seed: UInt64) throws {
    try Self.ofEveryCalendar(seed, times: 2_000) { name, calendar, random in
      let start = Self.moment(&random)
      let limit = try Self.limit(&random)
      let due = calendar.advance(from: start, by: limit)
      #expect(due.at > start, "\(name): \(limit) from \(start)")
      let later = start.adding(microseconds: Int64.random(in: 0...3 * Instant.microsecondsPerDay, using: &random))
      #expect(calendar.advance(from: later, by: limit).at >= due.at, "\(name): \(limit) from \(start) and \(later)")
      let larger = try Limit(min(limit.amount + 1, limit.unit.maximumAmount), limit.unit)
      #expect(calendar.advance(from: start, by: larger).at >= due.at, "\(name): \(larger) from \(start)")
    }
  }

  @Test("The working time until the due time is the amount", arguments: SeededRandom.seeds)
  func amounts(seed: UInt64) throws {
    try Self.ofEveryCalendar(seed, times: 2_000) { name, calendar, random in
      let start = Self.moment(&random)
      let limit = try Self.limit(&random)
      let due = calendar.advance(from: start, by: limit).at
      if let unit = limit.unit.microseconds {
        let passed = calendar.elapsed(from: start, to: due, by: limit.unit.measure)
        #expect(passed == Int64(limit.amount) * unit, "\(name): \(limit) from \(start)")
        // The first such moment: one microsecond before, less has passed.
        let before = calendar.elapsed(from: start, to: due.adding(microseconds: -1), by: limit.unit.measure)
        #expect(before == passed - 1, "\(name): \(limit) from \(start)")
      } else {
        let first = calendar.zone.date(of: start).adding(days: 1)
        // A day that ends at 24:00 ends on the next day's first moment.
        let last = calendar.zone.date(of: due.adding(microseconds: -1))
        #expect(
          calendar.countWorkingDays(from: first, through: last) == limit.amount, "\(name): \(limit) from \(start)")
        #expect(calendar.isWorkingDay(last).isWorking)
      }
    }
  }

  @Test("Splitting a span adds up, and turning it round changes the sign", arguments: SeededRandom.seeds)
  func additive(seed: UInt64) throws {
    try Self.ofEveryCalendar(seed, times: 2_000) { name, calendar, random in
      let moments = [Self.moment(&random), Self.moment(&random), Self.moment(&random)].sorted()
      let whole = calendar.workingTime(from: moments[0], to: moments[2])
      let parts =
        calendar.workingTime(from: moments[0], to: moments[1])
        + calendar.workingTime(from: moments[1], to: moments[2])
      #expect(whole == parts, "\(name): \(moments)")
      #expect(whole >= 0)
      #expect(whole <= moments[2].microseconds(since: moments[0]))
      #expect(calendar.workingTime(from: moments[2], to: moments[0]) == -whole)
    }
  }

  @Test("Two advances in hours are one advance by their sum", arguments: SeededRandom.seeds)
  func composes(seed: UInt64) throws {
    try Self.ofEveryCalendar(seed, times: 1_000) { name, calendar, random in
      let start = Self.moment(&random)
      let first = Int.random(in: 1...100, using: &random)
      let second = Int.random(in: 1...100, using: &random)
      let middle = calendar.advance(from: start, by: try Limit(first, .workHours)).at
      let twice = calendar.advance(from: middle, by: try Limit(second, .workHours)).at
      #expect(
        calendar.advance(from: start, by: try Limit(first + second, .workHours)).at == twice, "\(name): \(start)")
    }
  }

  @Test("Back from a due time and forward again is the due time", arguments: SeededRandom.seeds)
  func inverse(seed: UInt64) throws {
    try Self.ofEveryCalendar(seed, times: 2_000) { name, calendar, random in
      let start = Self.moment(&random)
      let limit = try Self.limit(&random)
      let due = calendar.advance(from: start, by: limit).at
      let back = calendar.retreat(from: due, by: limit).at
      #expect(back < due, "\(name): \(limit) from \(start)")
      // A close at 24:00 is the next day's first moment, so work days are counted from the moment before it.
      let again = limit.unit == .workDays ? back.adding(microseconds: -1) : back
      #expect(calendar.advance(from: again, by: limit).at == due, "\(name): \(limit) from \(start), back \(back)")
      if limit.unit.microseconds != nil {
        // The start itself, or the end of the break it fell on.
        #expect(back >= start)
        #expect(calendar.elapsed(from: start, to: back, by: limit.unit.measure) == 0)
      }
    }
  }

  @Test("A later due time is reminded of no earlier", arguments: SeededRandom.seeds)
  func retreatMonotonic(seed: UInt64) throws {
    try Self.ofEveryCalendar(seed, times: 2_000) { name, calendar, random in
      let due = Self.moment(&random)
      let later = due.adding(microseconds: Int64.random(in: 0...3 * Instant.microsecondsPerDay, using: &random))
      let limit = try Self.limit(&random)
      let first = calendar.retreat(from: due, by: limit).at
      let second = calendar.retreat(from: later, by: limit).at
      #expect(first <= second, "\(name): \(limit) before \(due) and \(later)")
      #expect(first <= due)
    }
  }

  @Test("A pause moves the due time by exactly the pause, in one piece or in two", arguments: SeededRandom.seeds)
  func pauses(seed: UInt64) throws {
    try Self.ofEveryCalendar(seed, times: 1_000) { name, calendar, random in
      let start = Self.moment(&random)
      let limit = try Limit(
        Int.random(in: 2...20, using: &random), Bool.random(using: &random) ? .workDays : .urgentDays)
      let measure = limit.unit.measure
      let due = calendar.advance(from: start, by: limit).at
      let pausedAt = start.adding(microseconds: Int64.random(in: 0..<due.microseconds(since: start), using: &random))
      let between = pausedAt.adding(
        microseconds: Int64.random(in: 0...Instant.microsecondsPerDay * 9, using: &random))
      let resumedAt = between.adding(
        microseconds: Int64.random(in: 0...Instant.microsecondsPerDay * 9, using: &random))
      let moved = calendar.shift(due, pausedAt: pausedAt, resumedAt: resumedAt, by: measure).at
      #expect(
        calendar.elapsed(from: due, to: moved, by: measure)
          == calendar.elapsed(from: pausedAt, to: resumedAt, by: measure), "\(name): \(limit) from \(start)")
      #expect(
        calendar.elapsed(from: resumedAt, to: moved, by: measure)
          == calendar.elapsed(from: pausedAt, to: due, by: measure),
        "what was left is left: \(name), \(limit), \(start)")
      let half = calendar.shift(due, pausedAt: pausedAt, resumedAt: between, by: measure).at
      let whole = calendar.shift(half, pausedAt: between, resumedAt: resumedAt, by: measure).at
      #expect(whole == moved, "\(name): \(limit) from \(start)")
    }
  }

  @Test("A clock that was late already, or no pause at all, moves nothing")
  func noPause() throws {
    let calendar = try SampleCalendars.mainland()
    let due = Instant.at("2026-03-12T18:00:00+08:00")
    for measure in [ClockMeasure.wall, .working] {
      #expect(calendar.shift(due, pausedAt: due, resumedAt: due + 999_999, by: measure).at == due)
      #expect(calendar.shift(due, pausedAt: due - 100, resumedAt: due - 100, by: measure).at == due)
      #expect(calendar.shift(due, pausedAt: due - 100, resumedAt: due - 200, by: measure).at == due)
    }
  }
}
