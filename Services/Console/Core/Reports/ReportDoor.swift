import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import Transfer
import WebAuth

/// The way from the pages to the door for reports. There is one such door, `intake`; a page may load from and send to
/// nobody but the host that it comes from, so what it hands in passes through here, unchanged and under the name of who
/// is signed in.
struct ReportDoor: Sendable {
  /// A photograph and what a form puts around it.
  static let maxBodyBytes = (10 << 20) + (64 << 10)
  static let maxAnswerBytes = 4 << 20
  static let totalTimeoutMilliseconds = 40_000
  /// What of a request's and an answer's headers goes on.
  private static let passedOn: [HTTPField.Name] = [.contentType, .accept, .idempotencyKey]
  private static let passedBack: Set<String> = ["content-type", "retry-after", "etag", "location"]

  private let address: String?
  private let client: HTTPClient?

  /// - Parameter address: `http://host:port`; nil where there is none, and every request is answered 503.
  init(address: String?) {
    self.address = address
    client = address.map { _ in HTTPClient() }
  }

  /// The door's answer to the request.
  ///
  /// - Throws: `Problem` 503 when the door cannot be reached.
  func pass(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    guard let credential = context.authentication?.credential else { throw Self.noDoor }
    let body = request.method == .get ? nil : try await request.collectBody(maxBytes: Self.maxBodyBytes)
    var headers: [OutgoingRequest.Header] = []
    for name in Self.passedOn {
      if let value = request.headers[name] { headers.append(OutgoingRequest.Header(name.rawName, value)) }
    }
    return try await send(
      request.method, request.uri.description, as: credential, headers: headers,
      body: body.map { Array(buffer: $0) }
    ).response(passing: Self.passedBack)
  }

  /// The door's answer to a request of the console's own making.
  ///
  /// - Parameter target: path and query.
  /// - Throws: `Problem` 503 when the door cannot be reached.
  func send(
    _ method: HTTPRequest.Method, _ target: String, as credential: Credential, headers: [OutgoingRequest.Header] = [],
    body: [UInt8]? = nil
  ) async throws -> IncomingResponse {
    guard let address, let client else { throw Self.noDoor }
    var outgoing = OutgoingRequest(
      method: method.rawValue, url: address + target,
      headers: [OutgoingRequest.Header("Authorization", authorization(credential))] + headers, body: body)
    outgoing.totalTimeoutMilliseconds = Self.totalTimeoutMilliseconds
    outgoing.maxResponseBytes = Self.maxAnswerBytes
    do throws(TransferError) {
      return try await client.send(outgoing)
    } catch {
      throw Problem.unavailable(
        code: "no_report_door", retryAfterSeconds: 2, "The door for reports does not answer. Send it again.")
    }
  }

  private static var noDoor: Problem {
    .unavailable(code: "no_report_door", retryAfterSeconds: 30, "The door for reports is not reachable.")
  }

  private func authorization(_ credential: Credential) -> String {
    switch credential {
    case .session(let token), .cookie(let token): "Bearer \(token.text)"
    case .key(let key): "ApiKey \(key.text)"
    }
  }
}

extension IncomingResponse {
  /// The same for a browser, with the headers of these names.
  func response(passing names: Set<String>) -> Response {
    var fields = HTTPFields()
    for header in headers where names.contains(header.name.lowercased()) {
      if let name = HTTPField.Name(header.name) { fields[name] = header.value }
    }
    return Response(
      status: HTTPResponse.Status(code: status), headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}

/// `POST /v1/reports`, `GET /v1/reports`, `GET /v1/locate` and `POST /v1/attachments`, as the door for reports has them.
struct ReportDoorRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    let door = console.reportDoor
    group.post("reports") { request, context in try await door.pass(request, context) }
    group.get("reports") { request, context in try await door.pass(request, context) }
    group.get("locate") { request, context in try await door.pass(request, context) }
    group.post("attachments") { request, context in try await door.pass(request, context) }
  }
}

extension HTTPField.Name {
  // A valid name by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let idempotencyKey = HTTPField.Name("idempotency-key").unsafelyUnwrapped
}
