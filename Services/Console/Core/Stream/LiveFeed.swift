import Domain
import GridNetwork
import Journal
import Logging
import Operations
import Platform
import WebAuth

/// An event as it is sent on: decoded, and written as a document, once for all who hear it.
///
/// A thousand streams would else write the same document a thousand times. Thread-safe.
final class LiveEvent: Sendable {
  /// Documents kept of one event: by the network of its district, and by that of the city.
  static let maxKeptDocuments = 2

  let event: JournalEvent
  /// Nil for a kind that this version does not know, and for one that cannot be decoded; see `LiveReading`.
  let decoded: CaseEvent?
  private let documents = Locked([(network: LoadedNetwork, bytes: [UInt8])]())

  init(event: JournalEvent, decoded: CaseEvent?) {
    self.event = event
    self.decoded = decoded
  }

  /// The event as the stream sends it by a network: `make` writes it where that has not been done yet. It may be made
  /// twice when two ask at once; both are the same.
  func document(_ network: LoadedNetwork, make: () -> [UInt8]) -> [UInt8] {
    if let bytes = documents.withLock({ kept in kept.first { $0.network === network }?.bytes }) { return bytes }
    let bytes = make()
    documents.withLock { kept in
      if kept.count >= Self.maxKeptDocuments { kept.removeFirst() }
      kept.append((network, bytes))
    }
    return bytes
  }
}

/// Decodes journal events for those who look on. One that cannot be decoded is passed over, or it would end every stream
/// again and again; each time that one is met it is counted and said in the log. Thread-safe.
struct LiveReading: Sendable {
  private let undecodable: Counter
  private let logger: Logger

  /// Registers the metric: once for a registry.
  init(metrics: MetricsRegistry, logger: Logger) {
    undecodable = metrics.counter(
      "gridloop_console_undecodable_events_total",
      help: "Times that a live stream or page passed over a journal event that cannot be decoded.")
    self.logger = logger
  }

  func events(_ events: [JournalEvent]) -> [LiveEvent] { events.map(event) }

  private func event(_ event: JournalEvent) -> LiveEvent {
    do {
      return LiveEvent(event: event, decoded: try event.decoded())
    } catch {
      undecodable.increment()
      logger.error(
        "event cannot be decoded and is not shown",
        metadata: [
          "district": "\(event.district)", "seq": "\(event.seq)", "kind": "\(event.kind)", "reason": "\(error)",
        ])
      return LiveEvent(event: event, decoded: nil)
    }
  }
}

/// The newest events of every district, kept for the streams of this process.
///
/// Each stream reads at its own pace by the number that it has come to; one that falls behind what is kept reads the
/// journal. So memory is bounded however many listen and however slowly. Thread-safe.
final class LiveFeed: Sendable {
  /// Events kept for each district.
  static let maxKeptEvents = 1_024
  /// Streams at once.
  static let maxListeners = 2_000
  /// Streams of one account at once, where nothing else is set: one alone cannot keep all others out.
  static let usualListenersOfAccount = 1_000

  /// What a stream finds when it looks.
  enum Look {
    /// Events after the number asked for, without a gap.
    case events([LiveEvent])
    /// Nothing newer is known.
    case nothing
    /// What follows the number is no longer, or not yet, kept: it stands in the journal.
    case behind
    case closed
  }

  /// Whose streams are counted together.
  struct Account: Hashable, Sendable {
    let kind: Caller.Kind
    let district: UnitCode
    let name: String

    init(_ caller: Caller) { (kind, district, name) = (caller.kind, caller.district, caller.name) }
  }

  /// Why there is no place for another stream.
  enum Refusal: Error, Hashable {
    case full
    /// The account has as many as one may have.
    case fullForAccount(limit: Int)
  }

  private struct Tail {
    /// The last number that was added, or from which on events are kept.
    var lastSeq: Int64
    var events: [LiveEvent] = []
  }

  private struct State {
    var tails: [UnitCode: Tail] = [:]
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextListener = 0
    var accounts: [Account: Int] = [:]
    var isClosed = false
  }

  private let maxListenersOfAccount: Int
  private let state = Locked(State())

