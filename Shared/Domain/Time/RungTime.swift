/// A step before or after something: `-3 work_days`, `+1 work_day`.
public struct SignedLimit: Hashable, Sendable, CustomStringConvertible {
  public enum Direction: Hashable, Sendable { case before, after }

  public let direction: Direction
  public let limit: Limit

  public init(_ direction: Direction, _ limit: Limit) {
    self.direction = direction
    self.limit = limit
  }

  /// Reads a limit with its sign before it. Throws as `Limit` does, and `malformed_limit` when the sign is missing.
  public init(_ text: String) throws(TimeError) {
    switch text.first {
    case "-": direction = .before
    case "+": direction = .after
    default: throw TimeError(.malformedLimit, "a step before or after begins with - or +, such as -3 work_days")
    }
    limit = try Limit(String(text.dropFirst()))
  }

  public var description: String { (direction == .before ? "-" : "+") + limit.description }
}

/// When a rung of the ladder fires, seen from its clock: `0`, `90% used`, `-3 work_days`, `+1 work_day`.
public enum RungTime: Hashable, Sendable, CustomStringConvertible {
  /// At the due time itself, written `0`.
  case due
  /// When so many percent of the time given are used, 1 to 100, written `90% used`.
  case used(percent: Int)
  /// Before or after the due time.
  case step(SignedLimit)

  /// - Throws: `malformed_rung_time` for what is none of the forms; the limit's own errors inside a step.
  public init(_ text: String) throws(TimeError) {
    if text == "0" {
      self = .due
    } else if text.hasSuffix("% used") {
      var reader = DigitReader(Array(text.utf8.dropLast("% used".utf8.count)))
      let width = text.utf8.count - "% used".utf8.count
      guard (1...3).contains(width), let percent = reader.digits(width), (1...100).contains(percent) else {
        throw TimeError(.malformedRungTime, "a used share is a whole number from 1 to 100, such as 90% used")
      }
      self = .used(percent: percent)
    } else if text.hasPrefix("-") || text.hasPrefix("+") {
      self = .step(try SignedLimit(text))
    } else {
      throw TimeError(
        .malformedRungTime, "a rung is at 0, at a share such as 90% used, or at a step such as -3 work_days")
    }
  }

  public var description: String {
    switch self {
    case .due: "0"
    case .used(let percent): "\(percent)% used"
    case .step(let step): step.description
    }
  }
}
