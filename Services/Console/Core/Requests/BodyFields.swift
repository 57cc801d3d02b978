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

  /// Several texts, as an array or separated by commas.
  mutating func texts(_ name: String) -> [String] {
    guard case .array(let values)? = object[name] else {
      return (text(name) ?? "").split(separator: ",").map { $0.trimmed() }.filter { !$0.isEmpty }
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
