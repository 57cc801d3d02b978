/// Writes JSON into a growing array of bytes, without values in between.
///
/// Commas and colons are put by the writer; that every `begin` has its `end` and every member its key is the caller's part
/// and checked in debug builds only. Not meant to be shared between threads.
public struct JSONWriter: Sendable {
  /// What was written so far, in UTF-8.
  public private(set) var bytes: [UInt8]
  private let pretty: Bool
  private var needsComma = false
  private var afterKey = false
  private var depth = 0

  /// - Parameter capacity: bytes to set aside at once.
  public init(pretty: Bool = false, capacity: Int = 256) {
    self.pretty = pretty
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Writes the key of the member whose value comes next.
  public mutating func key(_ key: String) {
    separate()
    quote(key)
    bytes.append(UInt8(ascii: ":"))
    if pretty { bytes.append(0x20) }
    afterKey = true
  }

  public mutating func null() {
    separate()
    append("null")
  }

  public mutating func bool(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
  }

  public mutating func integer(_ value: some FixedWidthInteger) {
    separate()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest != 0
    bytes[start...].reverse()
  }

  /// Writes the shortest text that reads back as the same double. JSON has no infinity and no NaN: they become `null`.
  public mutating func double(_ value: Double) {
    separate()
    append(value.isFinite ? value.description : "null")
  }

  public mutating func string(_ value: String) {
    separate()
    quote(value)
  }

  /// Writes `json`, which must be the text of one JSON value.
  public mutating func raw(_ json: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
  }

  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value): integer(value)
    case .number(let value): double(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for member in object.members {
        key(member.key)
        self.value(member.value)
      }
      endObject()
    }
  }

  /// Ends a line, so that the next value stands by itself (`application/x-ndjson`).
  public mutating func newLine() {
    assert(depth == 0, "A line ended inside a JSON value.")
    bytes.append(0x0A)
    needsComma = false
  }

  /// Forgets what was written and keeps its memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
    afterKey = false
    depth = 0
  }
}

/// Members in one line, for the shapes that answers have; nil is written as `null`.
extension JSONWriter {
  public mutating func member(_ key: String, _ value: String?) {
    self.key(key)
    if let value { string(value) } else { null() }
  }

  public mutating func member(_ key: String, _ value: (some FixedWidthInteger)?) {
    self.key(key)
    if let value { integer(value) } else { null() }
  }

  public mutating func member(_ key: String, _ value: Double?) {
    self.key(key)
    if let value { double(value) } else { null() }
  }

  public mutating func member(_ key: String, _ value: Bool?) {
    self.key(key)
    if let value { bool(value) } else { null() }
  }

  public mutating func member(_ key: String, _ value: JSONValue) {
    self.key(key)
    self.value(value)
  }
}

extension JSONWriter {
  private mutating func begin(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
    depth += 1
  }

  private mutating func end(_ byte: UInt8) {
    assert(depth > 0 && !afterKey, "A JSON value ended that had not begun, or a key was left without value.")
    depth -= 1
    if pretty, needsComma { lineBreak() }
    bytes.append(byte)
    needsComma = true
  }

  /// Writes what stands between the last thing and the next: nothing behind a key or a bracket, else a comma.
  @inline(__always)
  private mutating func separate() {
    if afterKey {
      afterKey = false
    } else {
      if needsComma { bytes.append(UInt8(ascii: ",")) }
      if pretty, depth > 0 { lineBreak() }
    }
    needsComma = true
  }

  private mutating func lineBreak() {
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let written: Void? = text.utf8.withContiguousStorageIfAvailable { appendEscaped($0) }
    if written == nil { Array(text.utf8).withUnsafeBufferPointer { appendEscaped($0) } }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends in runs: only quote, backslash and control characters must be escaped.
  private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    var runStart = 0
    for (position, byte) in text.enumerated()
    where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<position]))
      appendEscape(byte)
      runStart = position + 1
    }
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart...]))
  }

  private mutating func appendEscape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0..<0x20:
      append("u00")
      bytes.append(UInt8(ascii: "0") + byte >> 4)
      bytes.append(hexadecimal[Int(byte & 0x0F)])
    default: bytes.append(byte)
    }
  }
}

private let hexadecimal = Array("0123456789abcdef".utf8)
