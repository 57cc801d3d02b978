import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Hummingbird
import Journal
import MessageBus
import NIOCore
import Operations
import Platform
import Testing
import WebAuth
import Wire

@testable import ConsoleCore

@Suite("The live stream")
struct StreamTests {
  @Test("Everything from Last-Event-ID on, then what comes, each once and in order")
  func resume() async throws {
    let live = try await LiveDoor.open("console_stream")
    for _ in 0..<5 { try await live.door.fixture.file() }
    let stream = try await live.listen(as: .admin, after: "d.2")
    #expect(try await stream.events(3).map(\.id) == ["d.3", "d.4", "d.5"])
    for _ in 0..<4 { try await live.door.fixture.file() }
    let events = try await stream.events(7)
    #expect(events.map(\.id) == (3...9).map { "d.\($0)" })
    #expect(events.allSatisfy { $0.kind == "filed" })
    #expect(events.last?.data["case_id"] == "d-9")
    await live.close()
    #expect(await stream.isFinished)
  }

  @Test("Nothing is lost or sent twice while cases are filed, whenever a listener breaks off and comes back")
  func breaks() async throws {
    let live = try await LiveDoor.open("console_stream_breaks")
    let total = 60
    async let filing: Void = {
      for _ in 0..<total { try await live.door.fixture.file() }
    }()
    var seen: [String] = []
    var last = "d.0"
    while seen.count < total {
      let stream = try await live.listen(as: .admin, after: last)
      let part = try await stream.events(min(7, total - seen.count)).prefix(7).map(\.id)
      await stream.leave()
      seen += part
      last = part.last ?? last
    }
    try await filing
    #expect(seen == (1...total).map { "d.\($0)" })
    await live.close()
  }

  @Test("Each hears what they may see")
  func sight() async throws {
    let live = try await LiveDoor.open("console_stream_sight")
    let water = try await live.listen(as: .water, after: "d.0")
    let officer = try await live.listen(as: .officer, after: "d.0")
    let far = try await live.door.fixture.file(category: "0201", unit: "g4")
    try await live.door.fixture.route(far)
    let near = try await live.door.fixture.file(category: "0101", unit: "g2")
    try await live.door.fixture.route(near)
    #expect(try await water.events(1).map(\.id) == ["d.2"])
    #expect(try await officer.events(2).map(\.id) == ["d.3", "d.4"])
    #expect(await water.events.count == 1)
    await live.close()
  }

  @Test("A stream that has fallen behind what is kept reads the journal")
  func behind() async throws {
    let live = try await LiveDoor.open("console_stream_behind")
    let count = LiveFeed.maxKeptEvents + 40
    let policy = try live.door.fixture.policy
    let report = Report(source: .officer, category: "0101", unit: "g1", contentDigest: [UInt8](repeating: 1, count: 32))
    for start in stride(from: 0, to: count, by: 200) {
      let changes = (start..<min(start + 200, count)).map { _ in
        CaseChange(
          filing: CaseMachine.file(report, by: Person.officer.actor, policy: policy, now: live.door.fixture.now),
          policy: policy)
      }
      try await live.door.fixture.append(changes)
    }
    let stream = try await live.listen(as: .admin, after: "d.0")
    #expect(try await stream.events(count).map(\.id) == (1...count).map { "d.\($0)" })
    await live.close()
  }

  @Test("A client that only shows how things stand is told once that it missed too much, and goes on from the end")
  func reset() async throws {
    let live = try await LiveDoor.open("console_stream_reset")
    for _ in 0..<5 { try await live.door.fixture.file() }
    let near = try await live.listen(as: .admin, after: "d.2", query: "?max_replay=3")
    #expect(try await near.events(3).map(\.id) == ["d.3", "d.4", "d.5"])
    let far = try await live.listen(as: .admin, after: "d.1", query: "?max_replay=3")
    let told = try #require(try await far.events(1).first)
    #expect((told.id, told.kind) == ("d.5", "reset"))
    #expect(told.data["skipped"] == 4)
    try await live.door.fixture.file()
    #expect(try await far.events(2).map(\.id) == ["d.5", "d.6"])
    await live.close()
    let refused = try await live.door.respond(.get, "/v1/stream?max_replay=-1", as: .admin)
    #expect(refused.status == .unprocessableContent)
  }

