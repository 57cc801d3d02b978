import CSodium

/// Base64 (RFC 4648), strict: no white space, no missing or superfluous padding, no stray bits.
public enum Base64: Sendable {
  /// The alphabet with `+` and `/`, padded with `=`.
  case standard
  /// The alphabet with `-` and `_`, without padding; safe in addresses and file names.
  case url

  private var variant: Int32 {
    switch self {
    case .standard: sodium_base64_VARIANT_ORIGINAL
    case .url: sodium_base64_VARIANT_URLSAFE_NO_PADDING
    }
  }

  /// The text for `bytes`.
  public func encode(_ bytes: [UInt8]) -> String {
    _ = Sodium.ready
    let capacity = sodium_base64_encoded_len(bytes.count, variant)
    return String(unsafeUninitializedCapacity: capacity) { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        _ = sodium_bin2base64(characters.baseAddress!, capacity, bytes, bytes.count, variant)
      }
      return capacity - 1
    }
  }

  /// The bytes `text` stands for.
  /// - Throws: `CryptographyError` with `.invalidEncoding`.
  public func decode(_ text: String) throws(CryptographyError) -> [UInt8] {
    _ = Sodium.ready
    let characters = Array(text.utf8)
    let capacity = characters.count / 4 * 3 + 3
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      failed = characters.withUnsafeBytes { source in
        guard let start = source.baseAddress?.assumingMemoryBound(to: CChar.self) else { return false }
        let status = sodium_base642bin(
          buffer.baseAddress!, capacity, start, characters.count, nil, &count, nil, variant)
        return status != 0
      }
      if failed { count = 0 }
    }
    if failed { throw CryptographyError(.invalidEncoding, "text is not base64") }
    return bytes
  }
}

/// Hexadecimal text: written in lower case, read in either.
public enum Hexadecimal {
  private static let digits = Array("0123456789abcdef".utf8)

  /// Two lower-case digits for each byte.
  public static func encode(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      for (index, byte) in bytes.enumerated() {
        buffer[index * 2] = digits[Int(byte >> 4)]
        buffer[index * 2 + 1] = digits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }

  /// The bytes `text` stands for.
  /// - Throws: `CryptographyError` with `.invalidEncoding` for an odd length or anything that is no digit.
  public static func decode(_ text: String) throws(CryptographyError) -> [UInt8] {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 2) else {
      throw CryptographyError(.invalidEncoding, "hexadecimal text has an odd number of digits")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 2)
    for index in stride(from: 0, to: characters.count, by: 2) {
      guard let high = value(of: characters[index]), let low = value(of: characters[index + 1]) else {
        throw CryptographyError(.invalidEncoding, "text contains a character that is no hexadecimal digit")
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
