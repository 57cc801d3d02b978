/// Finds the end of HTTP responses in what a socket delivers: status line, `Content-Length`, body. No more than that is
/// needed of a server that is one's own, and no more is paid for.
struct ResponseScanner {
  /// A response larger than this is no answer to a report.
  static let maxBytes = 1 << 20

  enum Fault: Error { case malformed, tooLarge }

  /// A complete response.
  struct Response {
    let status: Int
    let body: ArraySlice<UInt8>
  }

  private(set) var bytes: [UInt8] = []
  private var searched = 0
  /// Of the response that is coming in: where its body begins, how long it is, its status.
  private var head: (bodyStart: Int, length: Int, status: Int)?

  mutating func add(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

  /// The response, once it is complete; nil while more must come.
  mutating func response() throws -> Response? {
    if head == nil { try readHead() }
    guard let head else { return nil }
    guard bytes.count >= head.bodyStart + head.length else { return nil }
    return Response(status: head.status, body: bytes[head.bodyStart..<head.bodyStart + head.length])
  }

  /// Forgets the complete response, so that the next may come.
  mutating func removeResponse() {
    guard let head else { return }
    bytes.removeSubrange(0..<head.bodyStart + head.length)
    self.head = nil
    searched = 0
  }

  private mutating func readHead() throws {
    while searched + 4 <= bytes.count {
      if bytes[searched] == 13, bytes[searched + 1] == 10, bytes[searched + 2] == 13, bytes[searched + 3] == 10 {
        let status = try Self.status(bytes)
        let length = try Self.contentLength(bytes, until: searched)
        guard length <= Self.maxBytes else { throw Fault.tooLarge }
        head = (searched + 4, length, status)
        return
      }
      searched += 1
    }
    guard bytes.count <= Self.maxBytes else { throw Fault.tooLarge }
  }

  /// `HTTP/1.1 201 …`
  private static func status(_ bytes: [UInt8]) throws -> Int {
    guard bytes.count > 12, bytes.starts(with: "HTTP/1.".utf8),
      let status = number(bytes[9..<12])
    else { throw Fault.malformed }
    return status
  }

  private static let name = Array("\r\ncontent-length:".utf8)

  private static func contentLength(_ bytes: [UInt8], until end: Int) throws -> Int {
    var index = 0
    while index + name.count <= end {
      var matched = 0
      while matched < name.count, lowercased(bytes[index + matched]) == name[matched] { matched += 1 }
      if matched == name.count {
        var start = index + name.count
        while start < end, bytes[start] == 32 { start += 1 }
        var stop = start
        while stop < end, bytes[stop] >= 48, bytes[stop] <= 57 { stop += 1 }
        guard let length = number(bytes[start..<stop]) else { throw Fault.malformed }
        return length
      }
      index += 1
    }
    return 0
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte + 32 : byte }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    var number = 0
    for digit in digits {
      guard digit >= 48, digit <= 57 else { return nil }
      number = number * 10 + Int(digit - 48)
    }
    return number
  }
}
