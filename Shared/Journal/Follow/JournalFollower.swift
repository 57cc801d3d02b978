public import Domain
public import Logging
public import MessageBus
import Platform
import Wire

/// Follows the journals of every district: over the bus for speed, by reading the heads for certainty.
public actor JournalFollower {
  /// How often the heads are read. The guarantee; the bus only makes it quicker.
  public static let headPollMilliseconds: Int64 = 1_000
  /// How long to wait after a fault of the database or the bus before the next try.
  public static let retryMilliseconds: Int64 = 250
  /// The least time from one application of a district's events to the next, unless a consumer wants another.
  public static let paceMicroseconds: Int64 = 50_000
  private static let maxDrainedEvents = 1_024

  private let bus: any Bus
  private let reader: JournalReader
  private let sink: any JournalSink
  private let logger: Logger
  private let paceMicroseconds: Int64
  private let headPollMilliseconds: Int64
  private var districts: [UnitCode: FollowMachine] = [:]
  private var halted: [UnitCode: FollowFault] = [:]
  /// Districts whose sink is applying a slice at this moment.
  private var applying: Set<UnitCode> = []
  private var lastFault: String?
  /// When each district's events were last applied, in monotonic microseconds.
  private var lastApplied: [UnitCode: Int64] = [:]
  private var wakeSignals: AsyncStream<Void>.Continuation?

  /// - Parameters:
  ///   - paceMicroseconds: the least time from one application to the next; longer shares more in one commit.
  ///   - headPollMilliseconds: how often the heads are read.
  public init(
    bus: any Bus, reader: JournalReader, sink: any JournalSink, logger: Logger,
    paceMicroseconds: Int64 = JournalFollower.paceMicroseconds,
    headPollMilliseconds: Int64 = JournalFollower.headPollMilliseconds
  ) {
    self.bus = bus
    self.reader = reader
    self.sink = sink
    self.logger = logger
    self.paceMicroseconds = paceMicroseconds
    self.headPollMilliseconds = headPollMilliseconds
  }

  /// Events known of and not yet applied, by district.
  public var lags: [UnitCode: Int64] { districts.mapValues(\.lag) }
  /// Positions, by district.
  public var positions: [UnitCode: JournalPosition] { districts.mapValues(\.position) }
  /// Districts that cannot be followed without a rebuild, with the reason.
  public var halts: [UnitCode: FollowFault] { halted }
  /// The last fault of database or bus since which nothing has succeeded.
  public var fault: String? { lastFault }

  /// Follows until the task is cancelled.
  public func run() async {
    let events = bus.subscribe(prefix: Array("e/".utf8))
    let beacons = bus.subscribe(prefix: Array("b/".utf8))
    defer {
      events.finish()
      beacons.finish()
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.pollHeads() }
      group.addTask { await self.receive(events) { try $0.offerRun($1) } }
      group.addTask { await self.receive(beacons) { try $0.offerBeacon($1) } }
      group.addTask { await self.work() }
    }
  }

  private static var now: Int64 { MonotonicClock.microseconds }

  private func wake() { wakeSignals?.yield() }

  private func pollHeads() async {
    while !Task.isCancelled {
      await lookAtHeads()
      try? await Task.sleep(for: .milliseconds(headPollMilliseconds))
    }
  }

  /// Reads every journal's head once and takes up what has changed there.
  func lookAtHeads() async {
    do {
      // While the heads are read the bus goes on: only what was applied before says whether a head is too short.
      let before = districts.mapValues(\.position)
      let ends = try await reader.ends()
      lastFault = nil
      for (district, end) in ends { await look(at: district, end, appliedBefore: before[district]) }
      wake()
    } catch {
      note(error, "the heads of the journals cannot be read")
    }
  }

  private func look(at district: UnitCode, _ end: JournalPosition, appliedBefore: JournalPosition?) async {
    do {
      guard districts[district] != nil else {
        let position = try await sink.position(district)
        districts[district] = FollowMachine(position: position)
        districts[district]?.offer(head: end, appliedBefore: nil, at: Self.now)
        return
      }
      districts[district]?.offer(head: end, appliedBefore: appliedBefore, at: Self.now)
      try await takeUpMove(of: district)
      try await takeUpReturn(of: district, end)
      if let durable = sink as? DurableSink { try await durable.applyReleased(district) }
    } catch {
      note(error, "a position cannot be read")
    }
  }

  /// Another copy may have gone ahead, or an operator had the consumer begin again, which also ends a halt.
  private func takeUpMove(of district: UnitCode) async throws {
    guard let known = districts[district]?.position, !applying.contains(district),
      let stored = try await sink.sharedPosition(district), stored != known,
      districts[district]?.position == known, !applying.contains(district)
    else { return }
    applying.insert(district)
    defer { applying.remove(district) }
    let position = try await sink.position(district)
    if halted[district] == nil {
      districts[district]?.applied(position)
    } else {
      followAgain(district, from: position)
    }
  }

  /// A journal that contradicted what was applied may be itself again, since the right database was brought back or what
  /// someone had changed was put right. Then nothing was applied that it does not hold, and a halt has no more reason.
  private func takeUpReturn(of district: UnitCode, _ end: JournalPosition) async throws {
    guard halted[district] != nil, let applied = districts[district]?.position, applied.seq > 0,
      end.seq >= applied.seq, end.epoch >= applied.epoch,
      try await reader.joins(district, on: applied), halted[district] != nil, districts[district]?.position == applied
    else { return }
    followAgain(district, from: applied)
  }

  private func followAgain(_ district: UnitCode, from position: JournalPosition) {
    halted[district] = nil
    districts[district] = FollowMachine(position: position)
    logger.notice("a journal is followed again", metadata: ["district": "\(district)", "seq": "\(position.seq)"])
  }

  private func receive(
    _ inbox: BusInbox, _ offer: @Sendable (isolated JournalFollower, BusMessage) throws -> Void
  ) async {
    while !Task.isCancelled {
      let batch = await inbox.nextBatch(maxEvents: Self.maxDrainedEvents)
      if batch.isEmpty { return }
      for case .message(let message) in batch {
        do {
          try offer(self, message)
        } catch {
          logger.warning("a message of the bus cannot be read", metadata: ["fault": "\(error)"])
        }
      }
      wake()
    }
  }

  private func offerRun(_ message: BusMessage) throws {
    guard let frame = message.frames.first else { return }
    let run = try JournalRun(decoding: frame)
    districts[run.district]?.offer(JournalSlice(run), at: Self.now)
  }

  private func offerBeacon(_ message: BusMessage) throws {
    guard let frame = message.frames.first else { return }
    let beacon = try JournalBeacon(decoding: frame)
    districts[beacon.district]?.offer(
      beacon: JournalPosition(seq: beacon.lastSeq, epoch: beacon.epoch, hash: beacon.lastHash), at: Self.now)
  }

  /// Does what the machines ask for, a district at a time, and waits when none asks.
  private func work() async {
    let (signals, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    wakeSignals = continuation
    var iterator = signals.makeAsyncIterator()
    while !Task.isCancelled {
      var until: Int64?
      var didWork = false
      for district in districts.keys where halted[district] == nil && !applying.contains(district) {
        if let paced = pacedUntil(district) {
          until = [until, paced].compactMap { $0 }.min()
          continue
        }
        switch await step(district) {
        case .worked: didWork = true
        case .idle(let wakeAt): until = [until, wakeAt].compactMap { $0 }.min()
        }
      }
      if didWork { continue }
      if let until {
        let microseconds = max(0, until - Self.now)
        try? await Task.sleep(for: .microseconds(microseconds))
      } else {
        _ = await iterator.next()
      }
    }
    continuation.finish()
  }

  private enum Step {
    case worked
    case idle(until: Int64?)
  }

  private func step(_ district: UnitCode) async -> Step {
    guard let action = districts[district]?.next(at: Self.now) else { return .idle(until: nil) }
    do {
      switch action {
      case .wait(let until): return .idle(until: until)
      case .halt(let fault):
        halted[district] = fault
        logger.critical("a journal cannot be followed", metadata: ["district": "\(district)", "fault": "\(fault)"])
      case .read(let seq):
        let slice = try await reader.events(district, after: seq)
        districts[district]?.read(slice, at: Self.now)
      case .apply(let slice):
        guard let position = districts[district]?.position else { break }
        lastApplied[district] = Self.now
        applying.insert(district)
        defer { applying.remove(district) }
        // Awaited before the machine is touched: an access that is open across a suspension lets others in meanwhile.
        let reached = try await sink.apply(slice, to: district, from: position)
        districts[district]?.applied(reached)
      }
      lastFault = nil
      return .worked
    } catch {
      note(error, "events cannot be applied")
      return .idle(until: Self.now + Self.retryMilliseconds * 1_000)
    }
  }

  /// Under load, what comes shortly after an application waits for what comes with it, so that they share a commit; what
  /// comes after a quiet moment does not wait, nor does a consumer that is far behind. Nil when nothing has to wait.
  private func pacedUntil(_ district: UnitCode) -> Int64? {
    guard let last = lastApplied[district], let lag = districts[district]?.lag,
      lag < FollowMachine.maxAppliedEvents, Self.now < last + paceMicroseconds
    else { return nil }
    return last + paceMicroseconds
  }

  private func note(_ error: any Error, _ message: Logger.Message) {
    if Task.isCancelled { return }
    let fault = String(describing: error)
    if lastFault == nil { logger.warning(message, metadata: ["fault": "\(fault)"]) }
    lastFault = fault
  }
}
