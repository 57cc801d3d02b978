import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Operations
import Wire

/// A door as a service builds it, asked without a socket.
struct Door {
  let registry = MetricsRegistry()
  let router = Router(context: DoorContext.self)

  init(maxConcurrentRequests: Int = 100) {
    router.add(
      middleware: DoorMiddleware(
        metrics: DoorMetrics(registry), logger: silentLogger, maxConcurrentRequests: maxConcurrentRequests))
  }

  func ask(
    _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: String = ""
  ) async throws -> Answer {
    try await Client(router).ask(method, path, headers: headers, body: body)
  }
}

/// What a door said.
struct Answer {
  let status: HTTPResponse.Status
  let headers: HTTPFields
  let text: String

  var document: JSONValue { get throws { try JSONParser.parse(text) } }
}

let silentLogger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

/// Asks a router whose routes are complete.
struct Client: Sendable {
  private let responder: RouterResponder<DoorContext>

  init(_ router: Router<DoorContext>) {
    responder = router.buildResponder()
  }

  func ask(
    _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: String = ""
  ) async throws -> Answer {
    let request = Request(
      head: HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
      body: RequestBody(buffer: ByteBuffer(string: body)))
    let response = try await responder.respond(to: request, context: DoorContext(logger: silentLogger))
    let collector = Collector()
    try await response.body.write(collector)
    return Answer(status: response.status, headers: response.headers, text: String(buffer: await collector.bytes.value))
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
