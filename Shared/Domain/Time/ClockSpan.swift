/// One running of a clock: from its start to its due time, by its measure, less what it stood still.
public struct ClockSpan: Hashable, Sendable {
  public let start: Instant
  /// The due time as it stands now, pauses already added to it.
  public let due: Instant
  public let measure: ClockMeasure
  /// Microseconds of all pauses so far, by the clock's own measure.
  public let paused: Int64

  public init(start: Instant, due: Instant, measure: ClockMeasure, paused: Int64 = 0) {
    self.start = start
    self.due = due
    self.measure = measure
    self.paused = paused
  }

  /// Microseconds given in all: what lies between start and due without the pauses.
  public func given(by calendar: WorkingCalendar) -> Int64 {
    max(0, calendar.elapsed(from: start, to: due, by: measure) - paused)
  }

  /// Microseconds used at `now`, a moment at which the clock runs; more than was given when it is late.
  public func used(at now: Instant, by calendar: WorkingCalendar) -> Int64 {
    max(0, calendar.elapsed(from: start, to: now, by: measure) - paused)
  }

  /// When so many percent (0 to 100) of the given time are used.
  ///
  /// It is counted back from the due time, which every pause has moved on; so it is right for whatever share was not
  /// yet used when the last pause began. Never before the start, never after the due time.
  public func moment(usedPercent percent: Int, by calendar: WorkingCalendar) -> Due {
    precondition((0...100).contains(percent), "A share of a clock goes from 0 to 100 percent.")
    let given = given(by: calendar)
    let used = given / 100 * Int64(percent) + given % 100 * Int64(percent) / 100
    let moment = calendar.moment(given - used, before: due, by: measure)
    return Due(at: min(max(moment.at, start), due), provisional: moment.provisional)
  }

  /// When a rung of the ladder fires. A step before the due time may lie before the start of the clock.
  public func moment(of rung: RungTime, by calendar: WorkingCalendar) -> Due {
    switch rung {
    case .due: Due(at: due, provisional: false)
    case .used(let percent): moment(usedPercent: percent, by: calendar)
    case .step(let step):
      switch step.direction {
      case .before: calendar.retreat(from: due, by: step.limit)
      case .after: calendar.advance(from: due, by: step.limit)
      }
    }
  }
}
