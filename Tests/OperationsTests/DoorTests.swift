import HTTPTypes
import Hummingbird
import Operations
import PostgresClient
import Testing
import Wire

extension Door {
  /// Routes that take JSON and that fail in each way.
  fileprivate func withRoutes() -> Door {
    router.post("echo") { request, _ in
      let value = try await request.collectJSON(limits: JSONLimits(maxBytes: 64, maxDepth: 4))
      return Response.json(.created, bytes: value.bytes())
    }
    router.get("fail/{how}") { _, context -> Response in
      switch try context.parameters.require("how") {
      case "problem": throw Problem.invalid([.init(field: "a.b", code: "missing", detail: "It is needed.")])
      case "connection": throw PostgresError.connectionLost
      case "refused": throw PostgresError.unavailable(nil)
      case "limit": throw Problem.tooManyRequests(retryAfterSeconds: 7)
      default: throw PostgresError.transactionAborted
      }
    }
    return self
  }
}

/// Opens once; who comes before waits.
private actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var watchers: [CheckedContinuation<Void, Never>] = []

  func wait() async {
    guard !isOpen else { return }
    await withCheckedContinuation { continuation in
      waiting.append(continuation)
      watchers.forEach { $0.resume() }
      watchers = []
    }
  }

  func untilSomeoneWaits() async {
    guard waiting.isEmpty else { return }
    await withCheckedContinuation { watchers.append($0) }
  }

  func open() {
    isOpen = true
    waiting.forEach { $0.resume() }
    waiting = []
  }
}

@Suite struct DoorTests {
  private let door = Door().withRoutes()

  @Test func answersJSONAndATraceID() async throws {
    let traceparent = try #require(HTTPField.Name("traceparent"))
    let traceID = try #require(HTTPField.Name("x-trace-id"))
    let answer = try await door.ask(
      .post, "/echo",
      headers: [
        .contentType: "Application/JSON; charset=utf-8",
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      ], body: #" {"a": 1} "#)
    #expect(answer.status == .created)
    #expect(answer.headers[.contentType] == "application/json")
    #expect(answer.text == #"{"a":1}"#)
    #expect(answer.headers[traceID] == "4bf92f3577b34da6a3ce929d0e0e4736")
  }

  static let refusedBodies: [(String, String?, HTTPResponse.Status, String)] = [
    ("{}", nil, .unsupportedMediaType, "unsupported_media_type"),
    ("{}", "text/plain", .unsupportedMediaType, "unsupported_media_type"),
    ("{", "application/json", .badRequest, "malformed_json"),
    ("[[[[[]]]]]", "application/json", .badRequest, "malformed_json"),
    (String(repeating: " ", count: 65), "application/json", .contentTooLarge, "too_large"),
  ]

  @Test(arguments: refusedBodies)
  func refusesBodies(body: String, type: String?, status: HTTPResponse.Status, code: String) async throws {
    var headers: HTTPFields = [:]
    headers[.contentType] = type
    let answer = try await door.ask(.post, "/echo", headers: headers, body: body)
    #expect(answer.status == status)
    #expect(answer.headers[.contentType] == "application/problem+json")
    let document = try answer.document
    #expect(document["code"]?.stringValue == code)
    #expect(document["status"]?.integerValue == Int64(status.code))
    #expect(document["type"]?.stringValue == "urn:gridloop:problem:\(code)")
  }

  @Test func namesEveryInvalidField() async throws {
    let answer = try await door.ask(.get, "/fail/problem")
    #expect(answer.status == .unprocessableContent)
    #expect(try answer.document["errors"] == [["field": "a.b", "code": "missing", "detail": "It is needed."]])
  }

  @Test(arguments: ["connection", "refused"])
  func saysWhenTheDatabaseCannotTakeWrites(how: String) async throws {
    let answer = try await door.ask(.get, "/fail/\(how)")
    #expect(answer.status == .serviceUnavailable)
    #expect(answer.headers[.retryAfter] != nil)
    #expect(try answer.document["code"] == "database_unavailable")
  }

  @Test func tellsNothingOfOtherFailures() async throws {
    let failed = try await door.ask(.get, "/fail/other")
    #expect(failed.status == .internalServerError)
    #expect(try failed.document["code"] == "internal")
    let limited = try await door.ask(.get, "/fail/limit")
    #expect(limited.status == .tooManyRequests)
    #expect(limited.headers[.retryAfter] == "7")
    let absent = try await door.ask(.get, "/nowhere")
    #expect(absent.status == .notFound)
    #expect(try absent.document["code"] == "not_found")
  }

  @Test func refusesWhatIsBeyondTheBoundAtOnce() async throws {
    let door = Door(maxConcurrentRequests: 1)
    let gate = Gate()
    door.router.get("hold") { _, _ in
      await gate.wait()
      return Response.json(bytes: [0x31])
    }
    let client = Client(door.router)
    async let held = client.ask(.get, "/hold")
    await gate.untilSomeoneWaits()
    let refused = try await client.ask(.get, "/hold")
    #expect(refused.status == .serviceUnavailable)
    #expect(try refused.document["code"] == "overloaded")
    await gate.open()
    #expect(try await held.status == .ok)
  }

  @Test func countsByRouteAndNotByPath() async throws {
    for how in ["problem", "limit"] { _ = try await door.ask(.get, "/fail/\(how)") }
    let text = String(decoding: door.registry.exposition(), as: UTF8.self)
    #expect(text.contains("gridloop_http_requests_total{method=\"GET\",route=\"/fail/{how}\",status=\"422\"} 1"))
    #expect(text.contains("gridloop_http_request_seconds_count{route=\"/fail/{how}\"} 2"))
    #expect(text.contains("gridloop_http_requests_running 0"))
  }
}
