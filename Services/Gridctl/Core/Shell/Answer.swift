import Wire

/// What a command found: one JSON value for machines, a text for people, and whether all is well.
struct Answer: Sendable {
  let json: JSONValue
  let text: String
  /// False when something was found wrong or refused: exit status 1.
  let isGood: Bool

  init(_ json: JSONValue, text: String, isGood: Bool = true) {
    self.json = json
    self.text = text
    self.isGood = isGood
  }

  /// The JSON value that stands for a refusal.
  static func error(code: String, detail: String) -> JSONValue {
    ["error": ["code": .string(code), "detail": .string(detail)]]
  }
}

/// Why a command cannot do what it was asked to, with what would help.
struct Refusal: Error, Hashable, CustomStringConvertible {
  let code: String
  let detail: String

  init(_ code: String, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  var description: String { detail }
}

extension JSONValue {
  /// nil as `null`.
  static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
  static func number(_ value: (some FixedWidthInteger)?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
}

extension JSONWriter {
  /// The value as it goes to standard output: one line.
  static func line(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(value)
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}
