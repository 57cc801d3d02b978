import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Operations
import WebAuth
import Wire

/// Asks the routes without a socket.
struct Client: Sendable {
  private let responder: RouterResponder<AuthenticatedContext>

  init(_ router: Router<AuthenticatedContext>) { responder = router.buildResponder() }

  /// What the door said.
  struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var document: JSONValue { get throws { try JSONParser.parse(bytes) } }
    var lines: [JSONValue] { get throws { try text.split(separator: "\n").map { try JSONParser.parse(String($0)) } } }
    var code: String? { try? document["code"]?.stringValue }
    var fields: [String: String] {
      get throws {
        let faults = try document["errors"]?.arrayValue ?? []
        return Dictionary(
          faults.map { ($0["field"]?.stringValue ?? "", $0["code"]?.stringValue ?? "") },
          uniquingKeysWith: { first, _ in first })
      }
    }
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: RequestBody, headers: [String: String] = [:]
  ) async throws -> Answer {
    var fields = HTTPFields()
    for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
    let request = Request(
      head: HTTPRequest(method: method, scheme: "http", authority: "localhost:8081", path: path, headerFields: fields),
      body: body)
    let logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
    let context = AuthenticatedContext(DoorContext(logger: logger))
    let response = try await responder.respond(to: request, context: context)
    let collector = Collector()
    try await response.body.write(collector)
    return Answer(
      status: response.status.code, headers: response.headers, bytes: Array(buffer: await collector.bytes.value))
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String = "", headers: [String: String] = [:]
  ) async throws -> Answer {
    try await send(method, path, RequestBody(buffer: ByteBuffer(string: body)), headers: headers)
  }

  /// A report in JSON.
  func report(_ body: String, key: String?, idempotencyKey: String? = nil) async throws -> Answer {
    var headers = ["content-type": "application/json"]
    headers["authorization"] = key
    headers["idempotency-key"] = idempotencyKey
    return try await send(.post, "/v1/reports", body, headers: headers)
  }
}

/// Takes the body of one answer.
private struct Collector: ResponseBodyWriter {
  actor Bytes {
    var value = ByteBuffer()
    func append(_ buffer: ByteBuffer) { value.writeImmutableBuffer(buffer) }
  }

  let bytes = Bytes()

  mutating func write(_ buffer: ByteBuffer) async throws { await bytes.append(buffer) }
  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
