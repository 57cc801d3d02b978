public import Domain

/// `discipline:` of ladder.yaml: what discipline inspection expects of the units.
public struct DisciplinePolicy: Sendable, Hashable {
  /// How long a unit has for its written statement, from the acknowledgement on; nil: no end is set.
  public let statementWithin: Limit?
  /// Local time of the daily self-check, minutes after midnight.
  public let selfCheckMinute: Int

  public static let defaultSelfCheckMinute = 6 * 60

  public init(statementWithin: Limit? = nil, selfCheckMinute: Int = DisciplinePolicy.defaultSelfCheckMinute) {
    self.statementWithin = statementWithin
    self.selfCheckMinute = selfCheckMinute
  }
}

extension NetworkReading {
  func readDiscipline(_ map: YamlMap?) -> DisciplinePolicy {
    guard let map else { return DisciplinePolicy() }
    defer { map.finish() }
    let within = map.has("statement_within") ? limit(map, "statement_within") : nil
    var minute = DisciplinePolicy.defaultSelfCheckMinute
    if let text = map.text("self_check_at") {
      if let time = try? TimeOfDay(text.text) {
        minute = time.secondsSinceMidnight / 60
      } else {
        map.fault("\"\(text.text)\" is no time of day", line: text.line, remedy: "write it as \"06:00\"")
      }
    }
    return DisciplinePolicy(statementWithin: within, selfCheckMinute: minute)
  }
}
