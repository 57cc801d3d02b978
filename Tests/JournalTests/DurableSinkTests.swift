import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient
import TestSupport
import Testing

/// A sink that is driven by hand.
struct DrivenSink {
  let sink: DurableSink
  let effect: WritingEffect
  let reader: JournalReader

  init(_ fixture: CaseworkFixture, pool: PostgresPool? = nil, copy: String = "") {
    effect = WritingEffect(copy: copy)
    sink = DurableSink(consumer: "writer", pool: pool ?? fixture.pool, effect: effect, logger: silent)
    reader = fixture.reader
  }

  /// Applies one slice of at most so many events; false at the journal's end.
  func step(limit: Int = 1_000) async throws -> Bool {
    let position = try await sink.position("d")
    guard let slice = try await reader.events("d", after: position.seq, limit: limit) else { return false }
    _ = try await sink.apply(slice, to: "d", from: position)
    return true
  }

  func drain(limit: Int = 1_000) async throws {
    while try await step(limit: limit) {}
  }
}

@Suite struct DurableSinkTests {
  private func with(_ body: (CaseworkFixture) async throws -> Void) async throws {
    try await CaseworkFixture.with("sink") { fixture in
      try await WritingEffect.prepare(fixture)
      try await body(fixture)
    }
  }

  @Test func anEffectAndItsPositionAreOne() async throws {
    try await with { fixture in
      try await fixture.fileCases(5)
      let driven = DrivenSink(fixture)
      #expect(try await driven.sink.position("d") == JournalPosition(seq: 0, epoch: 1, hash: JournalHash.origin))
      try await driven.drain(limit: 2)
      #expect(try await driven.sink.position("d") == fixture.end())
      #expect(try await WritingEffect.written(fixture) == Array(1...5))
    }
  }

  @Test func ofTwoCopiesOneAppliesEachEvent() async throws {
    try await with { fixture in
      try await fixture.fileCases(20)
      let pools = [fixture.pool(), fixture.pool(), fixture.pool()]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, pool) in pools.enumerated() {
          let driven = DrivenSink(fixture, pool: pool, copy: "\(index)")
          group.addTask { try await driven.drain(limit: 1 + index) }
        }
        group.addTask { try await fixture.fileCases(20) }
        try await group.waitForAll()
      }
      try await DrivenSink(fixture).drain()
      #expect(try await WritingEffect.written(fixture) == Array(1...40))
      for pool in pools { await pool.close() }
    }
  }

  @Test func aCopyThatComesTooLateTakesUpThePosition() async throws {
    try await with { fixture in
      try await fixture.fileCases(4)
      let (quick, slow) = (DrivenSink(fixture, copy: "quick"), DrivenSink(fixture, copy: "slow"))
      let start = try await slow.sink.position("d")
      let slice = try #require(try await fixture.reader.events("d", after: 0, limit: 2))
      try await quick.drain()
      #expect(try await slow.sink.apply(slice, to: "d", from: start) == fixture.end())
      #expect(try await WritingEffect.written(fixture) == Array(1...4))
    }
  }

  @Test func whatEndsWithItsConnectionLeavesNothing() async throws {
    try await with { fixture in
      try await fixture.fileCases(6)
      let driven = DrivenSink(fixture)
      driven.effect.behaviour.withLock { $0.endsConnectionAt = 4 }
      let error = await #expect(throws: PostgresError.self) { try await driven.drain(limit: 3) }
      #expect(error?.isRetriable == true)
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3])
      #expect(try await driven.sink.position("d").seq == 3)
      try await driven.drain(limit: 3)
      #expect(try await WritingEffect.written(fixture) == Array(1...6))
      #expect(try await fixture.number("SELECT count(*) FROM quarantine") == 0)
    }
  }

  @Test func aCommitWhoseAnswerIsLostIsNotRepeated() async throws {
    let server = try await OwnServer.shared
    let fixture = try await CaseworkFixture.make(named: "sink", server: server)
    try await WritingEffect.prepare(fixture)
    try await fixture.fileCases(3)
    let relay = try SocketRelay(to: server, database: fixture.configuration)
    let pool = PostgresPool(try relay.configuration, logger: silent)
    let driven = DrivenSink(fixture, pool: pool)
    _ = try await driven.step(limit: 1)
    relay.cutOnce(.afterServerAnswered(clientSent: "commit"))
    let error = await #expect(throws: PostgresError.self) { try await driven.step(limit: 1) }
    #expect(error == .commitOutcomeUnknown)
    try await driven.drain(limit: 1)
    #expect(try await WritingEffect.written(fixture) == [1, 2, 3])
    await pool.close()
    relay.stop()
    await fixture.close()
  }

  @Test func anEffectThatIsNotReadyBlamesNoCase() async throws {
    try await with { fixture in
      try await fixture.fileCases(3)
      let driven = DrivenSink(fixture)
      driven.effect.behaviour.withLock { $0.isReady = false }
      for _ in 0..<3 { await #expect(throws: EffectNotReady.self) { try await driven.step() } }
      driven.effect.behaviour.withLock { $0.isReady = true }
      try await driven.drain()
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3])
      #expect(try await fixture.number("SELECT count(*) FROM quarantine") == 0)
    }
  }

  @Test func aMissingRightBlamesNoCase() async throws {
    try await with { fixture in
      try await fixture.fileCases(2)
      try await fixture.pool.execute(script: "GRANT INSERT ON effects TO gridloop_stats")
      let pool = fixture.pool(role: "gridloop_stats")
      let driven = DrivenSink(fixture, pool: pool)
      driven.effect.behaviour.withLock { $0.lacksRight = true }
      let error = await #expect(throws: PostgresError.self) { try await driven.step() }
      #expect(error?.sqlState == .insufficientPrivilege)
      driven.effect.behaviour.withLock { $0.lacksRight = false }
      try await driven.drain()
      #expect(try await WritingEffect.written(fixture) == [1, 2])
      #expect(try await fixture.number("SELECT count(*) FROM quarantine") == 0)
      await pool.close()
    }
  }

  @Test func aFaultThatPassesIsTriedAgain() async throws {
    try await with { fixture in
      try await fixture.fileCases(3)
      let driven = DrivenSink(fixture)
      driven.effect.behaviour.withLock { $0.failsOnce = true }
      try await driven.drain()
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3])
      #expect(try await fixture.number("SELECT count(*) FROM quarantine") == 0)
    }
  }
}
