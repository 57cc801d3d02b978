/// Writes the Prometheus text format 0.0.4.
public struct MetricsText: Sendable {
  public private(set) var bytes: [UInt8] = []

  /// The content type of the format.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  mutating func head(name: String, help: String, kind: String) {
    append("# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind)\n")
  }

  mutating func sample(name: String, labels: String, value: Double) {
    append(name)
    if !labels.isEmpty { append("{\(labels)}") }
    append(" \(Self.number(value))\n")
  }

  /// `name="value",…`.
  static func labels(_ names: [String], _ values: [String]) -> String {
    zip(names, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
  }

  /// A number without a fraction where it has none.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value.magnitude < 1e15 && value == Double(Int64(value)) ? "\(Int64(value))" : "\(value)"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == 0x0A || $0 == UInt8(ascii: "\"") }) else {
      return text
    }
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
