public import Domain

/// A recurring shift that someone wants to keep on the roster, before it is known whether they may and can.
public struct DutyPatternDraft: Sendable, Hashable {
  public var name: String
  public var username: String
  public var role: Role?
  public var unit: UnitCode?
  public var department: DepartmentCode?
  /// As `DutyPattern.Days` reads it.
  public var days: String
  /// Local times such as `08:00`; `24:00` is the end of the day.
  public var from: String
  public var until: String
  public var everyWeeks: Int
  /// The first day and the last; empty: from today, until it is taken off.
  public var validFrom: String
  public var validUntil: String
  public var substituteFor: String?

  public init(
    name: String, username: String, role: Role? = nil, unit: UnitCode? = nil, department: DepartmentCode? = nil,
    days: String, from: String, until: String, everyWeeks: Int = 1, validFrom: String = "", validUntil: String = "",
    substituteFor: String? = nil
  ) {
    self.name = name
    self.username = username
    self.role = role
    self.unit = unit
    self.department = department
    self.days = days
    self.from = from
    self.until = until
    self.everyWeeks = everyWeeks
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.substituteFor = substituteFor
  }

  /// The recurring shift that is asked for; whom it may name is as for a single one (``DutyDraft``).
  ///
  /// - Parameters:
  ///   - holder: the post that the person holds; nil for someone unknown or disabled.
  ///   - substituted: the post of whom they stand in for, who may be disabled by now.
  ///   - today: the local day from which on it is valid where it does not say.
  /// - Throws: `DutyDraft.Fault` for the first field that is not possible.
  public func pattern(
    holder: ReceiverAddress?, substituted: ReceiverAddress?, policy: NetworkPolicy, today: CivilDate, by actor: String
  ) throws(DutyDraft.Fault) -> DutyPattern {
    let draft = DutyDraft(
      kind: .shift, username: username, role: role, unit: unit, department: department,
      starts: Instant(microseconds: 0), ends: Instant(microseconds: 0) + 3_600, substituteFor: substituteFor)
    let entry = try draft.entry(holder: holder, substituted: substituted, policy: policy, by: actor)
    guard let post = entry.post else {
      throw DutyDraft.Fault(field: "username", code: "unknown_user", detail: "The post is not known.")
    }
    guard let days = DutyPattern.Days(days) else {
      throw DutyDraft.Fault(
        field: "days", code: "malformed_days",
        detail: "Days are work_days, days_off, daily, or weekdays such as mon-fri or sat sun, then maybe: not holidays."
      )
    }
    let starts = try minute(from, "from")
    let ends = try minute(until, "until")
    guard starts < 1_440 else {
      throw DutyDraft.Fault(field: "from", code: "malformed_time", detail: "A shift begins before 24:00.")
    }
    guard (1...DutyPattern.maxWeeks).contains(everyWeeks) else {
      throw DutyDraft.Fault(
        field: "weeks", code: "out_of_range", detail: "It comes again after 1 to \(DutyPattern.maxWeeks) weeks.")
    }
    let first = try date(validFrom, "valid_from") ?? today
    let last = try date(validUntil, "valid_until")
    if let last, last < first {
      throw DutyDraft.Fault(field: "valid_until", code: "out_of_range", detail: "It ends before it begins.")
    }
    return DutyPattern(
      id: entry.id, name: name, post: post, username: username, days: days, startsMinute: starts, endsMinute: ends,
      everyWeeks: everyWeeks, validFrom: first, validUntil: last, substituteFor: substituteFor, createdBy: actor)
  }

  private func minute(_ text: String, _ field: String) throws(DutyDraft.Fault) -> Int {
    if text == "24:00" { return 1_440 }
    guard let time = try? TimeOfDay(text), time.secondsSinceMidnight % 60 == 0 else {
      throw DutyDraft.Fault(field: field, code: "malformed_time", detail: "A time of day is written as 08:30.")
    }
    return time.secondsSinceMidnight / 60
  }

  private func date(_ text: String, _ field: String) throws(DutyDraft.Fault) -> CivilDate? {
    guard !text.isEmpty else { return nil }
    guard let date = try? CivilDate(text) else {
      throw DutyDraft.Fault(field: field, code: "malformed_date", detail: "A day is written as 2026-03-02.")
    }
    return date
  }
}