  @Test("An account has so many streams at once; one that ends makes room, and others have theirs")
  func accounts() async throws {
    let door = try await ConsoleDoor.open("console_stream_accounts", feed: LiveFeed(maxListenersOfAccount: 2))
    var open = [
      try await door.respond(.get, "/v1/stream", as: .admin), try await door.respond(.get, "/v1/stream", as: .admin),
    ]
    #expect(open.allSatisfy { $0.status == .ok })
    let refused = try await door.ask(.get, "/v1/stream", as: .admin)
    #expect(try refused.status == .tooManyRequests && refused.code == "too_many_streams")
    #expect(refused.headers[.retryAfter] == "5" && refused.text.contains("2 streams"))
    #expect(try await door.respond(.get, "/v1/stream", as: .dispatcher).status == .ok)
    open.removeLast()
    #expect(try await door.respond(.get, "/v1/stream", as: .admin).status == .ok)
    #expect(open.count == 1 && door.console.feed.listenerCount == 1)
  }

  @Test("All accounts together have so many streams, too")
  func places() throws {
    let feed = LiveFeed()
    var places = try (0..<LiveFeed.usualListenersOfAccount).map { _ in try feed.listen(Self.account("a")) }
    #expect(throws: LiveFeed.Refusal.fullForAccount(limit: 1_000)) { try feed.listen(Self.account("a")) }
    places += try (0..<1_000).map { _ in try feed.listen(Self.account("b")) }
    #expect(throws: LiveFeed.Refusal.full) { try feed.listen(Self.account("c")) }
    places.removeAll()
    #expect(feed.listenerCount == 0)
  }

  @Test("A document is written once for all who hear it, and again by another network")
  func documents() async throws {
    let live = try await LiveDoor.open("console_stream_documents")
    let event = Self.event(1)
    let network = try #require(live.door.console.policies.network(ofAccountsIn: "d"))
    #expect(event.document(network) { [1] } == [1])
    #expect(event.document(network) { [2] } == [1])
    await live.close()
  }

  @Test("A page begins where the feed stands, once it follows every district")
  func place() {
    let feed = LiveFeed()
    #expect(feed.place(of: ["d"]) == nil)
    feed.restart("d", at: 4)
    #expect(feed.place(of: ["d"])?.text() == "d.4")
    #expect(feed.place(of: ["d", "e"]) == nil)
    #expect(feed.pass("e", to: 9))
    #expect(feed.place(of: ["d", "e"])?.text() == "d.4,e.9")
    #expect(feed.place(of: []) == nil)
  }

  @Test("A number that was never sent is refused")
  func malformed() async throws {
    let door = try await ConsoleDoor.open("console_stream_malformed")
    for id in ["d.99", "x.1", "7", "d.-1"] {
      #expect(try await door.respond(.get, "/v1/stream", as: .admin, headers: [.lastEventID: id]).status == .badRequest)
    }
  }

  @Test("What is kept continues without a gap, or the listener is told to read the journal")
  func feed() throws {
    let feed = LiveFeed()
    #expect(isBehind(feed.look("d", after: 0, limit: 10)))
    feed.restart("d", at: 5)
    guard case .nothing = feed.look("d", after: 5, limit: 10) else { throw StreamFault.unexpected }
    #expect(isBehind(feed.look("d", after: 4, limit: 10)))
    feed.add((6...8).map(Self.event), of: "d")
    guard case .events(let events) = feed.look("d", after: 5, limit: 2) else { throw StreamFault.unexpected }
    #expect(events.map(\.event.seq) == [6, 7])
    #expect(isBehind(feed.look("d", after: 4, limit: 10)))
    feed.add([Self.event(20)], of: "d")
    #expect(isBehind(feed.look("d", after: 8, limit: 10)))
    feed.close()
    guard case .closed = feed.look("d", after: 20, limit: 10) else { throw StreamFault.unexpected }
    #expect(throws: LiveFeed.Refusal.full) { try feed.listen(Self.account("a")) }
  }

  @Test("An event that cannot be decoded is passed over and counted; one of an unknown kind is no fault")
  func undecodable() {
    let metrics = MetricsRegistry()
    let reading = LiveReading(metrics: metrics, logger: silentLogger)
    func read(_ kind: String) -> CaseEvent? {
      reading.events([
        JournalEvent(
          district: "d", seq: 1, epoch: 1, at: CaseworkFixture.start, caseNumber: 1, kind: kind, actor: "user:a",
          body: [])
      ])[0].decoded
    }
    #expect(read("of another version") == nil)
    #expect(text(metrics).contains("gridloop_console_undecodable_events_total 0"))
    #expect(read("filed") == nil)
    #expect(text(metrics).contains("gridloop_console_undecodable_events_total 1"))
  }

  @Test("Nothing is kept while nobody listens, and who comes then begins with the journal")
  func unheard() throws {
    let feed = LiveFeed()
    #expect(feed.pass("d", to: 7))
    guard case .nothing = feed.look("d", after: 7, limit: 10) else { throw StreamFault.unexpected }
    let listener = try feed.listen(Self.account("a"))
    #expect(isBehind(feed.look("d", after: 6, limit: 10)))
    #expect(!feed.pass("d", to: 8))
    feed.add([Self.event(8)], of: "d")
    guard case .events(let events) = feed.look("d", after: 7, limit: 10) else { throw StreamFault.unexpected }
    #expect(events.map(\.event.seq) == [8])
    withExtendedLifetime(listener) {}
  }

