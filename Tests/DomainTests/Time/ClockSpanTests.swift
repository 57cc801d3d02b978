import Domain
import Testing

@Suite("Shares of a clock")
struct ClockSpanTests {
  @Test("Ninety percent, on the wall and in working time")
  func ninetyPercent() throws {
    let calendar = try SampleCalendars.mainland()
    let wall = ClockSpan(
      start: .at("2026-02-13T10:00:00+08:00"), due: .at("2026-02-13T20:00:00+08:00"), measure: .wall)
    #expect(wall.moment(usedPercent: 90, by: calendar).at == .at("2026-02-13T19:00:00+08:00"))
    // Ten working hours from Monday 10:00: six on Monday, four on Tuesday.
    let start = Instant.at("2026-03-02T10:00:00+08:00")
    let due = calendar.advance(from: start, by: .of("10 work_hours")).at
    let working = ClockSpan(start: start, due: due, measure: .working)
    #expect(due == .at("2026-03-03T14:30:00+08:00"))
    #expect(working.moment(usedPercent: 90, by: calendar).at == .at("2026-03-03T11:30:00+08:00"))
    #expect(working.moment(usedPercent: 60, by: calendar).at == .at("2026-03-03T08:30:00+08:00"))
    #expect(working.used(at: .at("2026-03-02T21:00:00+08:00"), by: calendar) == 6 * Instant.microsecondsPerHour)
    #expect(working.used(at: due, by: calendar) == working.given(by: calendar))
  }

  @Test("Rungs of a ladder")
  func rungs() throws {
    let calendar = try SampleCalendars.mainland()
    let start = Instant.at("2026-03-02T10:00:00+08:00")
    let span = ClockSpan(start: start, due: calendar.advance(from: start, by: .of("5 work_days")).at, measure: .working)
    let expected = [
      ("-3 work_days", "2026-03-04T18:00:00+08:00"), ("0", "2026-03-09T18:00:00+08:00"),
      ("+1 work_day", "2026-03-10T18:00:00+08:00"), ("+2 work_hours", "2026-03-10T10:30:00+08:00"),
      ("-1 urgent_hours", "2026-03-09T17:00:00+08:00"), ("100% used", "2026-03-09T18:00:00+08:00"),
    ]
    for (rung, at) in expected {
      #expect(span.moment(of: try RungTime(rung), by: calendar).at == .at(at), "\(rung)")
    }
  }

  @Test("After a pause the share is counted on what was left")
  func paused() throws {
    let calendar = try SampleCalendars.mainland()
    let start = Instant.at("2026-03-02T08:30:00+08:00")
    let due = calendar.advance(from: start, by: .of("10 work_hours")).at
    let pausedAt = Instant.at("2026-03-02T14:30:00+08:00")
    let resumedAt = Instant.at("2026-03-05T08:30:00+08:00")
    let moved = calendar.shift(due, pausedAt: pausedAt, resumedAt: resumedAt, by: .working).at
    let paused = calendar.workingTime(from: pausedAt, to: resumedAt)
    let span = ClockSpan(start: start, due: moved, measure: .working, paused: paused)
    #expect(span.given(by: calendar) == 10 * Instant.microsecondsPerHour)
    #expect(span.used(at: resumedAt, by: calendar) == 4 * Instant.microsecondsPerHour)
    #expect(span.moment(usedPercent: 90, by: calendar).at == .at("2026-03-05T15:30:00+08:00"))
  }

  @Test("The moment of a share has that share used, within a microsecond", arguments: SeededRandom.seeds)
  func shares(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for (name, calendar) in try SampleCalendars.all() {
      for _ in 0..<1_000 {
        let start = Instant(secondsSince1970: Int64.random(in: 1_400_000_000...1_900_000_000, using: &random))
        let unit = LimitUnit.allCases.randomElement(using: &random) ?? .workDays
        let limit = try Limit(Int.random(in: 1...30, using: &random), unit)
        let span = ClockSpan(
          start: start, due: calendar.advance(from: start, by: limit).at, measure: limit.unit.measure)
        let percent = Int.random(in: 1...99, using: &random)
        let moment = span.moment(usedPercent: percent, by: calendar).at
        #expect(moment >= start && moment <= span.due)
        let wanted = span.given(by: calendar) * Int64(percent) / 100
        #expect(
          abs(span.used(at: moment, by: calendar) - wanted) <= 1, "\(name): \(percent)% of \(limit) from \(start)")
      }
    }
  }

  @Test("Every share of a span without any time is reached at its due time")
  func empty() throws {
    let calendar = try SampleCalendars.mainland()
    let moment = Instant.at("2026-03-01T10:00:00+08:00")
    let span = ClockSpan(start: moment, due: moment + 3_600, measure: .working)
    #expect(span.moment(usedPercent: 50, by: calendar).at == span.due)
  }
}
