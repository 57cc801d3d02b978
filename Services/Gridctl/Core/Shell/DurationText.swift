/// Lengths of time as an operator writes them: `90m`, `2h`, `1d12h`, `2 hours`.
enum DurationText {
  private static let units: [(names: [String], seconds: Int64)] = [
    (["w", "week", "weeks"], 604_800), (["d", "day", "days"], 86_400), (["h", "hour", "hours"], 3_600),
    (["m", "min", "minute", "minutes"], 60), (["s", "sec", "second", "seconds"], 1),
  ]
  /// The longest length read: a hundred years.
  static let maxSeconds: Int64 = 3_155_760_000

  /// Nil for what is no length of time, for zero, and for more than a hundred years.
  static func microseconds(_ text: String) -> Int64? {
    var rest = Substring(text.lowercased())
    var seconds: Int64 = 0
    var any = false
    while true {
      rest = rest.drop { $0 == " " }
      if rest.isEmpty { break }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest[digits.endIndex...].drop { $0 == " " }
      let letters = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest[letters.endIndex...]
      guard digits.count <= 10, let amount = Int64(digits),
        let unit = units.first(where: { $0.names.contains(String(letters)) })
      else { return nil }
      seconds += amount * unit.seconds
      guard seconds <= maxSeconds else { return nil }
      any = true
    }
    return any && seconds > 0 ? seconds * 1_000_000 : nil
  }
}
