/// What a limit counts: time on the wall, or working time by the calendar.
public enum LimitUnit: String, CaseIterable, Hashable, Sendable {
  case urgentMinutes = "urgent_minutes"
  case urgentHours = "urgent_hours"
  case urgentDays = "urgent_days"
  case workMinutes = "work_minutes"
  case workHours = "work_hours"
  case workDays = "work_days"

  /// Accepts the plural, which is canonical, and the singular.
  init?(text: Substring) {
    guard let unit = Self(rawValue: String(text)) ?? Self(rawValue: String(text) + "s") else { return nil }
    self = unit
  }

  /// Wall-clock units run on, day and night; work units stand still outside working periods.
  public var measure: ClockMeasure {
    switch self {
    case .urgentMinutes, .urgentHours, .urgentDays: .wall
    case .workMinutes, .workHours, .workDays: .working
    }
  }

  /// The largest amount a policy may name: about ten years, whichever the unit.
  public var maximumAmount: Int {
    switch self {
    case .urgentMinutes: 5_256_000
    case .urgentHours: 87_600
    case .urgentDays: 3_650
    case .workMinutes: 1_200_000
    case .workHours: 20_000
    case .workDays: 2_500
    }
  }

  /// Microseconds of one unit; nil for a work day, whose length is the calendar's.
  public var microseconds: Int64? {
    switch self {
    case .urgentMinutes, .workMinutes: Instant.microsecondsPerMinute
    case .urgentHours, .workHours: Instant.microsecondsPerHour
    case .urgentDays: Instant.microsecondsPerDay
    case .workDays: nil
    }
  }
}

/// How a clock's time is measured.
public enum ClockMeasure: String, Hashable, Sendable {
  case wall
  case working
}

/// How long something may take, such as `5 work_days` or `3 urgent_hours`. Always at least one unit.
///
/// Urgent units are time on the wall: `2 urgent_days` are 48 hours from the start, over weekends and holidays alike.
/// Work hours and minutes begin at once and count inside working periods; work days begin with the next day and end at
/// the close of business of the last one (Civil Code of China, articles 201 and 203).
public struct Limit: Hashable, Sendable, CustomStringConvertible {
  public let amount: Int
  public let unit: LimitUnit

  /// - Throws: `limit_out_of_range` below one or above the unit's `maximumAmount`.
  public init(_ amount: Int, _ unit: LimitUnit) throws(TimeError) {
    guard (1...unit.maximumAmount).contains(amount) else {
      throw TimeError(.limitOutOfRange, "\(unit.rawValue) go from 1 to \(unit.maximumAmount)")
    }
    self.amount = amount
    self.unit = unit
  }

  /// Reads `<number> <unit>`, as in `5 work_days` or `1 work_day`.
  ///
  /// - Throws: `malformed_limit` or `limit_out_of_range`, with a reason that says what is accepted.
  public init(_ text: String) throws(TimeError) {
    let fields = text.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count == 2 else {
      throw TimeError(.malformedLimit, "a limit is a number, one space and a unit, such as 5 work_days")
    }
    try self.init(number: fields[0], unit: fields[1])
  }

  init(number: Substring, unit unitText: Substring) throws(TimeError) {
    guard let unit = LimitUnit(text: unitText) else {
      let known = LimitUnit.allCases.map(\.rawValue).joined(separator: ", ")
      throw TimeError(.malformedLimit, "unknown unit \(unitText.prefix(24)); known are \(known)")
    }
    guard !number.isEmpty, number.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw TimeError(
        .malformedLimit, "\(number.prefix(24)) is no whole number; for a part of a unit take a smaller unit")
    }
    guard number.utf8.count <= 9, let amount = Int(number) else {
      throw TimeError(.limitOutOfRange, "\(unit.rawValue) go from 1 to \(unit.maximumAmount)")
    }
    try self.init(amount, unit)
  }

  /// The canonical text, which reads back to the same limit.
  public var description: String { "\(amount) \(unit.rawValue)" }
}
