extension JSONReader {
  /// Reads a number; `index` is at its minus or first digit.
  mutating func number() throws(JSONFault) -> JSONValue {
    let start = index
    let negative = bytes[index] == UInt8(ascii: "-")
    if negative { index += 1 }

    var mantissa = Mantissa()
    let integerStart = index
    digits(into: &mantissa)
    let integerDigits = index - integerStart
    guard integerDigits > 0, integerDigits == 1 || bytes[integerStart] != UInt8(ascii: "0") else {
      throw fault(index < bytes.count || integerDigits > 0 ? .invalidNumber : .unexpectedEnd, at: index)
    }

    var isWhole = true
    var exponent = 0
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      isWhole = false
      index += 1
      let fractionStart = index
      digits(into: &mantissa)
      guard index > fractionStart else { throw fault(.invalidNumber) }
      exponent = fractionStart - index
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      exponent += try exponentPart()
    }
    if isWhole, let whole = mantissa.integer(negative: negative) { return .integer(whole) }
    if let exact = mantissa.double(negative: negative, exponent: exponent) { return .number(exact) }
    return .number(try slowDouble(start..<index))
  }

  @inline(__always)
  private mutating func digits(into mantissa: inout Mantissa) {
    while index < bytes.count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return }
      mantissa.append(digit)
      index += 1
    }
  }

  /// Reads `e`, sign and digits. What is beyond any double is cut to a bound; the slow path reads the text itself.
  private mutating func exponentPart() throws(JSONFault) -> Int {
    index += 1
    var negative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      negative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    let start = index
    var value = 0
    while index < bytes.count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      value = min(value * 10 + Int(digit), 1_000_000)
      index += 1
    }
    guard index > start else { throw fault(.invalidNumber) }
    return negative ? -value : value
  }

  /// The nearest double by the standard library, which rounds correctly whatever the length.
  private func slowDouble(_ range: Range<Int>) throws(JSONFault) -> Double {
    let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    guard let value = Double(text), value.isFinite else { throw fault(.numberOutOfRange, at: range.lowerBound) }
    return value
  }
}

/// The digits of a number as an integer, as long as they fit.
private struct Mantissa {
  private var value: UInt64 = 0
  private var overflows = false

  @inline(__always)
  mutating func append(_ digit: UInt8) {
    guard value <= (UInt64.max - 9) / 10 else {
      overflows = true
      return
    }
    value = value * 10 + UInt64(digit)
  }

  /// The whole number, if it fits; nil for minus zero, which only a double can hold.
  func integer(negative: Bool) -> Int64? {
    if overflows { return nil }
    if !negative { return Int64(exactly: value) }
    if value == 0 { return nil }
    return value <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- value) : nil
  }

  /// The double nearest to mantissa × 10^exponent where one operation on exact operands gives it (Clinger 1990): a mantissa
  /// up to 2^53 and a power of ten up to 10^22 are both exact, and IEEE 754 rounds their product or quotient correctly.
  func double(negative: Bool, exponent: Int) -> Double? {
    guard !overflows, value <= 1 << 53, exponent.magnitude <= 22 else { return nil }
    let magnitude = Double(value)
    let scale = powersOfTen[Int(exponent.magnitude)]
    let result = exponent < 0 ? magnitude / scale : magnitude * scale
    return negative ? -result : result
  }
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]
