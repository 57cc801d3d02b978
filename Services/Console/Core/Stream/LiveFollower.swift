import Domain
import Journal
import Logging
import MessageBus
import Operations
import Platform
import ServiceLifecycle

/// Follows every journal into the feed, from its end on, as long as the process runs; the streams read what was before
/// from the journal themselves.
struct LiveFollower: Service {
  /// How often streams are woken although nothing came, for heartbeats and to see whether their session has ended.
  static let tickMilliseconds = 5_000
  /// How often it is looked whether a journal can no longer be followed.
  static let haltPollMilliseconds = 1_000

  let feed: LiveFeed
  let reading: LiveReading
  let bus: any Bus
  let reader: JournalReader
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await follow() }
        group.addTask { await tick() }
      }
    }
    feed.close()
  }

  /// After a failover a journal can go on from another past; durable consumers must then be rebuilt, but the feed keeps
  /// nothing that could be wrong and begins anew at the journal's end.
  private func follow() async {
    while !Task.isCancelled {
      let follower = JournalFollower(
        bus: bus, reader: reader, sink: FeedSink(feed: feed, reading: reading, reader: reader), logger: logger)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await follower.run() }
        group.addTask {
          while !Task.isCancelled {
            if await !follower.halts.isEmpty { return }
            try? await Task.sleep(for: .milliseconds(Self.haltPollMilliseconds))
          }
        }
        await group.next()
        group.cancelAll()
      }
    }
  }

  private func tick() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(Self.tickMilliseconds))
      feed.tick()
    }
  }
}

/// Puts followed events into the feed.
struct FeedSink: JournalSink {
  let feed: LiveFeed
  let reading: LiveReading
  let reader: JournalReader

  func position(_ district: UnitCode) async throws -> JournalPosition {
    guard let end = try await reader.ends()[district] else { throw FeedFault.noJournal(district) }
    feed.restart(district, at: end.seq)
    return end
  }

  func apply(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    // A stream that opens afterwards is behind what is kept, and begins with the journal.
    if feed.pass(district, to: slice.lastSeq) { return slice.end }
    feed.add(reading.events(slice.events), of: district)
    return slice.end
  }
}

enum FeedFault: Error, CustomStringConvertible {
  case noJournal(UnitCode)

  var description: String {
    switch self {
    case .noJournal(let district): "district \(district) has no journal"
    }
  }
}
