/// A text or a definition of time that does not hold: what is wrong, in one sentence.
///
/// Never retriable: the same input fails again. `reason` quotes at most the first characters of a policy's own text,
/// never a person's.
public struct TimeError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Hashable, Sendable {
    case malformedInstant = "malformed_instant"
    case malformedDate = "malformed_date"
    case malformedTimeOfDay = "malformed_time_of_day"
    case malformedLimit = "malformed_limit"
    case limitOutOfRange = "limit_out_of_range"
    case malformedRungTime = "malformed_rung_time"
    case invalidZone = "invalid_zone"
    case invalidCalendar = "invalid_calendar"
  }

  public let code: Code
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { "\(code.rawValue): \(reason)" }
}