  private static func account(_ name: String) -> LiveFeed.Account {
    LiveFeed.Account(Caller(name: name, kind: .user, role: .admin, unit: "d", department: nil, district: "d"))
  }

  private func text(_ metrics: MetricsRegistry) -> String { String(decoding: metrics.exposition(), as: UTF8.self) }

  private func isBehind(_ look: LiveFeed.Look) -> Bool {
    if case .behind = look { return true }
    return false
  }

  private static func event(_ seq: Int64) -> LiveEvent {
    LiveEvent(
      event: JournalEvent(
        district: "d", seq: seq, epoch: 1, at: CaseworkFixture.start, caseNumber: 1, kind: "filed", actor: "user:a",
        body: []), decoded: nil)
  }
}

enum StreamFault: Error { case unexpected, ended }

/// A door whose feed follows the journal over a bus.
struct LiveDoor: Sendable {
  let door: ConsoleDoor
  private let following: Task<Void, Never>

  static func open(_ name: String, files: [String: [UInt8]] = SampleNetworkFiles.all) async throws -> LiveDoor {
    let network = LoopbackNetwork()
    let writer = LoopbackBus(network: network, service: "intake", instance: "1")
    let listener = LoopbackBus(network: network, service: "console", instance: "1")
    listener.setPeers([writer.ownPeer].compactMap { $0 })
    let door = try await ConsoleDoor.open(name, files: files, bus: writer)
    let follower = LiveFollower(
      feed: door.console.feed, reading: door.console.reading, bus: listener, reader: door.fixture.reader,
      logger: silentLogger)
    return LiveDoor(door: door, following: Task { try? await follower.run() })
  }

  func listen(as person: Person, after id: String, query: String = "") async throws -> StreamReader {
    let response = try await door.respond(.get, "/v1/stream" + query, as: person, headers: [.lastEventID: id])
    guard response.headers[.contentType] == "text/event-stream" else { throw StreamFault.unexpected }
    return StreamReader(response)
  }

  /// Ends the follower and with it every stream.
  func close() async {
    following.cancel()
    await following.value
  }
}

/// Reads the server-sent events of one answer.
actor StreamReader {
  struct Event: Sendable {
    let id: String
    let kind: String
    let data: JSONValue
  }

  private(set) var events: [Event] = []
  private var text = ""
  private var hasEnded = false
  private var waiting: [(count: Int, continuation: CheckedContinuation<Void, any Error>)] = []
  private var reading: Task<Void, Never>?

  init(_ response: Response) {
    Task { await self.begin(response) }
  }

  private func begin(_ response: Response) {
    reading = Task {
      try? await response.body.write(Writer(reader: self))
      self.end()
    }
  }

  /// Waits for so many events in all.
  func events(_ count: Int) async throws -> [Event] {
    if events.count < count {
      if hasEnded { throw StreamFault.ended }
      try await withCheckedThrowingContinuation { waiting.append((count, $0)) }
    }
    return events
  }

  /// Breaks off, as a client that closes its connection.
  func leave() async {
    isGone = true
    reading?.cancel()
    await reading?.value
  }

  /// Whether the server has ended the stream; waits for it.
  var isFinished: Bool {
    get async {
      await reading?.value
      return hasEnded
    }
  }

  private var isGone = false

  fileprivate func take(_ part: String) throws {
    if isGone { throw StreamFault.ended }
    text += part
    while let end = text.firstRange(of: "\n\n") {
      let block = text[..<end.lowerBound]
      text = String(text[end.upperBound...])
      var fields: [String: String] = [:]
      for line in block.split(separator: "\n") {
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { continue }
        fields[String(line[..<colon])] = String(line[line.index(colon, offsetBy: 2)...])
      }
      if let id = fields["id"], let data = fields["data"] {
        events.append(Event(id: id, kind: fields["event"] ?? "", data: try JSONParser.parse(data)))
      }
    }
    for entry in waiting where entry.count <= events.count { entry.continuation.resume() }
    waiting.removeAll { $0.count <= events.count }
  }

  private func end() {
    hasEnded = true
    for entry in waiting { entry.continuation.resume(throwing: StreamFault.ended) }
    waiting = []
  }

  private struct Writer: ResponseBodyWriter {
    let reader: StreamReader

    mutating func write(_ buffer: ByteBuffer) async throws { try await reader.take(String(buffer: buffer)) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
  }
}
