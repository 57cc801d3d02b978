/// Requests encoded beforehand, so that making load costs next to nothing.
///
/// Each holds a run of digits that is set anew at every sending, so that no two reports are of one subject and none is
/// taken for a repeat.
struct RequestPool: Sendable {
  /// Digits set anew at each sending.
  static let counterDigits = 12
  static let counterMark = String(repeating: "0", count: counterDigits)

  private var requests: [[UInt8]]
  /// Where the digits begin, by request.
  private let places: [[Int]]
  private var next = 0
  private var counter: UInt64

  /// - Parameters:
  ///   - host: for the `Host` header.
  ///   - bodies: with `counterMark` wherever the count goes.
  ///   - firstCount: where counting begins; of its own for each run.
  init(host: String, path: String, authorization: String, bodies: [[UInt8]], firstCount: UInt64) {
    precondition(!bodies.isEmpty, "load needs at least one request")
    let mark = Array(Self.counterMark.utf8)
    requests = bodies.map { body in
      let head =
        "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nAuthorization: \(authorization)\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
      return Array(head.utf8) + body
    }
    places = requests.map { Self.places(of: mark, in: $0) }
    counter = firstCount
  }

  /// Requests without a body, all the same.
  init(get path: String, host: String) {
    requests = [Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)]
    places = [[]]
    counter = 0
  }

  /// The next request's bytes, to be written in place into `buffer`.
  mutating func write(into buffer: inout [UInt8]) {
    let index = next
    next = next + 1 == requests.count ? 0 : next + 1
    counter += 1
    for place in places[index] {
      var rest = counter
      for digit in stride(from: place + Self.counterDigits - 1, through: place, by: -1) {
        requests[index][digit] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
    }
    buffer.removeAll(keepingCapacity: true)
    buffer.append(contentsOf: requests[index])
  }

  private static func places(of mark: [UInt8], in bytes: [UInt8]) -> [Int] {
    var places: [Int] = []
    var index = 0
    while index + mark.count <= bytes.count {
      if bytes[index] == mark[0], bytes[index..<index + mark.count].elementsEqual(mark) {
        places.append(index)
        index += mark.count
      } else {
        index += 1
      }
    }
    return places
  }
}
