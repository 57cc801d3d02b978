import HTTPTypes
public import Hummingbird
public import NIOCore
public import Wire

extension Request {
  /// The whole body.
  ///
  /// - Throws: `Problem` 413 as soon as the declared or the received length is beyond `maxBytes`; 400 when the client
  ///   breaks off.
  public func collectBody(maxBytes: Int) async throws -> ByteBuffer {
    if let declared = headers[.contentLength].flatMap(Int.init), declared > maxBytes {
      throw Problem.tooLarge(maxBytes: maxBytes)
    }
    var collected: ByteBuffer?
    for try await chunk in body {
      guard (collected?.readableBytes ?? 0) + chunk.readableBytes <= maxBytes else {
        throw Problem.tooLarge(maxBytes: maxBytes)
      }
      if collected?.writeImmutableBuffer(chunk) == nil { collected = chunk }
    }
    return collected ?? ByteBuffer()
  }

  /// The body as JSON.
  ///
  /// - Throws: `Problem` 415 unless the content type is JSON, 413 beyond `limits.maxBytes`, `JSONFault` (400).
  public func collectJSON(limits: JSONLimits) async throws -> JSONValue {
    try requireContentType(["application/json"])
    let buffer = try await collectBody(maxBytes: limits.maxBytes)
    return try buffer.json(limits: limits)
  }

  /// - Throws: `Problem` 415 unless the content type is among `accepted`; parameters such as `charset` are passed over.
  public func requireContentType(_ accepted: [String]) throws(Problem) {
    guard let mediaType, accepted.contains(mediaType) else {
      throw .unsupportedMediaType(expected: accepted)
    }
  }

  /// The content type in lower case without its parameters; nil when there is none.
  public var mediaType: String? {
    guard let header = headers[.contentType] else { return nil }
    if header == "application/json" { return header }
    return header.prefix { $0 != ";" }.lowercased().trimmingSpaces()
  }
}

extension ByteBuffer {
  /// The readable bytes as JSON; they are not consumed.
  public func json(limits: JSONLimits = JSONLimits()) throws(JSONFault) -> JSONValue {
    var result: Result<JSONValue, JSONFault>?
    withUnsafeReadableBytes { bytes in
      result = Result { () throws(JSONFault) in try JSONParser.parse(bytes, limits: limits) }
    }
    guard let result else { preconditionFailure("A buffer did not lend its bytes.") }
    return try result.get()
  }
}

extension String {
  fileprivate func trimmingSpaces() -> String {
    var text = self[...]
    while text.last == " " || text.last == "\t" { text.removeLast() }
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    return String(text)
  }
}
