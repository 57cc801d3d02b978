/// A cursor over JSON bytes that reads only what a feature collection needs.
///
/// Coordinates go straight from their digits to the lattice; a document tree of a city's 100,000 numbers would cost
/// more than everything else a service does at start.
struct FeatureScanner {
  /// Deeper documents are refused.
  static let maxDepth = 64

  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var offset = 0
  /// Faults that leave the rest of the file readable.
  private(set) var faults: [GeoJSONFault] = []
  private var countedOffset = 0
  private var countedLine = 1

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// The line the cursor stands on, counted from 1.
  mutating func currentLine() -> Int {
    while countedOffset < min(offset, bytes.count) {
      if bytes[countedOffset] == UInt8(ascii: "\n") { countedLine += 1 }
      countedOffset += 1
    }
    return countedLine
  }

  mutating func fault(_ message: String) -> GeoJSONFault {
    GeoJSONFault(line: currentLine(), message: message)
  }

  mutating func report(_ message: String, line: Int? = nil) {
    faults.append(GeoJSONFault(line: line ?? currentLine(), message: message))
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): offset += 1
      default: return
      }
    }
  }

  /// The next byte that is no space; nil at the end.
  mutating func peek() -> UInt8? {
    skipSpace()
    return offset < bytes.count ? bytes[offset] : nil
  }

  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: byte) else { return false }
    offset += 1
    return true
  }

  mutating func expect(_ byte: Unicode.Scalar) throws(GeoJSONFault) {
    guard take(byte) else { throw fault("expected \"\(Character(byte))\"") }
  }

  mutating func isAtEnd() -> Bool { peek() == nil }

  /// Calls `body` before each element of an array; the body must read exactly that element.
  mutating func forEachElement(
    _ body: (inout FeatureScanner) throws(GeoJSONFault) -> Void
  ) throws(GeoJSONFault) {
    try expect("[")
    if take("]") { return }
    repeat { try body(&self) } while take(",")
    try expect("]")
  }

  /// Calls `body` with each member's name; the body must read exactly the member's value.
  mutating func forEachMember(
    _ body: (inout FeatureScanner, String) throws(GeoJSONFault) -> Void
  ) throws(GeoJSONFault) {
    try expect("{")
    if take("}") { return }
    repeat {
      let name = try string()
      try expect(":")
      try body(&self, name)
    } while take(",")
    try expect("}")
  }

  mutating func string() throws(GeoJSONFault) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw fault("text that is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw fault("a control character inside a text")
      default: text.append(byte)
      }
    }
    throw fault("a text without its closing quotation mark")
  }

  private mutating func escape(into text: inout [UInt8]) throws(GeoJSONFault) {
    guard offset < bytes.count else { throw fault("an escape at the end of the file") }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var unit = try fourHexDigits()
      if unit >= 0xD800, unit < 0xDC00 {
        guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
        else { throw fault("half a surrogate pair") }
        offset += 2
        let low = try fourHexDigits()
        guard low >= 0xDC00, low < 0xE000 else { throw fault("half a surrogate pair") }
        unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(unit) else { throw fault("half a surrogate pair") }
      text.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw fault("an unknown escape")
    }
  }

  private mutating func fourHexDigits() throws(GeoJSONFault) -> UInt32 {
    guard offset + 4 <= bytes.count else { throw fault("an escape cut short") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
        throw fault("an escape with a letter that is no hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  /// A string, or a number or literal as it is written.
  mutating func scalarText() throws(GeoJSONFault) -> String {
    if peek() == UInt8(ascii: "\"") { return try string() }
    let start = offset
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
        UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        offset += 1
      default:
        guard offset > start else { throw fault("expected a value") }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
      }
    }
    throw fault("the file ends inside a value")
  }

  /// Reads past any value.
  mutating func skipValue(depth: Int = 0) throws(GeoJSONFault) {
    guard depth < Self.maxDepth else { throw fault("nested deeper than \(Self.maxDepth) levels") }
    switch peek() {
    case UInt8(ascii: "{"):
      try forEachMember { (scanner, _) throws(GeoJSONFault) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      try forEachElement { (scanner) throws(GeoJSONFault) in try scanner.skipValue(depth: depth + 1) }
    default: _ = try scalarText()
    }
  }

  /// A number of degrees as lattice steps, rounded to the nearest step.
  mutating func steps(limitDegrees: Int64) throws(GeoJSONFault) -> Int32 {
    skipSpace()
    let start = offset
    let negative = offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
    if negative { offset += 1 }
    var value: Int64 = 0
    var fractionDigits = -1
    var roundUp = false
    var digits = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        digits += 1
        if fractionDigits < 7 {
          value = value &* 10 &+ Int64(byte - UInt8(ascii: "0"))
          guard value <= 1_800_000_000 else { throw fault("a coordinate beyond \(limitDegrees) degrees") }
        } else if fractionDigits == 7 {
          roundUp = byte >= UInt8(ascii: "5")
        }
        if fractionDigits >= 0 { fractionDigits += 1 }
      } else if byte == UInt8(ascii: "."), fractionDigits < 0 {
        fractionDigits = 0
      } else if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
        offset = start
        return try stepsOfScientificNumber(limitDegrees: limitDegrees)
      } else {
        break
      }
      offset += 1
    }
    guard digits > 0 else { throw fault("expected a number") }
    var written = max(fractionDigits, 0)
    while written < 7 {
      value = value &* 10
      written += 1
    }
    if roundUp { value += 1 }
    guard value <= limitDegrees * Int64(LatticePoint.stepsPerDegree) else {
      throw fault("a coordinate beyond \(limitDegrees) degrees")
    }
    return Int32(negative ? -value : value)
  }

  private mutating func stepsOfScientificNumber(limitDegrees: Int64) throws(GeoJSONFault) -> Int32 {
    guard let degrees = Double(try scalarText()) else { throw fault("expected a number") }
    guard abs(degrees) <= Double(limitDegrees) else { throw fault("a coordinate beyond \(limitDegrees) degrees") }
    return Int32((degrees * Double(LatticePoint.stepsPerDegree)).rounded())
  }
}
