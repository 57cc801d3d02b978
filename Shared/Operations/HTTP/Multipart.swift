import Glibc

/// A body of `multipart/form-data` (RFC 7578), read whole.
public struct Multipart: Sendable {
  public static let maxParts = 64
  public static let maxBoundaryBytes = 70

  public struct Part: Sendable, Equatable {
    public let name: String
    /// Nil for a field; for a file whatever its sender called it.
    public let fileName: String?
    public let content: [UInt8]

    public init(name: String, fileName: String?, content: [UInt8]) {
      self.name = name
      self.fileName = fileName
      self.content = content
    }
  }

  public enum Fault: Error, Equatable {
    case noBoundary
    case malformed
    case tooManyParts
  }

  public let parts: [Part]

  /// - Parameter contentType: the header's value, with its `boundary`.
  public init(_ body: [UInt8], contentType: String) throws(Fault) {
    guard let boundary = Self.parameter("boundary", of: contentType[...]), !boundary.isEmpty,
      boundary.utf8.count <= Self.maxBoundaryBytes
    else { throw .noBoundary }
    let delimiter = Array("\r\n--\(boundary)".utf8)
    // The first delimiter stands at the very begin of the body, or behind a preamble.
    let bytes = Array("\r\n".utf8) + body
    guard var position = Self.find(delimiter, in: bytes, from: 0) else { throw .malformed }
    var parts: [Part] = []
    while true {
      position += delimiter.count
      if bytes.matches("--", at: position) { break }
      while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
      guard bytes.matches("\r\n", at: position) else { throw .malformed }
      guard let end = Self.find(delimiter, in: bytes, from: position) else { throw .malformed }
      guard parts.count < Self.maxParts else { throw .tooManyParts }
      parts.append(try Self.part(bytes, position, end))
      position = end
    }
    self.parts = parts
  }

  private static func part(_ bytes: [UInt8], _ start: Int, _ end: Int) throws(Fault) -> Part {
    guard let headEnd = find(Array("\r\n\r\n".utf8), in: bytes, from: start), headEnd < end,
      let head = String(validating: bytes[start..<headEnd], as: UTF8.self)
    else { throw .malformed }
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
      guard let name = parameter("name", of: line) else { throw .malformed }
      let content = headEnd + 4 <= end ? Array(bytes[(headEnd + 4)..<end]) : []
      return Part(name: name, fileName: parameter("filename", of: line), content: content)
    }
    throw .malformed
  }

  /// The value of a parameter in a header, quoted or not.
  private static func parameter(_ name: String, of header: Substring) -> String? {
    var rest = header
    while let semicolon = rest.firstIndex(of: ";") {
      rest = rest[rest.index(after: semicolon)...].drop { $0 == " " || $0 == "\t" }
      guard let equals = rest.firstIndex(of: "=") else { return nil }
      let key = rest[..<equals]
      rest = rest[rest.index(after: equals)...]
      let value = takeValue(&rest)
      if key.lowercased() == name { return value }
    }
    return nil
  }

  private static func takeValue(_ rest: inout Substring) -> String {
    guard rest.first == "\"" else {
      let value = rest.prefix { $0 != ";" && $0 != " " && $0 != "\t" && $0 != "\r\n" }
      rest = rest[value.endIndex...]
      return String(value)
    }
    var value = ""
    rest.removeFirst()
    while let character = rest.popFirst(), character != "\"" {
      if character == "\\", let next = rest.popFirst() { value.append(next) } else { value.append(character) }
    }
    return value
  }

  private static func find(_ sought: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var position = start
      while position + sought.count <= bytes.count {
        let reach = bytes.count - sought.count - position + 1
        guard let found = memchr(base + position, Int32(sought[0]), reach) else { return nil }
        position = UnsafeRawPointer(found) - base
        if memcmp(base + position, sought, sought.count) == 0 { return position }
        position += 1
      }
      return nil
    }
  }
}

extension [UInt8] {
  fileprivate func matches(_ text: String, at position: Int) -> Bool {
    count >= position + text.utf8.count && self[position..<(position + text.utf8.count)].elementsEqual(text.utf8)
  }
}
