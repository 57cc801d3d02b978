import CaseworkSupport
import Domain
import MessageBus
import Platform
import PostgresClient
import TestSupport
import Testing

@testable import Journal

@Suite struct JournalFollowerTests {
  /// A writer and a follower, each with a bus of its own, connected to each other.
  private struct Pair {
    let network = LoopbackNetwork()
    let writer: LoopbackBus
    let reader: LoopbackBus

    init() {
      writer = LoopbackBus(network: network, service: "intake", instance: "1")
      reader = LoopbackBus(network: network, service: "stats", instance: "1")
      for bus in [writer, reader] { bus.setPeers([writer.ownPeer, reader.ownPeer].compactMap { $0 }) }
    }
  }

  private func following(
    _ fixture: CaseworkFixture, over bus: any Bus,
    headPollMilliseconds: Int64 = JournalFollower.headPollMilliseconds,
    _ body: (WritingEffect, JournalFollower) async throws -> Void
  ) async throws {
    try await WritingEffect.prepare(fixture)
    let effect = WritingEffect()
    let follower = JournalFollower(
      bus: bus, reader: fixture.reader,
      sink: DurableSink(consumer: "writer", pool: fixture.pool, effect: effect, logger: silent), logger: silent,
      headPollMilliseconds: headPollMilliseconds)
    let task = Task { await follower.run() }
    do {
      try await body(effect, follower)
    } catch {
      task.cancel()
      await task.value
      throw error
    }
    task.cancel()
    await task.value
  }

  private func with(_ bus: any Bus, _ body: (CaseworkFixture) async throws -> Void) async throws {
    let fixture = try await CaseworkFixture.make(named: "follower", bus: bus)
    try await body(fixture)
    await fixture.close()
  }

