public import Domain

/// A suppression as someone asks for it, not yet compared with the network.
public struct SuppressionDraft: Sendable, Hashable {
  /// From begin to end at most: what lasts longer is a rule for the network's files.
  public static let maxSpanDays: Int64 = 31
  /// How far ahead it may begin.
  public static let maxAheadDays: Int64 = 31
  public static let maxCategories = 50
  public static let maxReasonCharacters = 500
  /// How far `from` may lie in the past: a begin that was written down a moment ago.
  public static let maxLateSeconds: Int64 = 300

  public var reason: String?
  public var unit: UnitCode?
  public var categories: [CategoryCode]
  public var sources: [ReportSource]
  /// Nil: at once.
  public var from: Instant?
  public var until: Instant?

  public init(
    reason: String?, unit: UnitCode?, categories: [CategoryCode], sources: [ReportSource] = [], from: Instant? = nil,
    until: Instant?
  ) {
    self.reason = reason
    self.unit = unit
    self.categories = categories
    self.sources = sources
    self.from = from
    self.until = until
  }

  /// What is wrong with one field.
  public struct Fault: Sendable, Hashable {
    public let field: String
    public let code: String
    public let detail: String
  }

  /// Everything that is wrong; none means that it can be stored.
  ///
  /// - Parameter within: the unit that the asking person answers for.
  public func faults(policy: NetworkPolicy, within: UnitCode, now: Instant) -> [Fault] {
    reasonFaults + unitFaults(policy, within) + categoryFaults(policy) + timeFaults(now)
  }

  private var reasonFaults: [Fault] {
    guard let reason, !reason.allSatisfy(\.isWhitespace) else {
      return [Fault(field: "reason", code: "required", detail: "Say why, for those who look for their reports later.")]
    }
    guard reason.unicodeScalars.count <= Self.maxReasonCharacters else {
      return [Fault(field: "reason", code: "too_long", detail: "It may have \(Self.maxReasonCharacters) characters.")]
    }
    return []
  }

  private func unitFaults(_ policy: NetworkPolicy, _ within: UnitCode) -> [Fault] {
    guard let unit else { return [Fault(field: "unit", code: "required", detail: "Name the area by its unit.")] }
    guard policy.units.isInForce(unit) else {
      return [Fault(field: "unit", code: "unknown_unit", detail: "The network has no such unit.")]
    }
    guard policy.units.contains(within, unit) else {
      return [Fault(field: "unit", code: "outside_unit", detail: "It does not lie under \(within).")]
    }
    return []
  }

  private func categoryFaults(_ policy: NetworkPolicy) -> [Fault] {
    if categories.isEmpty {
      return [Fault(field: "categories", code: "required", detail: "Name the categories or classes that are meant.")]
    }
    guard categories.count <= Self.maxCategories else {
      return [Fault(field: "categories", code: "too_many", detail: "There may be \(Self.maxCategories).")]
    }
    return categories.filter { policy.catalogue[$0] == nil }.map {
      Fault(field: "categories", code: "unknown_category", detail: "The catalogue has no \($0).")
    }
  }

  private func timeFaults(_ now: Instant) -> [Fault] {
    var faults: [Fault] = []
    if let from, from < now.adding(seconds: -Self.maxLateSeconds) {
      faults.append(Fault(field: "from", code: "in_past", detail: "It begins at once or later."))
    }
    if let from, from.microseconds(since: now) > Self.maxAheadDays * Instant.microsecondsPerDay {
      faults.append(Fault(field: "from", code: "too_far", detail: "It begins within \(Self.maxAheadDays) days."))
    }
    guard let until else {
      faults.append(Fault(field: "until", code: "required", detail: "Without an end nothing is suppressed."))
      return faults
    }
    let begin = max(from ?? now, now)
    if until <= begin {
      faults.append(Fault(field: "until", code: "not_after_begin", detail: "It ends after it has begun."))
    } else if until.microseconds(since: begin) > Self.maxSpanDays * Instant.microsecondsPerDay {
      faults.append(Fault(field: "until", code: "too_long", detail: "It lasts \(Self.maxSpanDays) days at most."))
    }
    return faults
  }
}
