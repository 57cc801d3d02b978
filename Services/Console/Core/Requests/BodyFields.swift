import Domain
import Operations
import Wire

/// The fields of a JSON body, read one by one. Every field that is missing or not valid is noted; `finish` refuses them
/// together. Fields that nobody asks for are passed over.
struct BodyFields {
  /// The longest text of a field, in bytes.
  static let maxTextBytes = 8_000
  /// What a whole body may be.
  static let limits = JSONLimits(maxBytes: 64 << 10, maxDepth: 8, maxMembers: 1_000)

  private let object: JSONObject
  private(set) var faults: [Problem.FieldFault] = []

  init(_ value: JSONValue) throws(Problem) {
    guard let object = value.objectValue else {
      throw .unprocessable(code: "not_an_object", "The body must be a JSON object, not \(value.kindName).")
    }
    self.object = object
  }

  /// A text; nil when it is missing, null or blank.
  mutating func text(_ name: String) -> String? {
    switch object[name] {
    case nil, .null?: return nil
    case .string(let text)?:
      guard text.utf8.count <= Self.maxTextBytes else {
        fault(name, "too_long", "The text is longer than \(Self.maxTextBytes) bytes.")
        return nil
      }
      return text.allSatisfy(\.isWhitespace) ? nil : text
    case let value?:
      fault(name, "not_a_text", "The field must be a text, not \(value.kindName).")
      return nil
    }
  }

  /// A text that must be there; empty, with a fault, when it is not.
  mutating func requiredText(_ name: String) -> String {
    let before = faults.count
    if let text = text(name) { return text }
    if faults.count == before { fault(name, "required", "The field must be given.") }
    return ""
  }

  /// Several texts, as an array or, in one text, separated by commas or what else is named.
  mutating func texts(_ name: String, separatedBy separators: Set<Character> = [","]) -> [String] {
    guard case .array(let values)? = object[name] else {
      return (text(name) ?? "").split { separators.contains($0) }.map { $0.trimmed() }.filter { !$0.isEmpty }
    }
    return values.compactMap { value in
      if let text = value.stringValue, text.utf8.count <= Self.maxTextBytes { return text }
      fault(name, "not_a_text", "Each entry must be a text.")
      return nil
    }
  }

  /// One of two words that mean yes and no; false, with a fault, for anything else.
  mutating func outcome(_ name: String, yes: String, no: String) -> Bool {
    switch object[name] {
    case .string(yes)?: return true
    case .string(no)?: return false
    case nil, .null?: fault(name, "required", "Write \(yes) or \(no).")
    default: fault(name, "unknown_value", "Known are \(yes), \(no).")
    }
    return false
  }

  /// One of the words that the type knows; nil, with a fault, for another.
  mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String, of type: Value.Type) -> Value?
  where Value.RawValue == String {
    text(name).flatMap { word(name, $0, of: type, unknown: "unknown_value") }
  }

  /// One of the words that the type knows; nil, with a fault, for another or none.
  /// - Parameter code: of the fault for another.
  mutating func requiredChoice<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type, unknown code: String = "unknown_value"
  ) -> Value? where Value.RawValue == String {
    let text = requiredText(name)
    return text.isEmpty ? nil : word(name, text, of: type, unknown: code)
  }

  private mutating func word<Value: RawRepresentable & CaseIterable>(
    _ name: String, _ text: String, of type: Value.Type, unknown code: String
  ) -> Value? where Value.RawValue == String {
    if let value = Value(rawValue: text) { return value }
    fault(name, code, "Known are \(Value.allCases.map(\.rawValue).joined(separator: ", ")).")
    return nil
  }

  /// A whole number from 1 on, also when it is written as a text.
  mutating func ordinal(_ name: String) -> Int32? {
    let number: Int64? =
      switch object[name] {
      case nil, .null?: Int64?.none
      case .string(let text)?: Int64(text) ?? 0
      case let value?: value.integerValue ?? 0
      }
    guard let number else { return nil }
    if let value = Int32(exactly: number), value > 0 { return value }
    fault(name, "not_an_ordinal", "The field must be a whole number from 1 on.")
    return nil
  }

  /// A moment with its offset.
  mutating func moment(_ name: String) -> Instant? {
    guard let text = text(name) else { return nil }
    if let moment = try? Instant(rfc3339: text) { return moment }
    fault(name, "malformed_time", "Write a time with its offset, 2026-02-13T10:00:00+08:00.")
    return nil
  }

  /// A limit that must be there, such as `3 work_days`.
  mutating func limit(_ name: String) -> Limit? {
    let text = requiredText(name)
    if text.isEmpty { return nil }
    if let limit = try? Limit(text) { return limit }
    let units = LimitUnit.allCases.map(\.rawValue).joined(separator: ", ")
    fault(name, "malformed_limit", "Write a number and a unit, such as 3 work_days; units are \(units).")
    return nil
  }

  mutating func fault(_ name: String, _ code: String, _ detail: String) {
    faults.append(Problem.FieldFault(field: name, code: code, detail: detail))
  }

  /// - Throws: 422 with every field that was not valid.
  func finish() throws(Problem) {
    if !faults.isEmpty { throw .invalid(faults) }
  }
}

extension Substring {
  fileprivate func trimmed() -> String {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