  @Test(.timeLimit(.minutes(5))) func withoutABusThePollIsEnough() async throws {
    try await with(SilentBus()) { fixture in
      try await following(fixture, over: SilentBus()) { effect, follower in
        try await fixture.fileCases(5)
        await effect.reached(5)
        try await fixture.fileCases(2)
        await effect.reached(7)
        #expect(try await WritingEffect.written(fixture) == Array(1...7))
        #expect(await follower.fault == nil)
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func whatTheBusBringsDoesNotWaitForThePoll() async throws {
    let pair = Pair()
    try await with(pair.writer) { fixture in
      try await following(fixture, over: pair.reader, headPollMilliseconds: 3_600_000) { effect, follower in
        #expect(await eventually { await follower.positions["d"] != nil })
        for seq: Int64 in 1...5 {
          try await fixture.fileCases(1)
          await effect.reached(seq)
        }
        #expect(try await WritingEffect.written(fixture) == Array(1...5))
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func aBusThatLosesHalfDelaysAndLosesNothing() async throws {
    let pair = Pair()
    let random = SeededRandom.announced("JournalFollowerTests")
    let lossy = LossyBus(pair.writer, lossPercent: 50, random: random)
    try await with(lossy) { fixture in
      let beacons = Task { await fixture.publisher.runBeacons() }
      try await following(fixture, over: pair.reader) { effect, _ in
        try await fixture.fileCases(60)
        await effect.reached(60)
        #expect(try await WritingEffect.written(fixture) == Array(1...60))
      }
      beacons.cancel()
      await beacons.value
    }
  }

  @Test(.timeLimit(.minutes(5))) func twoCopiesApplyEachEventOnce() async throws {
    let pair = Pair()
    try await with(pair.writer) { fixture in
      try await following(fixture, over: pair.reader) { first, _ in
        try await following(fixture, over: pair.writer) { second, _ in
          for _ in 0..<6 {
            try await fixture.append(try (0..<5).map { _ in try fixture.filing() })
          }
          #expect(
            try await eventually { try await fixture.number("SELECT min(seq) FROM positions") == 30 })
          #expect(try await WritingEffect.written(fixture).sorted() == Array(1...30))
        }
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func aRestartOfTheDatabaseIsSurvived() async throws {
    let server = try await TestPostgres.start(isDurable: true)
    let fixture = try await CaseworkFixture.make(named: "restart", server: server)
    try await following(fixture, over: SilentBus()) { effect, follower in
      try await fixture.fileCases(3)
      await effect.reached(3)
      try await server.halt(.immediate)
      #expect(await eventually { await follower.fault != nil })
      try await server.resume()
      try await fixture.fileCases(3)
      await effect.reached(6)
      #expect(try await WritingEffect.written(fixture) == Array(1...6))
      #expect(await eventually { await follower.fault == nil })
    }
    await fixture.close()
    await server.stop()
  }

  @Test(.timeLimit(.minutes(5))) func aRebuildIsTakenUpWithoutANewEvent() async throws {
    try await with(SilentBus()) { fixture in
      try await following(fixture, over: SilentBus()) { effect, _ in
        try await fixture.fileCases(4)
        await effect.reached(4)
        try await fixture.pool.execute(
          script: """
            BEGIN; DELETE FROM effects;
            UPDATE positions SET seq = 0, hash = decode(repeat('00', 32), 'hex'); COMMIT
            """)
        #expect(try await eventually { try await WritingEffect.written(fixture) == [1, 2, 3, 4] })
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func aForkedJournalHaltsUntilTheRebuild() async throws {
    try await with(SilentBus()) { fixture in
      try await following(fixture, over: SilentBus()) { effect, follower in
        try await fixture.fileCases(4)
        await effect.reached(4)
        // What a failover does that has lost the last two events and written others.
        let journal = try await fixture.journal()
        try await fixture.pool.transaction { transaction in
          _ = try transaction.pipeline([
            PostgresCall(.unprepared("DELETE FROM journal WHERE seq > 2")),
            PostgresCall(.unprepared("DELETE FROM cases WHERE number > 2")),
            PostgresCall(
              .unprepared("UPDATE journal_head SET last_seq = 2, last_case = 2, last_hash = $1, epoch = 2"),
              [.bytes(journal[1].hash)]),
          ])
          let batch = JournalAppend.batch(
            try (0..<3).map { _ in try fixture.filing(unit: "g4") }, district: "d", now: fixture.now)
          _ = try transaction.finalPipeline(batch.calls)
        }
        #expect(await eventually { await !follower.halts.isEmpty })
        #expect(await follower.halts["d"] == .otherContent(seq: 5))
        #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4])
        try await fixture.pool.execute(
          script: """
            BEGIN; DELETE FROM effects;
            UPDATE positions SET seq = 0, hash = decode(repeat('00', 32), 'hex'); COMMIT
            """)
        await effect.reached(5)
        #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4, 5])
        #expect(await follower.halts.isEmpty)
      }
    }
  }

  @Test(.timeLimit(.minutes(5)), arguments: [4, 2])
  func aJournalThatIsAgainWhatWasAppliedIsFollowedOn(changedAt seq: Int64) async throws {
    try await with(SilentBus()) { fixture in
      try await following(fixture, over: SilentBus(), headPollMilliseconds: 20) { effect, follower in
        try await fixture.fileCases(4)
        await effect.reached(4)
        try await fixture.pool.execute(
          script: """
            BEGIN; CREATE TABLE kept AS SELECT * FROM journal; CREATE TABLE kept_head AS SELECT * FROM journal_head;
            UPDATE journal SET hash = sha256(hash) WHERE seq >= \(seq);
            UPDATE journal_head SET last_hash = sha256(last_hash); COMMIT
            """)
        #expect(await eventually { await follower.halts["d"] == .otherContent(seq: 4) })
        // The head alone being right again is not enough.
        try await fixture.pool.execute(
          script: "UPDATE journal_head AS h SET last_hash = k.last_hash FROM kept_head AS k")
        for _ in 0..<2 { await follower.lookAtHeads() }
        #expect(await follower.halts["d"] == .otherContent(seq: 4))
        try await fixture.pool.execute(
          script: "UPDATE journal AS j SET hash = k.hash FROM kept AS k WHERE k.seq = j.seq")
        #expect(await eventually { await follower.halts.isEmpty })
        try await fixture.fileCases(1)
        await effect.reached(5)
        #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4, 5])
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func aReleasedCaseIsAppliedByTheRunningFollower() async throws {
    try await with(SilentBus()) { fixture in
      try await following(fixture, over: SilentBus()) { effect, _ in
        effect.behaviour.withLock { $0.poison = [2] }
        try await fixture.fileCases(3)
        await effect.reached(3)
        #expect(try await WritingEffect.written(fixture) == [1, 3])
        effect.behaviour.withLock { $0.poison = [] }
        try await fixture.pool.execute(script: "UPDATE quarantine SET released_at = clock_timestamp()")
        #expect(try await eventually { try await WritingEffect.written(fixture) == [1, 3, 2] })
      }
    }
  }
}
