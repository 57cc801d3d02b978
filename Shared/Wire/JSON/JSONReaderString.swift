extension JSONReader {
  /// Reads the string that begins at the quote under `index`.
  mutating func string() throws(JSONFault) -> String {
    index += 1
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        defer { index += 1 }
        return text(start..<index)
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw fault(byte == 0 ? .nulCharacter : .controlCharacter)
      case 0x80...: try skipScalar()
      default: index += 1
      }
    }
    throw fault(.unexpectedEnd)
  }

  /// Reads on in a string that has escapes; `start` is its first byte and `index` its first backslash.
  private mutating func escapedString(from start: Int) throws(JSONFault) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(2 * (index - start) + 32)
    var runStart = start
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        decoded.append(contentsOf: bytes[runStart..<index])
        index += 1
        return String(decoding: decoded, as: UTF8.self)
      case UInt8(ascii: "\\"):
        decoded.append(contentsOf: bytes[runStart..<index])
        try escape(into: &decoded)
        runStart = index
      case 0..<0x20: throw fault(byte == 0 ? .nulCharacter : .controlCharacter)
      case 0x80...: try skipScalar()
      default: index += 1
      }
    }
    throw fault(.unexpectedEnd)
  }

  private mutating func escape(into decoded: inout [UInt8]) throws(JSONFault) {
    let start = index
    index += 1
    let kind = try current()
    index += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(kind)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try unicodeEscape(from: start)
      decoded.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
    default: throw fault(.invalidEscape, at: start)
    }
  }

  /// Reads the digits of a `\u` escape and, for the first half of a pair, the escape that must follow.
  private mutating func unicodeEscape(from start: Int) throws(JSONFault) -> Unicode.Scalar {
    let first = try hexadecimalDigits(from: start)
    if first == 0 { throw fault(.nulCharacter, at: start) }
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw fault(.loneSurrogate, at: start) }
    let secondStart = index
    index += 2
    let second = try hexadecimalDigits(from: secondStart)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func hexadecimalDigits(from start: Int) throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = try current()
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw fault(.invalidEscape, at: start)
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  /// Steps over one scalar of two to four bytes, well-formed by table 3-7 of the Unicode standard.
  private mutating func skipScalar() throws(JSONFault) {
    let first = bytes[index]
    let second = index + 1 < bytes.count ? bytes[index + 1] : 0
    let length: Int
    let seconds: ClosedRange<UInt8>
    switch first {
    case 0xC2...0xDF: (length, seconds) = (2, 0x80...0xBF)
    case 0xE0: (length, seconds) = (3, 0xA0...0xBF)
    case 0xED: (length, seconds) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, seconds) = (3, 0x80...0xBF)
    case 0xF0: (length, seconds) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, seconds) = (4, 0x80...0xBF)
    case 0xF4: (length, seconds) = (4, 0x80...0x8F)
    default: throw fault(.invalidUTF8)
    }
    guard seconds.contains(second), index + length <= bytes.count else { throw fault(.invalidUTF8) }
    for position in index + 2..<index + max(length, 2) where bytes[position] & 0xC0 != 0x80 {
      throw fault(.invalidUTF8)
    }
    index += length
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }
}
