/// Reads JSON strictly by RFC 8259: UTF-8 without byte order mark, one value, no comments, no trailing commas.
///
/// Beyond the grammar it refuses what would mean different things to different readers or cannot be stored: duplicate keys
/// (compared by canonical equivalence, as Swift compares strings), lone surrogates, U+0000, and numbers beyond a double.
public enum JSONParser {
  /// The value of `bytes`.
  ///
  /// - Throws: `JSONFault` with the place of the first fault, or `tooLarge`, `tooDeep`, `tooManyMembers` by `limits`.
  public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONFault) -> JSONValue {
    try bytes.withUnsafeBufferPointer { (buffer) throws(JSONFault) in
      try parse(UnsafeRawBufferPointer(buffer), limits: limits)
    }
  }

  /// The value of `bytes`, which are read only during the call.
  public static func parse(
    _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
  ) throws(JSONFault) -> JSONValue {
    guard bytes.count <= limits.maxBytes else {
      throw JSONFault(code: .tooLarge, offset: limits.maxBytes, line: 1, column: 1)
    }
    var reader = JSONReader(bytes: bytes, limits: limits)
    return try reader.document()
  }

  /// The value of `text`.
  public static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONFault) -> JSONValue {
    try parse(Array(text.utf8), limits: limits)
  }
}

/// One pass over the bytes; lives only inside `JSONParser.parse`, so the bytes outlive it.
struct JSONReader {
  let bytes: UnsafeRawBufferPointer
  let limits: JSONLimits
  var index = 0
  private var membersLeft: Int

  init(bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
    membersLeft = limits.maxMembers
  }

  mutating func document() throws(JSONFault) -> JSONValue {
    skipWhitespace()
    let value = try value(depth: 0)
    skipWhitespace()
    guard index == bytes.count else { throw fault(.trailingBytes) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    switch try current() {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw fault(.unexpectedByte)
    }
  }

  private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
    guard depth <= limits.maxDepth else { throw fault(.tooDeep) }
    index += 1
    var object = JSONObject()
    skipWhitespace()
    if try current() == UInt8(ascii: "}") {
      index += 1
      return .object(object)
    }
    while true {
      try countMember()
      guard try current() == UInt8(ascii: "\"") else { throw fault(.unexpectedByte) }
      let keyStart = index
      let key = try string()
      skipWhitespace()
      guard try current() == UInt8(ascii: ":") else { throw fault(.unexpectedByte) }
      index += 1
      skipWhitespace()
      let value = try value(depth: depth)
      guard object.append(key, value) else { throw fault(.duplicateKey, at: keyStart) }
      if try endsList(with: UInt8(ascii: "}")) { return .object(object) }
    }
  }

  private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
    guard depth <= limits.maxDepth else { throw fault(.tooDeep) }
    index += 1
    var elements: [JSONValue] = []
    skipWhitespace()
    if try current() == UInt8(ascii: "]") {
      index += 1
      return .array(elements)
    }
    while true {
      try countMember()
      elements.append(try value(depth: depth))
      if try endsList(with: UInt8(ascii: "]")) { return .array(elements) }
    }
  }

  /// Reads what follows a member: a comma and the space behind it, or the end.
  private mutating func endsList(with end: UInt8) throws(JSONFault) -> Bool {
    skipWhitespace()
    let byte = try current()
    guard byte == end || byte == UInt8(ascii: ",") else { throw fault(.unexpectedByte) }
    index += 1
    if byte == end { return true }
    skipWhitespace()
    return false
  }

  private mutating func countMember() throws(JSONFault) {
    membersLeft -= 1
    guard membersLeft >= 0 else { throw fault(.tooManyMembers) }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    for position in 0..<text.utf8CodeUnitCount {
      guard try current() == text.utf8Start[position] else { throw fault(.unexpectedByte) }
      index += 1
    }
    return value
  }

  @inline(__always)
  private mutating func skipWhitespace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  @inline(__always)
  func current() throws(JSONFault) -> UInt8 {
    guard index < bytes.count else { throw fault(.unexpectedEnd) }
    return bytes[index]
  }

  @inline(never)
  func fault(_ code: JSONFault.Code, at place: Int? = nil) -> JSONFault {
    let offset = min(place ?? index, bytes.count)
    let before = bytes[0..<offset]
    let line = before.reduce(into: 1) { if $1 == 0x0A { $0 += 1 } }
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return JSONFault(code: code, offset: offset, line: line, column: offset - lineStart + 1)
  }
}
