import Operations
import Wire

/// The fields of a query or a form: names and values in their order, decoded. An empty value is an absent one.
struct FormFields: Sendable, Equatable {
  static let maxFields = 200

  private(set) var fields: [(name: String, value: String)] = []

  enum Fault: Error, Equatable {
    case tooManyFields
    /// A value that is no UTF-8, or holds U+0000.
    case notText
  }

  /// Reads `application/x-www-form-urlencoded`.
  init(urlEncoded bytes: some Collection<UInt8>) throws(Fault) {
    for pair in bytes.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      try add(try Self.decode(parts[0]), parts.count > 1 ? try Self.decode(parts[1]) : "")
    }
  }

  /// The fields of a multipart form; its files are left out.
  init(_ multipart: Multipart) throws(Fault) {
    for part in multipart.parts where part.fileName == nil {
      guard let value = String(validating: part.content, as: UTF8.self), !value.contains("\0") else { throw .notText }
      try add(part.name, value)
    }
  }

  init() {}

  /// The last value of the name.
  subscript(name: String) -> String? { fields.last { $0.name == name }?.value }

  /// The values of the name, split at commas.
  func list(_ name: String) -> [String]? {
    guard let text = self[name] else { return nil }
    return text.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init)
  }

  mutating func add(_ name: String, _ value: String) throws(Fault) {
    guard fields.count < Self.maxFields else { throw .tooManyFields }
    if !value.isEmpty { fields.append((name, value)) }
  }

  private static func decode(_ bytes: some Collection<UInt8>) throws(Fault) -> String {
    guard let text = PercentEncoding.decodeForm(bytes) else { throw .notText }
    return text
  }

  static func == (left: FormFields, right: FormFields) -> Bool {
    left.fields.elementsEqual(right.fields) { $0 == $1 }
  }
}
