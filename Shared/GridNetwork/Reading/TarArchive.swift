/// Files as a tar archive (POSIX ustar, with the long names of pax and GNU read, too), as any machine makes and opens.
public enum TarArchive {
  private static let blockBytes = 512

  /// The regular files of an archive by name; folders and links are passed over.
  ///
  /// - Throws: `malformedArchive`; `fileTooLarge`, `tooManyFiles`.
  public static func read(_ bytes: [UInt8]) throws(NetworkSourceError) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var offset = 0
    var longName: String?
    while offset + blockBytes <= bytes.count {
      let header = bytes[offset..<(offset + blockBytes)]
      if header.allSatisfy({ $0 == 0 }) { return files }
      guard let size = number(header, at: 124, length: 12), isSound(header), size <= bytes.count - offset - blockBytes
      else { throw .malformedArchive }
      let content = bytes[(offset + blockBytes)..<(offset + blockBytes + size)]
      offset += blockBytes + (size + blockBytes - 1) / blockBytes * blockBytes
      switch header[header.startIndex + 156] {
      case UInt8(ascii: "x"): longName = paxPath(content) ?? longName
      case UInt8(ascii: "L"): longName = text(content)
      case UInt8(ascii: "0"), 0:
        let prefix = text(header.dropFirst(345).prefix(155)) ?? ""
        guard let short = text(header.prefix(100)) else { throw .malformedArchive }
        let name = longName ?? (prefix.isEmpty ? short : prefix + "/" + short)
        longName = nil
        guard size <= NetworkSourceLimits.maxFileBytes else { throw .fileTooLarge(name: name, bytes: size) }
        files[name] = Array(content)
        guard files.count <= NetworkSourceLimits.maxFiles else { throw .tooManyFiles(files.count) }
      default: longName = nil
      }
    }
    // The two empty blocks at the end may be missing; nothing else may.
    guard offset >= bytes.count, !files.isEmpty else { throw .malformedArchive }
    return files
  }

  /// The archive of the files, in order of name; the same files make the same bytes.
  ///
  /// - Precondition: names have at most 100 bytes.
  public static func write(_ files: [String: [UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, content) in files.sorted(by: { $0.key < $1.key }) {
      precondition(name.utf8.count <= 100, "the names of a network's files are short")
      var header = [UInt8](repeating: 0, count: blockBytes)
      func put(_ text: String, at place: Int) {
        header.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
      }
      put(name, at: 0)
      put("0000644", at: 100)
      put("0000000", at: 108)
      put("0000000", at: 116)
      put(octal(content.count, digits: 11), at: 124)
      put("00000000000", at: 136)
      put("        ", at: 148)
      put("0", at: 156)
      put("ustar", at: 257)
      put("00", at: 263)
      put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
      header[154] = 0
      bytes += header
      bytes += content
      bytes += [UInt8](repeating: 0, count: (blockBytes - content.count % blockBytes) % blockBytes)
    }
    return bytes + [UInt8](repeating: 0, count: 2 * blockBytes)
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
  }

  private static func number(_ header: ArraySlice<UInt8>, at place: Int, length: Int) -> Int? {
    let digits = header.dropFirst(place).prefix(length).drop { $0 == 32 }.prefix { $0 >= 48 && $0 < 56 }
    guard !digits.isEmpty, digits.count <= 12 else { return nil }
    return digits.reduce(0) { $0 * 8 + Int($1 - 48) }
  }

  /// Whether the sum of the header is the one it names.
  private static func isSound(_ header: ArraySlice<UInt8>) -> Bool {
    var sum = 0
    for (place, byte) in header.enumerated() { sum += (148..<156).contains(place) ? 32 : Int(byte) }
    return number(header, at: 148, length: 8) == sum
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
    String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Of the records `<length> <key>=<value>\n` the one of the path.
  private static func paxPath(_ content: ArraySlice<UInt8>) -> String? {
    text(content)?.split(separator: "\n").lazy
      .compactMap { $0.split(separator: " ", maxSplits: 1).last }
      .first { $0.hasPrefix("path=") }.map { String($0.dropFirst(5)) }
  }
}
