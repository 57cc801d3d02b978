/// Why a text is not the JSON that was asked for, and where.
///
/// The description names the rule and the place, never the text itself.
public struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Code: String, Sendable, CaseIterable {
    /// The text ends inside a value.
    case unexpectedEnd = "unexpected_end"
    /// A byte stands where the grammar has no place for it.
    case unexpectedByte = "unexpected_byte"
    /// Something follows the value.
    case trailingBytes = "trailing_bytes"
    case invalidNumber = "invalid_number"
    /// A number beyond the range of a double.
    case numberOutOfRange = "number_out_of_range"
    case invalidEscape = "invalid_escape"
    /// A `\u` escape is half of a surrogate pair.
    case loneSurrogate = "lone_surrogate"
    /// A string has U+0000, which PostgreSQL text cannot hold.
    case nulCharacter = "nul_character"
    /// A string has a control character that is not escaped.
    case controlCharacter = "control_character"
    case invalidUTF8 = "invalid_utf8"
    case duplicateKey = "duplicate_key"
    case tooLarge = "too_large"
    case tooDeep = "too_deep"
    case tooManyMembers = "too_many_members"
  }

  public let code: Code
  /// Bytes before the fault.
  public let offset: Int
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in bytes.
  public let column: Int

  public init(code: Code, offset: Int, line: Int, column: Int) {
    self.code = code
    self.offset = offset
    self.line = line
    self.column = column
  }

  public var description: String {
    "invalid JSON: \(code.rawValue) at line \(line), column \(column) (byte \(offset))"
  }
}

/// What a text may cost its reader.
public struct JSONLimits: Sendable, Equatable {
  public var maxBytes: Int
  /// How deep arrays and objects may stand in each other; at most `JSONLimits.deepest`, as reading takes stack.
  public var maxDepth: Int
  /// Members and elements of the whole text.
  public var maxMembers: Int

  /// The greatest `maxDepth` that is honoured.
  public static let deepest = 512

  public init(maxBytes: Int = 1 << 20, maxDepth: Int = 32, maxMembers: Int = 100_000) {
    self.maxBytes = maxBytes
    self.maxDepth = min(maxDepth, Self.deepest)
    self.maxMembers = maxMembers
  }
}
