import Casework
import Domain
import HTTPTypes
import Hummingbird
import Journal
import NIOCore
import Operations
import Platform
import WebAuth
import Wire

/// `GET /v1/stream`: server-sent events of what the caller may see.
struct StreamRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("stream") { request, context in try await open(request, context) }
  }

  private func open(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    guard let credential = context.authentication?.credential else { throw AuthenticationError.missing }
    let start = try await start(request, view)
    guard let listener = console.feed.listen() else {
      throw Problem.unavailable(code: "too_many_streams", retryAfterSeconds: 5, "Too many streams are open.")
    }
    let stream = EventStream(console: console, view: view, credential: credential, listener: listener, start: start)
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"],
      body: ResponseBody { writer in try await stream.write(to: &writer) })
  }

  /// After which number to begin: what the client has seen, or the journal's end.
  private func start(_ request: Request, _ view: CallerView) async throws -> Int64 {
    let district = view.caller.district
    let end = try await console.reader.ends()[district]?.seq ?? 0
    var fields = try QueryFields(request)
    let query = fields.text("last_event_id")
    try fields.finish()
    guard let text = request.headers[.lastEventID] ?? query else { return end }
    guard let dot = text.lastIndex(of: "."), text[..<dot] == district.text,
      let seq = Int64(text[text.index(after: dot)...]), seq >= 0, seq <= end
    else {
      throw Problem.malformed(
        code: "malformed_event_id", "Last-Event-ID must be one that this stream has sent: <district>.<seq>.")
    }
    return seq
  }
}

extension HTTPField.Name {
  // All are valid names by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let lastEventID = HTTPField.Name("last-event-id").unsafelyUnwrapped
  static let accelBuffering = HTTPField.Name("x-accel-buffering").unsafelyUnwrapped
}

/// One open stream: every event after a number that its caller may see, first from the journal, then as they come.
struct EventStream: Sendable {
  /// A comment is sent when nothing else was for this time.
  static let heartbeatMilliseconds: Int64 = 15_000
  /// Events read and written at once.
  static let maxBatchEvents = 256
  /// How often the session is asked for again.
  static let sessionCheckMilliseconds: Int64 = 30_000

  let console: Console
  let view: CallerView
  let credential: Credential
  let listener: LiveFeed.Listener
  let start: Int64

  func write(to writer: inout any ResponseBodyWriter) async throws {
    var place = start
    var announced = start
    var lastWrite = MonotonicClock.microseconds
    var lastCheck = lastWrite
    var wakes = listener.wakes.makeAsyncIterator()
    try await writer.write(ByteBuffer(string: "retry: 2000\n: \(view.caller.district).\(start)\n\n"))
    while let batch = try await next(after: place) {
      if let last = batch.last { place = last.event.seq }
      let now = MonotonicClock.microseconds
      var bytes = encode(batch)
      let isSilent = now - lastWrite >= Self.heartbeatMilliseconds * 1_000
      if bytes.isEmpty, isSilent {
        // The number tells a client that sees few events how far it has come, so that it resumes from there.
        bytes = place > announced ? Array("id: \(view.caller.district).\(place)\n\n".utf8) : Array(": \n\n".utf8)
      }
      if !bytes.isEmpty {
        try await writer.write(ByteBuffer(bytes: bytes))
        (lastWrite, announced) = (now, place)
      }
      if now - lastCheck >= Self.sessionCheckMilliseconds * 1_000 {
        guard try await isSignedIn() else { break }
        lastCheck = now
      }
      if batch.isEmpty, await wakes.next() == nil { break }
    }
    try await writer.finish(nil)
  }

  /// Events that follow; empty when there are none yet; nil when the stream is to end.
  private func next(after seq: Int64) async throws -> [LiveEvent]? {
    let district = view.caller.district
    switch console.feed.look(district, after: seq, limit: Self.maxBatchEvents) {
    case .events(let events): return events
    case .nothing: return []
    case .closed: return nil
    case .behind:
      let slice = try await console.reader.events(district, after: seq, limit: Self.maxBatchEvents)
      // One that cannot be decoded is passed over, as in the feed: it must not end the stream again and again.
      return slice?.events.map { LiveEvent(event: $0, decoded: try? $0.decoded()) } ?? []
    }
  }

  private func encode(_ batch: [LiveEvent]) -> [UInt8] {
    if batch.isEmpty { return [] }
    var bytes: [UInt8] = []
    // The network may have changed since the stream was opened.
    let network = console.policies.current(view.caller.district) ?? view.network
    let view = CallerView(caller: view.caller, network: network)
    let (sight, document) = (view.sight, EventDocument(view.policy))
    for live in batch {
      guard let decoded = live.decoded, sight.covers(decoded, policy: view.policy) else { continue }
      var writer = JSONWriter(capacity: 512)
      document.writeForStream(live.event, decoded, to: &writer)
      bytes += "id: \(live.event.district).\(live.event.seq)\nevent: \(live.event.kind)\ndata: ".utf8
      bytes += writer.bytes
      bytes += "\n\n".utf8
    }
    return bytes
  }

  private func isSignedIn() async throws -> Bool {
    do {
      _ = try await console.authenticator.caller(of: credential)
      return true
    } catch is AuthenticationError {
      return false
    }
  }
}
