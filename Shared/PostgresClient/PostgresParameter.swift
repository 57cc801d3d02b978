/// A parameter of a statement, sent in binary. nil is NULL.
public enum PostgresParameter: Hashable, Sendable {
  case bool(Bool?)
  case int16(Int16?)
  case int32(Int32?)
  case int64(Int64?)
  case double(Double?)
  /// `text`; the string must not hold U+0000, which the server refuses.
  case text(String?)
  /// `text` from UTF-8 that is already there.
  case utf8([UInt8]?)
  /// `bytea`
  case bytes([UInt8]?)
  /// `timestamptz`
  case timestamp(PostgresTimestamp?)
  /// An array of any of the eight types.
  case array(PostgresArray)
  /// NULL of any type, arrays included.
  case null(PostgresType)

  /// `timestamptz` from microseconds since 1970.
  public static func timestamp(microseconds: Int64) -> Self {
    .timestamp(PostgresTimestamp(microseconds: microseconds))
  }

  public static func bools(_ values: [Bool]) -> Self { .array(PostgresArray(values: values)) }
  public static func bools(_ values: [Bool?]) -> Self { .array(PostgresArray(values: values)) }
  public static func int16s(_ values: [Int16]) -> Self { .array(PostgresArray(values: values)) }
  public static func int16s(_ values: [Int16?]) -> Self { .array(PostgresArray(values: values)) }
  public static func int32s(_ values: [Int32]) -> Self { .array(PostgresArray(values: values)) }
  public static func int32s(_ values: [Int32?]) -> Self { .array(PostgresArray(values: values)) }
  public static func int64s(_ values: [Int64]) -> Self { .array(PostgresArray(values: values)) }
  public static func int64s(_ values: [Int64?]) -> Self { .array(PostgresArray(values: values)) }
  public static func doubles(_ values: [Double]) -> Self { .array(PostgresArray(values: values)) }
  public static func doubles(_ values: [Double?]) -> Self { .array(PostgresArray(values: values)) }
  public static func texts(_ values: [String]) -> Self { .array(PostgresArray(values: values)) }
  public static func texts(_ values: [String?]) -> Self { .array(PostgresArray(values: values)) }
  /// `text[]` from UTF-8 that is already there.
  public static func utf8s(_ values: [[UInt8]]) -> Self { .array(PostgresArray(values: values, of: .text)) }
  /// `text[]` from UTF-8 that is already there.
  public static func utf8s(_ values: [[UInt8]?]) -> Self { .array(PostgresArray(values: values, of: .text)) }
  /// `bytea[]`
  public static func bytesArray(_ values: [[UInt8]]) -> Self { .array(PostgresArray(values: values)) }
  /// `bytea[]`
  public static func bytesArray(_ values: [[UInt8]?]) -> Self { .array(PostgresArray(values: values)) }
  public static func timestamps(_ values: [PostgresTimestamp]) -> Self { .array(PostgresArray(values: values)) }
  public static func timestamps(_ values: [PostgresTimestamp?]) -> Self { .array(PostgresArray(values: values)) }

  /// The type the parameter is sent as.
  public var type: PostgresType {
    switch self {
    case .bool: .bool
    case .int16: .int2
    case .int32: .int4
    case .int64: .int8
    case .double: .float8
    case .text, .utf8: .text
    case .bytes: .bytea
    case .timestamp: .timestamptz
    case .array(let array): array.elementType.array
    case .null(let type): type
    }
  }

  /// Appends the binary form; false for NULL, which appends nothing.
  func encode(into buffer: inout [UInt8]) -> Bool {
    switch self {
    case .bool(let value): return Self.encode(value, into: &buffer)
    case .int16(let value): return Self.encode(value, into: &buffer)
    case .int32(let value): return Self.encode(value, into: &buffer)
    case .int64(let value): return Self.encode(value, into: &buffer)
    case .double(let value): return Self.encode(value, into: &buffer)
    case .text(let value): return Self.encode(value, into: &buffer)
    case .utf8(let value), .bytes(let value): return Self.encode(value, into: &buffer)
    case .timestamp(let value): return Self.encode(value, into: &buffer)
    case .array(let array):
      buffer.append(contentsOf: array.wireBytes)
      return true
    case .null: return false
    }
  }

  private static func encode(_ value: (some PostgresValue)?, into buffer: inout [UInt8]) -> Bool {
    guard let value else { return false }
    value.encode(into: &buffer)
    return true
  }
}

/// A SQL statement of the program, not of a user: its text is fixed, values travel as parameters.
///
/// A named statement is prepared on each connection when it is first used there. One name stands for one text
/// everywhere in the process; using it for another traps.
public struct Statement: Hashable, Sendable {
  /// Name shown in errors; nil for a statement that is parsed at each use.
  public let name: String?
  /// The SQL text with `$1`, `$2`, … for the parameters. One statement only.
  public let text: String

  /// A statement that each connection prepares once.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  /// A statement that is parsed each time: for what is rare or built at run time from fixed parts.
  public static func unprepared(_ text: String) -> Statement {
    Statement(name: nil, text: text)
  }

  private init(name: String?, text: String) {
    self.name = name
    self.text = text
  }

  /// The statement together with values for its parameters.
  public func callAsFunction(_ parameters: PostgresParameter...) -> PostgresCall {
    PostgresCall(self, parameters)
  }
}

/// A statement and its parameters, for pipelines.
public struct PostgresCall: Hashable, Sendable {
  /// What to run.
  public let statement: Statement
  /// `$1`, `$2`, …
  public let parameters: [PostgresParameter]

  /// Puts the two together.
  public init(_ statement: Statement, _ parameters: [PostgresParameter] = []) {
    self.statement = statement
    self.parameters = parameters
  }
}