  init(maxListenersOfAccount: Int = LiveFeed.usualListenersOfAccount) {
    self.maxListenersOfAccount = maxListenersOfAccount
  }

  /// Adds events that continue what is kept; those that do not begin it anew.
  func add(_ events: [LiveEvent], of district: UnitCode) {
    guard let first = events.first, let last = events.last else { return }
    let listeners = state.withLock { state in
      var tail = state.tails[district] ?? Tail(lastSeq: first.event.seq - 1)
      if tail.lastSeq != first.event.seq - 1 { tail = Tail(lastSeq: first.event.seq - 1) }
      tail.events += events.suffix(Self.maxKeptEvents)
      if tail.events.count > Self.maxKeptEvents { tail.events.removeFirst(tail.events.count - Self.maxKeptEvents) }
      tail.lastSeq = last.event.seq
      state.tails[district] = tail
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield() }
  }

  /// Forgets what is kept and says where the journal stands: what comes next continues from there.
  func restart(_ district: UnitCode, at seq: Int64) {
    state.withLock { $0.tails[district] = Tail(lastSeq: seq) }
    tick()
  }

  /// Says that the journal has come to `seq` where nobody listens: nothing is kept, so nothing need be decoded. False when
  /// somebody listens by now.
  func pass(_ district: UnitCode, to seq: Int64) -> Bool {
    state.withLock { state in
      guard state.listeners.isEmpty else { return false }
      state.tails[district] = Tail(lastSeq: seq)
      return true
    }
  }

  /// What follows `seq`, at most `limit` events.
  func look(_ district: UnitCode, after seq: Int64, limit: Int) -> Look {
    state.withLock { state in
      if state.isClosed { return .closed }
      guard let tail = state.tails[district] else { return .behind }
      if seq == tail.lastSeq { return .nothing }
      guard let first = tail.events.first, seq >= first.event.seq - 1, seq < tail.lastSeq else { return .behind }
      let start = Int(seq + 1 - first.event.seq)
      return .events(Array(tail.events[start..<min(start + limit, tail.events.count)]))
    }
  }

  /// Where the journals stand as far as the feed has come; nil while it does not follow all of them yet.
  func place(of districts: [UnitCode]) -> StreamPlace? {
    state.withLock { state in
      var seqs: [UnitCode: Int64] = [:]
      for district in districts {
        guard let tail = state.tails[district] else { return nil }
        seqs[district] = tail.lastSeq
      }
      return seqs.isEmpty ? nil : StreamPlace(seqs)
    }
  }

  /// Wakes every listener, for heartbeats.
  func tick() {
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
  }

  /// A listener is woken whenever something may have come; several wake-ups may be one.
  ///
  /// - Throws: ``Refusal`` when there are too many of all, or of this account.
  func listen(_ account: Account) throws(Refusal) -> Listener {
    let (wakes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = try state.withLock { state throws(Refusal) in
      guard !state.isClosed, state.listeners.count < Self.maxListeners else { throw .full }
      let own = state.accounts[account, default: 0]
      guard own < maxListenersOfAccount else { throw .fullForAccount(limit: maxListenersOfAccount) }
      state.accounts[account] = own + 1
      state.nextListener += 1
      state.listeners[state.nextListener] = continuation
      return state.nextListener
    }
    return Listener(feed: self, number: number, account: account, wakes: wakes)
  }

  /// Ends every stream.
  func close() {
    let listeners = state.withLock { state in
      state.isClosed = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }

  var listenerCount: Int { state.withLock { $0.listeners.count } }

  fileprivate func leave(_ number: Int, of account: Account) {
    state.withLock { state in
      let own = state.accounts[account, default: 1] - 1
      state.accounts[account] = own > 0 ? own : nil
      return state.listeners.removeValue(forKey: number)
    }?.finish()
  }

  /// One stream's place at the feed; it leaves when it is let go.
  final class Listener: Sendable {
    private let feed: LiveFeed
    private let number: Int
    private let account: Account
    let wakes: AsyncStream<Void>

    fileprivate init(feed: LiveFeed, number: Int, account: Account, wakes: AsyncStream<Void>) {
      self.feed = feed
      self.number = number
      self.account = account
      self.wakes = wakes
    }

    deinit { feed.leave(number, of: account) }
  }
}
