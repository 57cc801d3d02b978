/// Writes the canonical encoding: the bytes that the journal keeps, hashes and publishes.
///
/// A message is a run of fields in rising order of their numbers. A field is one byte `number << 2 | form`
/// (numbers 1…63), then its value: `0` an unsigned LEB128 number, `1` eight bytes little-endian, `2` a length (LEB128)
/// and so many bytes. An absent field is not written; a list writes its field once per element. The same value thus has
/// exactly one encoding, and a reader passes over numbers that it does not know.
public struct CanonicalWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var lastField: UInt8 = 0

  public init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  enum Form: UInt8 { case number = 0, fixed = 1, bytes = 2 }

  private mutating func field(_ number: UInt8, _ form: Form) {
    precondition(number >= lastField && number > 0 && number < 64, "fields are written in rising order, 1…63")
    lastField = number
    bytes.append(number << 2 | form.rawValue)
  }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  public mutating func unsigned(_ number: UInt8, _ value: UInt64) {
    field(number, .number)
    variable(value)
  }

  /// Signed numbers in zigzag form, so that small ones stay short.
  public mutating func signed(_ number: UInt8, _ value: Int64) {
    unsigned(number, UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  public mutating func flag(_ number: UInt8, _ value: Bool) {
    if value { unsigned(number, 1) }
  }

  public mutating func double(_ number: UInt8, _ value: Double) {
    field(number, .fixed)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  public mutating func text(_ number: UInt8, _ value: String) {
    var copy = value
    copy.withUTF8 { utf8 in
      field(number, .bytes)
      variable(UInt64(utf8.count))
      bytes.append(contentsOf: utf8)
    }
  }

  /// Writes nothing for an empty text.
  public mutating func textIfAny(_ number: UInt8, _ value: String?) {
    if let value, !value.isEmpty { text(number, value) }
  }

  public mutating func blob(_ number: UInt8, _ value: [UInt8]) {
    field(number, .bytes)
    variable(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// A message within the message; it is written straight into the same buffer.
  public mutating func message(_ number: UInt8, _ body: (inout CanonicalWriter) -> Void) {
    field(number, .bytes)
    let lengthAt = bytes.count
    bytes.append(0)
    let outerField = lastField
    lastField = 0
    body(&self)
    lastField = outerField
    let length = bytes.count - lengthAt - 1
    guard length >= 0x80 else {
      bytes[lengthAt] = UInt8(length)
      return
    }
    var prefix: [UInt8] = []
    var rest = UInt64(length)
    while rest >= 0x80 {
      prefix.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    prefix.append(UInt8(rest))
    bytes.replaceSubrange(lengthAt...lengthAt, with: prefix)
  }
}
