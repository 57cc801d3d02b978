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

  /// After which number of each district to begin: what the client has seen, or the journal's end. A district that the
  /// client's id does not name has joined the city since: none of it has been seen.
  private func start(_ request: Request, _ view: CallerView) async throws -> StreamPlace {
    let districts = view.territory.districts
    let ends = try await console.reader.ends()
    let end = StreamPlace(Dictionary(uniqueKeysWithValues: districts.map { ($0, ends[$0]?.seq ?? 0) }))
    var fields = try QueryFields(request)
    let query = fields.text("last_event_id")
    try fields.finish()
    guard let text = request.headers[.lastEventID] ?? query else { return end }
    guard let seen = StreamPlace(text), seen.isWithin(end) else {
      throw Problem.malformed(
        code: "malformed_event_id", "Last-Event-ID must be one that this stream has sent: <district>.<seq>.")
    }
    return StreamPlace(Dictionary(uniqueKeysWithValues: districts.map { ($0, seen.seq(of: $0)) }))
  }
}

extension HTTPField.Name {
  // All are valid names by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let lastEventID = HTTPField.Name("last-event-id").unsafelyUnwrapped
  static let accelBuffering = HTTPField.Name("x-accel-buffering").unsafelyUnwrapped
}

/// One open stream: every event after a place that its caller may see, first from the journals, then as they come. The
/// events of a district come in its order; of several districts none waits for another.
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
  let start: StreamPlace

  func write(to writer: inout any ResponseBodyWriter) async throws {
    var place = start
    var announced = start
    var lastWrite = MonotonicClock.microseconds
    var lastCheck = lastWrite
    var wakes = listener.wakes.makeAsyncIterator()
    try await writer.write(ByteBuffer(string: "retry: 2000\n: \(start.text())\n\n"))
    while true {
      var bytes: [UInt8] = []
      var isIdle = true
      for district in start.districts {
        guard let batch = try await next(in: district, after: place.seq(of: district)) else {
          return try await writer.finish(nil)
        }
        isIdle = isIdle && batch.isEmpty
        encode(batch, of: district, &place, to: &bytes)
      }
      let now = MonotonicClock.microseconds
      let isSilent = now - lastWrite >= Self.heartbeatMilliseconds * 1_000
      if bytes.isEmpty, isSilent {
        // The place tells a client that sees few events how far it has come, so that it resumes from there.
        bytes = place != announced ? Array("id: \(place.text())\n\n".utf8) : Array(": \n\n".utf8)
      }
      if !bytes.isEmpty {
        try await writer.write(ByteBuffer(bytes: bytes))
        (lastWrite, announced) = (now, place)
      }
      if now - lastCheck >= Self.sessionCheckMilliseconds * 1_000 {
        guard try await isSignedIn() else { break }
        lastCheck = now
      }
      if isIdle, await wakes.next() == nil { break }
    }
    try await writer.finish(nil)
  }

  /// Events that follow; empty when there are none yet; nil when the stream is to end.
  private func next(in district: UnitCode, after seq: Int64) async throws -> [LiveEvent]? {
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

  /// Writes the events that are for the caller's eyes, each with the place that the stream has come to with it.
  private func encode(
    _ batch: [LiveEvent], of district: UnitCode, _ place: inout StreamPlace, to bytes: inout [UInt8]
  ) {
    if batch.isEmpty { return }
    // The network may have changed since the stream was opened.
    let network = console.policies.network(ofAccountsIn: view.caller.district) ?? view.network
    let view = CallerView(caller: view.caller, network: network)
    let (sight, document) = (view.sight, EventDocument(view.policy))
    for live in batch {
      place.advance(district, to: live.event.seq)
      guard let decoded = live.decoded, sight.covers(decoded, policy: view.policy) else { continue }
      var writer = JSONWriter(capacity: 512)
      document.writeForStream(live.event, decoded, to: &writer)
      bytes += "id: \(place.text(from: district))\nevent: \(live.event.kind)\ndata: ".utf8
      bytes += writer.bytes
      bytes += "\n\n".utf8
    }
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
