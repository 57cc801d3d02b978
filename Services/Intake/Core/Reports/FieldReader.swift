import Domain
import Wire

/// Reads single fields of a document and notes what is wrong with them. A null is an absent field.
extension FaultCollector {
  mutating func text(_ value: JSONValue, _ field: String, maxCharacters: Int) -> String? {
    switch value {
    case .string(let text):
      guard text.hasAtMost(maxCharacters) else {
        add(field, "too_long", "It may have \(maxCharacters) characters.")
        return nil
      }
      return text.isBlank ? nil : text
    case .null: return nil
    default:
      add(field, "invalid_type", "It must be a string, not \(value.kindName).")
      return nil
    }
  }

  mutating func flag(_ value: JSONValue, _ field: String) -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .null: return false
    default:
      add(field, "invalid_type", "It must be true or false, not \(value.kindName).")
      return false
    }
  }

  mutating func degrees(_ value: JSONValue, _ field: String, within bound: Double) -> Double? {
    guard let number = value.doubleValue else {
      if !value.isNull { add(field, "invalid_type", "It must be a number, not \(value.kindName).") }
      return nil
    }
    // A comparison with a NaN is false.
    guard number >= -bound, number <= bound else {
      add(field, "out_of_range", "It goes from -\(Int(bound)) to \(Int(bound)) degrees.")
      return nil
    }
    return number
  }

  mutating func choice<Choice>(_ value: JSONValue, _ field: String) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let text = text(value, field, maxCharacters: ReportLimits.maxCodeCharacters) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    add(field, "unknown_value", "It is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
    return nil
  }

  mutating func moment(_ value: JSONValue, _ field: String, notAfter latest: Instant) -> Instant? {
    guard let text = text(value, field, maxCharacters: Instant.maximumTextBytes) else { return nil }
    do throws(TimeError) {
      let moment = try Instant(rfc3339: text)
      if moment <= latest { return moment }
      add(field, "in_future", "It lies in the future.")
    } catch {
      add(field, "malformed_time", "It must be a time of RFC 3339 with its offset, 2026-02-13T10:00:00+08:00.")
    }
    return nil
  }

  mutating func object(_ value: JSONValue, _ field: String) -> JSONObject? {
    switch value {
    case .object(let object): return object
    case .null: return nil
    default:
      add(field, "invalid_type", "It must be an object, not \(value.kindName).")
      return nil
    }
  }

  mutating func unknown(_ field: String) {
    add(String(field.prefix(ReportLimits.maxCodeCharacters)), "unknown_field", "A report has no such field.")
  }
}

extension String {
  /// Whether it has at most so many characters (Unicode scalars); counts only where the bytes leave a doubt.
  func hasAtMost(_ maxCharacters: Int) -> Bool {
    utf8.count <= maxCharacters || (utf8.count <= 4 * maxCharacters && unicodeScalars.count <= maxCharacters)
  }

  /// Nothing but white space, or nothing at all.
  var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0D) } }
}
