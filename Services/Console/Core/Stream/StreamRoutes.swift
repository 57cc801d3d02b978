import Casework
import Domain
import GridNetwork
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
    let listener = try place(for: view.caller)
    let stream = EventStream(
      console: console, caller: view.caller, credential: credential, listener: listener, start: start.place,
      skipped: start.skipped)
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"],
      body: ResponseBody { [view] writer in try await stream.write(to: &writer, view.network) })
  }

  /// - Throws: `Problem` 503 when there are too many streams, 429 when the account has too many.
  private func place(for caller: Caller) throws(Problem) -> LiveFeed.Listener {
    do throws(LiveFeed.Refusal) {
      return try console.feed.listen(LiveFeed.Account(caller))
    } catch {
      switch error {
      case .full:
        throw .unavailable(code: "too_many_streams", retryAfterSeconds: 5, "Too many streams are open.")
      case .fullForAccount(let limit):
        throw Problem(
          .tooManyRequests, code: "too_many_streams",
          detail: "This account has \(limit) streams open, as many as one may have. Close one of them first.",
          headers: [.retryAfter: "5"])
      }
    }
  }

  /// After which number of each district to begin: what the client has seen, or the journal's end. A district that the
  /// client's id does not name has joined the city since: none of it has been seen.
  ///
  /// A client that shows how things stand, rather than what happened, says how many events it would have replayed at
  /// most (`max_replay`). Where the journal has gone on by more, it begins at the end and is told how many it passes over.
  private func start(_ request: Request, _ view: CallerView) async throws -> (place: StreamPlace, skipped: Int64?) {
    let districts = view.territory.districts
    let ends = try await console.reader.ends()
    let end = StreamPlace(Dictionary(uniqueKeysWithValues: districts.map { ($0, ends[$0]?.seq ?? 0) }))
    var fields = try QueryFields(request)
    let query = fields.text("last_event_id")
    let mostReplayed = fields.number("max_replay", in: 0...Int(Int32.max))
    try fields.finish()
    guard let text = request.headers[.lastEventID] ?? query else { return (end, nil) }
    guard let seen = StreamPlace(text), seen.isWithin(end) else {
      throw Problem.malformed(
        code: "malformed_event_id", "Last-Event-ID must be one that this stream has sent: <district>.<seq>.")
    }
    let place = StreamPlace(Dictionary(uniqueKeysWithValues: districts.map { ($0, seen.seq(of: $0)) }))
    let missed = districts.reduce(0) { $0 + end.seq(of: $1) - place.seq(of: $1) }
    if let mostReplayed, missed > Int64(mostReplayed) { return (end, missed) }
    return (place, nil)
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
  let caller: Caller
  let credential: Credential
  let listener: LiveFeed.Listener
  let start: StreamPlace
  /// How many events this stream passes over although its client has not seen them; nil where it passes over none.
  let skipped: Int64?

  /// - Parameter network: the caller's network as the stream is opened.
  func write(to writer: inout any ResponseBodyWriter, _ network: LoadedNetwork) async throws {
    var place = start
    var announced = start
    var eyes = Eyes(caller, network)
    var lastWrite = MonotonicClock.microseconds
    var lastCheck = lastWrite
    var wakes = listener.wakes.makeAsyncIterator()
    try await writer.write(ByteBuffer(string: opening))
    while true {
      var bytes = ByteBuffer()
      var isIdle = true
      for district in start.districts {
        guard let batch = try await next(in: district, after: place.seq(of: district)) else {
          return try await writer.finish(nil)
        }
        if batch.isEmpty { continue }
        isIdle = false
        // The network may have changed since the stream was opened.
        if let newest = console.policies.network(ofAccountsIn: caller.district), newest !== eyes.network {
          eyes = Eyes(caller, newest)
        }
        encode(batch, of: district, for: eyes, &place, to: &bytes)
      }
      let now = MonotonicClock.microseconds
      if bytes.readableBytes == 0, now - lastWrite >= Self.heartbeatMilliseconds * 1_000 {
        // The place tells a client that sees few events how far it has come, so that it resumes from there.
        bytes.writeString(place != announced ? "id: \(place.text())\n\n" : ": \n\n")
      }
      if bytes.readableBytes > 0 {
        // Waits while the client takes nothing: what is not written yet stands in the feed or the journal, not here.
        try await writer.write(bytes)
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

  /// What a client reads first: where it stands and, where events were passed over, that it must ask for everything anew.
  private var opening: String {
    let place = start.text()
    guard let skipped else { return "retry: 2000\n: \(place)\n\n" }
    return "retry: 2000\n: \(place)\n\nid: \(place)\nevent: reset\ndata: {\"skipped\":\(skipped)}\n\n"
  }

  /// Who looks, by one version of the network.
  private struct Eyes {
    let network: LoadedNetwork
    let sight: CaseSight

    init(_ caller: Caller, _ network: LoadedNetwork) {
      self.network = network
      sight = CallerView(caller: caller, network: network).sight
    }
  }

  /// Events that follow; empty when there are none yet; nil when the stream is to end.
  private func next(in district: UnitCode, after seq: Int64) async throws -> [LiveEvent]? {
    switch console.feed.look(district, after: seq, limit: Self.maxBatchEvents) {
    case .events(let events): return events
    case .nothing: return []
    case .closed: return nil
    case .behind:
      let slice = try await console.reader.events(district, after: seq, limit: Self.maxBatchEvents)
      return slice.map { console.reading.events($0.events) } ?? []
    }
  }

  /// Writes the events that are for the caller's eyes, each with the place that the stream has come to with it.
  private func encode(
    _ batch: [LiveEvent], of district: UnitCode, for eyes: Eyes, _ place: inout StreamPlace, to bytes: inout ByteBuffer
  ) {
    let policy = eyes.network.policy
    for live in batch {
      place.advance(district, to: live.event.seq)
      guard let decoded = live.decoded, eyes.sight.covers(decoded, policy: policy) else { continue }
      let document = live.document(eyes.network) {
        var writer = JSONWriter(capacity: 512)
        EventDocument(policy).writeForStream(live.event, decoded, to: &writer)
        return writer.bytes
      }
      bytes.writeString("id: \(place.text(from: district))\nevent: \(live.event.kind)\ndata: ")
      bytes.writeBytes(document)
      bytes.writeString("\n\n")
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
