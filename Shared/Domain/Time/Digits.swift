/// Reads fixed-width decimal fields one after the other.
struct DigitReader {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  /// The next `width` bytes as a number, or nil, and then nothing is taken.
  mutating func digits(_ width: Int) -> Int? {
    guard position + width <= bytes.count else { return nil }
    var value = 0
    for index in position..<(position + width) {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    position += width
    return value
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }
}

extension [UInt8] {
  /// Appends a number that is not negative, zeros before it up to `width` digits (of which it has no more).
  mutating func appendDigits(_ value: Int, width: Int) {
    if width == 2 {
      append(UInt8(ascii: "0") + UInt8(value / 10))
      append(UInt8(ascii: "0") + UInt8(value % 10))
      return
    }
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    var rest = value
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }
}
