/// Text in a message's header (RFC 5322, RFC 2047).
enum HeaderText {
  /// Longest line the encoder makes on its own account.
  static let maxLineCharacters = 76
  /// UTF-8 bytes in one encoded word, so that with its frame and `Subject:` before it the line is not too long.
  private static let maxWordBytes = 39

  /// The header line, broken between the pieces where it grows too long.
  static func folded(_ name: String, _ pieces: [String], separator: String = ", ") -> String {
    var text = "\(name):"
    var lineCharacters = text.utf8.count
    for (index, piece) in pieces.enumerated() {
      let mark = index + 1 < pieces.count ? String(separator.dropLast()) : ""
      if index > 0, lineCharacters + piece.utf8.count + 1 + mark.utf8.count > maxLineCharacters {
        text += "\r\n"
        lineCharacters = 0
      }
      text += " \(piece)\(mark)"
      lineCharacters += piece.utf8.count + 1 + mark.utf8.count
    }
    return text
  }

  /// Free text as pieces that may be separated by a line break: its own words, or encoded words if it is not short
  /// and plain.
  static func words(_ text: String) -> [String] {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let isPlain = text.utf8.allSatisfy { $0 >= 32 && $0 < 127 } && !text.contains("=?")
    // A line may be broken before a word only, and never be blank.
    let canFold = words.allSatisfy { !$0.isEmpty && $0.utf8.count <= maxLineCharacters - 16 }
    return isPlain && canFold ? words : encodedWords(text)
  }

  /// An address with its name.
  static func mailbox(_ address: MailAddress) -> String {
    guard let name = address.name, !name.isEmpty else { return address.address }
    return "\(phrase(name)) <\(address.address)>"
  }

  private static func phrase(_ name: String) -> String {
    guard name.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }), name.utf8.count <= 60, !name.contains("=?") else {
      return encodedWords(name).joined(separator: "\r\n ")
    }
    let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }

  /// The text in base64 words, cut between characters, so that each is valid by itself.
  private static func encodedWords(_ text: String) -> [String] {
    var words: [String] = []
    var piece: [UInt8] = []
    for scalar in text.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if piece.count + bytes.count > maxWordBytes {
        words.append(word(piece))
        piece = []
      }
      piece += bytes
    }
    if !piece.isEmpty { words.append(word(piece)) }
    return words
  }

  private static func word(_ bytes: [UInt8]) -> String {
    "=?UTF-8?B?\(MailEncoding.base64Text(bytes))?="
  }
}

/// How a body travels (RFC 2045).
enum MailEncoding: String {
  case quotedPrintable = "quoted-printable"
  case base64

  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let hexadecimal = Array("0123456789ABCDEF".utf8)
  private static let maxLineCharacters = 76

  /// The text with every line ended by CR LF, in UTF-8.
  static func canonicalLines(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == 10, previous != 13 { bytes.append(13) }
      if previous == 13, byte != 10 { bytes.append(10) }
      bytes.append(byte)
      previous = byte
    }
    if previous == 13 { bytes.append(10) }
    return bytes
  }

  /// Readable for mostly plain text, compact for the rest.
  static func preferred(for bytes: [UInt8]) -> MailEncoding {
    bytes.count { $0 > 126 || $0 == 61 } * 6 <= bytes.count ? .quotedPrintable : .base64
  }

  /// The encoded body in lines without their ends.
  func lines(_ bytes: [UInt8]) -> [String] {
    switch self {
    case .base64: Self.base64Lines(bytes)
    case .quotedPrintable: Self.quotedPrintableLines(bytes)
    }
  }

  /// Base64 with padding, in one piece.
  static func base64Text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let second = start + 1 < bytes.count ? bytes[start + 1] : 0
      let third = start + 2 < bytes.count ? bytes[start + 2] : 0
      text.append(digits[Int(bytes[start] >> 2)])
      text.append(digits[Int((bytes[start] & 3) << 4 | second >> 4)])
      text.append(start + 1 < bytes.count ? digits[Int((second & 15) << 2 | third >> 6)] : UInt8(ascii: "="))
      text.append(start + 2 < bytes.count ? digits[Int(third & 63)] : UInt8(ascii: "="))
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func base64Lines(_ bytes: [UInt8]) -> [String] {
    let bytesInLine = maxLineCharacters / 4 * 3
    return stride(from: 0, to: bytes.count, by: bytesInLine).map { start in
      base64Text(Array(bytes[start..<min(start + bytesInLine, bytes.count)]))
    }
  }

  private static func quotedPrintableLines(_ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    var line: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if byte == 13 { continue }
      if byte == 10 {
        lines.append(String(decoding: line, as: UTF8.self))
        line = []
        continue
      }
      let endsLine = index + 1 == bytes.count || bytes[index + 1] == 13
      let isPlain = (byte > 32 && byte < 127 && byte != 61) || ((byte == 32 || byte == 9) && !endsLine)
      let encoded = isPlain ? [byte] : [61, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      // One character stays free for the mark that the line goes on.
      if line.count + encoded.count > maxLineCharacters - 1 {
        lines.append(String(decoding: line + [61], as: UTF8.self))
        line = []
      }
      line += encoded
    }
    if !line.isEmpty { lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
  }
}
