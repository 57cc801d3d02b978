/// Percent-encoding (RFC 3986) of paths, query values and the fields of forms.
public enum PercentEncoding {
  /// Nil when the escapes are broken, the bytes are not UTF-8, or there is U+0000, which no field may hold. A plus sign is
  /// itself, as in the offset of a time.
  public static func decode(_ text: some StringProtocol) -> String? { decode(text.utf8, plus: UInt8(ascii: "+")) }

  /// As a form encodes its fields: `+` is a space. Nil as with `decode`.
  public static func decodeForm(_ bytes: some Sequence<UInt8>) -> String? { decode(bytes, plus: UInt8(ascii: " ")) }

  /// As a part of a path or a value of a query: everything escaped but letters, digits and `-._~,:`.
  public static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if standsAsItIs(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func decode(_ bytes: some Sequence<UInt8>, plus: UInt8) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.underestimatedCount)
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "+"): decoded.append(plus)
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
        decoded.append(high << 4 | low)
      default: decoded.append(byte)
      }
    }
    return decoded.contains(0) ? nil : String(validating: decoded, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func standsAsItIs(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"), UInt8(ascii: ","), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
