/// What the first bytes of an image say: its kind by content, whatever its name, and its size before anything is
/// decoded.
struct ImageHeader: Equatable, Sendable {
  enum Kind: String, Sendable, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webp = "image/webp"
  }

  let kind: Kind
  /// In pixels.
  let width: Int
  let height: Int

  /// Nil when it is none of these kinds or its header is damaged.
  init?(_ bytes: [UInt8]) {
    let found: (Kind, (Int, Int)?)
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      found = (.jpeg, Self.jpegSize(bytes))
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      found = (.png, Self.pngSize(bytes))
    } else if bytes.starts(with: Array("RIFF".utf8)), bytes.has("WEBP", at: 8) {
      found = (.webp, Self.webpSize(bytes))
    } else {
      return nil
    }
    guard let (width, height) = found.1, width > 0, height > 0 else { return nil }
    (kind, self.width, self.height) = (found.0, width, height)
  }

  /// A JPEG's size stands in its start-of-frame segment (ITU T.81, B.2.2); the segments before it are passed over.
  private static func jpegSize(_ bytes: [UInt8]) -> (Int, Int)? {
    var position = 2
    while position + 9 < bytes.count {
      guard bytes[position] == 0xFF else { return nil }
      let marker = bytes[position + 1]
      switch marker {
      case 0xFF: position += 1
      case 0x01, 0xD0...0xD8: position += 2
      case 0xC0...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
        return (bytes.big16(at: position + 7), bytes.big16(at: position + 5))
      case 0xD9, 0xDA: return nil
      default:
        let length = bytes.big16(at: position + 2)
        guard length >= 2 else { return nil }
        position += 2 + length
      }
    }
    return nil
  }

  /// The first chunk is IHDR, with width and height (PNG, 11.2.2).
  private static func pngSize(_ bytes: [UInt8]) -> (Int, Int)? {
    guard bytes.count >= 24, bytes.has("IHDR", at: 12) else { return nil }
    return (
      bytes.big16(at: 16) << 16 | bytes.big16(at: 18), bytes.big16(at: 20) << 16 | bytes.big16(at: 22)
    )
  }

  /// Lossy, lossless or extended (RFC 9649, 2.5 to 2.7).
  private static func webpSize(_ bytes: [UInt8]) -> (Int, Int)? {
    guard bytes.count >= 30 else { return nil }
    if bytes.has("VP8 ", at: 12) {
      guard bytes[23] == 0x9D, bytes[24] == 0x01, bytes[25] == 0x2A else { return nil }
      return (bytes.little(2, at: 26) & 0x3FFF, bytes.little(2, at: 28) & 0x3FFF)
    }
    if bytes.has("VP8L", at: 12) {
      guard bytes[20] == 0x2F else { return nil }
      let packed = bytes.little(4, at: 21)
      return ((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1)
    }
    if bytes.has("VP8X", at: 12) { return (bytes.little(3, at: 24) + 1, bytes.little(3, at: 27) + 1) }
    return nil
  }
}

extension [UInt8] {
  fileprivate func has(_ text: String, at position: Int) -> Bool {
    count >= position + text.utf8.count && self[position..<(position + text.utf8.count)].elementsEqual(text.utf8)
  }

  /// The caller has checked the count.
  fileprivate func big16(at position: Int) -> Int { Int(self[position]) << 8 | Int(self[position + 1]) }

  fileprivate func little(_ bytes: Int, at position: Int) -> Int {
    (0..<bytes).reduce(0) { $0 | Int(self[position + $1]) << (8 * $1) }
  }
}
