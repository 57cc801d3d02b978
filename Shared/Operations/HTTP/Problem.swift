public import HTTPTypes
public import Hummingbird
import NIOCore
public import Wire

/// An error as the client sees it: `application/problem+json` by RFC 9457, with a `code` for programs and, for invalid
/// fields, `errors` with all of them.
///
/// Nothing in it may come from a database or tell of a person: detail is a sentence of ours.
public struct Problem: Error, Sendable, Equatable {
  /// One field that breaks a rule.
  public struct FieldFault: Sendable, Equatable {
    /// The field's path in the document, e.g. `location.lat`.
    public let field: String
    public let code: String
    public let detail: String

    public init(field: String, code: String, detail: String) {
      self.field = field
      self.code = code
      self.detail = detail
    }
  }

  public var status: HTTPResponse.Status
  public var code: String
  public var title: String
  public var detail: String?
  public var errors: [FieldFault]
  /// Members beyond the standard ones, e.g. what would be allowed instead.
  public var extensions: JSONObject
  /// Headers of the answer besides its type and length.
  public var headers: HTTPFields

  /// - Parameters:
  ///   - code: in snake_case; it is the last part of `type`, too.
  ///   - title: the same for every occurrence; nil takes the status's own words.
  public init(
    _ status: HTTPResponse.Status, code: String, title: String? = nil, detail: String? = nil,
    errors: [FieldFault] = [], extensions: JSONObject = JSONObject(), headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code
    self.title = title ?? status.reasonPhrase
    self.detail = detail
    self.errors = errors
    self.extensions = extensions
    self.headers = headers
  }

  /// The document, as JSON.
  public var document: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", "urn:gridloop:problem:\(code)")
    writer.member("title", title)
    writer.member("status", status.code)
    if let detail { writer.member("detail", detail) }
    writer.member("code", code)
    if !errors.isEmpty {
      writer.key("errors")
      writer.beginArray()
      for fault in errors {
        writer.beginObject()
        writer.member("field", fault.field)
        writer.member("code", fault.code)
        writer.member("detail", fault.detail)
        writer.endObject()
      }
      writer.endArray()
    }
    for member in extensions.members { writer.member(member.key, member.value) }
    writer.endObject()
    return writer.bytes
  }

  /// The answer that says it.
  public var response: Response {
    var headers = headers
    headers[.contentType] = "application/problem+json"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: document)))
  }
}

extension Problem: HTTPResponseError {
  public func response(from request: Request, context: some RequestContext) throws -> Response { response }
}

/// An error that knows how a client should see it.
public protocol ProblemConvertible: Error {
  var problem: Problem { get }
}

/// The problems that every door has.
extension Problem {
  public static func malformed(code: String = "malformed", _ detail: String) -> Problem {
    Problem(.badRequest, code: code, detail: detail)
  }

  /// 401; `scheme` names what would be accepted.
  public static func unauthenticated(_ detail: String, scheme: String = "Bearer, ApiKey") -> Problem {
    Problem(.unauthorized, code: "unauthenticated", detail: detail, headers: [.wwwAuthenticate: scheme])
  }

  public static func forbidden(code: String = "forbidden", _ detail: String) -> Problem {
    Problem(.forbidden, code: code, detail: detail)
  }

  public static func notFound(_ detail: String) -> Problem {
    Problem(.notFound, code: "not_found", detail: detail)
  }

  public static func conflict(code: String, _ detail: String, extensions: JSONObject = JSONObject()) -> Problem {
    Problem(.conflict, code: code, detail: detail, extensions: extensions)
  }

  /// 412: the client saw an older version than `current`.
  public static func stale(current: Int64) -> Problem {
    Problem(
      .preconditionFailed, code: "stale_version", detail: "The case has changed since it was read.",
      extensions: ["version": .integer(current)])
  }

  public static func tooLarge(maxBytes: Int) -> Problem {
    Problem(
      .contentTooLarge, code: "too_large", detail: "The body is larger than \(maxBytes) bytes.",
      extensions: ["max_bytes": .integer(Int64(maxBytes))])
  }

  public static func unsupportedMediaType(expected: [String]) -> Problem {
    Problem(
      .unsupportedMediaType, code: "unsupported_media_type",
      detail: "The body must be \(expected.joined(separator: " or ")).",
      headers: [.accept: expected.joined(separator: ", ")])
  }

  /// 422 with every invalid field.
  public static func invalid(_ errors: [FieldFault]) -> Problem {
    Problem(.unprocessableContent, code: "invalid", detail: "Some fields are not valid.", errors: errors)
  }

  /// 422 of a rule about the whole document.
  public static func unprocessable(code: String, _ detail: String) -> Problem {
    Problem(.unprocessableContent, code: code, detail: detail)
  }

  public static func tooManyRequests(
    retryAfterSeconds: Int, _ detail: String = "There were too many requests."
  ) -> Problem {
    Problem(
      .tooManyRequests, code: "too_many_requests", detail: detail,
      headers: [.retryAfter: "\(max(retryAfterSeconds, 1))"])
  }

  /// 503: nothing was changed, and the same request may be sent again.
  public static func unavailable(
    code: String = "unavailable", retryAfterSeconds: Int = 1, _ detail: String = "The service cannot do this now."
  ) -> Problem {
    Problem(
      .serviceUnavailable, code: code, detail: detail, headers: [.retryAfter: "\(max(retryAfterSeconds, 1))"])
  }
}
