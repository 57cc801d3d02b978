/// A web request to another system.
public struct OutgoingRequest: Hashable, Sendable {
  /// One header line.
  public struct Header: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// `GET`, `POST`, …
  public var method: String
  /// An absolute address, `http` or `https`.
  public var url: String
  public var headers: [Header]
  /// The content; nil for none.
  public var body: [UInt8]?
  /// Longest time to a connection, encryption included.
  public var connectTimeoutMilliseconds = 5_000
  /// Longest time for all of it; 0 for no bound, as a stream of events needs.
  public var totalTimeoutMilliseconds = 30_000
  /// Longest time without a byte in either direction; 0 for no bound.
  public var idleTimeoutSeconds = 0
  /// Largest response body; of a streamed response only what waits unread is bounded.
  public var maxResponseBytes = 16 << 20

  public init(method: String = "GET", url: String, headers: [Header] = [], body: [UInt8]? = nil) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// - Throws: `TransferError` with `.invalidRequest` where text could break out of its place.
  func validate() throws(TransferError) {
    guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
      throw TransferError(.invalidRequest, "the method is no token")
    }
    let scheme = url.prefix(8).lowercased()
    guard scheme.hasPrefix("http://") || scheme.hasPrefix("https://") else {
      throw TransferError(.invalidRequest, "the address is neither http nor https")
    }
    guard url.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) else {
      throw TransferError(.invalidRequest, "the address contains white space or control characters")
    }
    for header in headers {
      guard !header.name.isEmpty, header.name.utf8.allSatisfy(Self.isTokenByte) else {
        throw TransferError(.invalidRequest, "a header's name is no token")
      }
      guard header.value.utf8.allSatisfy({ ($0 >= 32 || $0 == 9) && $0 != 127 }) else {
        throw TransferError(.invalidRequest, "a header's value contains control characters")
      }
    }
  }

  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

/// Status and headers of a response.
public struct ResponseHead: Hashable, Sendable {
  public let status: Int
  /// In the order received, names in lower case.
  public let headers: [OutgoingRequest.Header]

  /// The first value of a header; the name in any case.
  public func value(of name: String) -> String? {
    let name = name.lowercased()
    return headers.first { $0.name == name }?.value
  }
}

/// A whole response to an `OutgoingRequest`. Any status is a response, never an error.
public struct IncomingResponse: Hashable, Sendable {
  public let head: ResponseHead
  public let body: [UInt8]

  public var status: Int { head.status }
  public var headers: [OutgoingRequest.Header] { head.headers }
}
