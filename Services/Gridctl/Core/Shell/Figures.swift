/// Numbers as people read them.
enum Figures {
  /// `27000` as `27,000`.
  static func grouped(_ number: some FixedWidthInteger) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
  }

  /// With so many digits after the point, and groups before it.
  static func decimal(_ number: Double, digits: Int) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "–" }
    let scale = (0..<digits).reduce(Int64(1)) { result, _ in result * 10 }
    let scaled = Int64((abs(number) * Double(scale)).rounded())
    let sign = number < 0 && scaled > 0 ? "-" : ""
    let whole = grouped(scaled / scale)
    guard digits > 0 else { return sign + whole }
    let fraction = String(scaled % scale)
    return sign + whole + "." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// A length of time, in its largest two units at most: `850 ms`, `12 s`, `3 min 5 s`, `2 h 4 min`, `3 d 1 h`.
  static func duration(microseconds: Int64) -> String {
    let magnitude = abs(microseconds)
    let sign = microseconds < 0 ? "-" : ""
    if magnitude < 1_000_000 { return "\(sign)\(magnitude / 1_000) ms" }
    let seconds = magnitude / 1_000_000
    let units: [(length: Int64, name: String)] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
    guard let first = units.firstIndex(where: { seconds >= $0.length }) else { return "0 s" }
    var text = "\(sign)\(seconds / units[first].length) \(units[first].name)"
    if first + 1 < units.count {
      let rest = seconds % units[first].length / units[first + 1].length
      if rest > 0 { text += " \(rest) \(units[first + 1].name)" }
    }
    return text
  }
}
