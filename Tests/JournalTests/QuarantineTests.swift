import Casework
import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient
import Testing

@Suite struct QuarantineTests {
  /// Cases 1, 2 and 3; events 1 to 3 file them, 4 to 9 are two comments on each, in turn.
  private func with(_ body: (CaseworkFixture, DrivenSink) async throws -> Void) async throws {
    try await CaseworkFixture.with("quarantine") { fixture in
      try await WritingEffect.prepare(fixture)
      try await fixture.fileCases(3)
      for _ in 0..<2 { for number: Int64 in 1...3 { try await comment(fixture, number) } }
      try await body(fixture, DrivenSink(fixture))
    }
  }

  private func comment(_ fixture: CaseworkFixture, _ number: Int64) async throws {
    try await fixture.append([try fixture.comment(try await fixture.load(CaseID(district: "d", number: number)), "so")])
  }

  private func release(_ fixture: CaseworkFixture, _ number: Int64) async throws {
    try await fixture.pool.execute(
      .unprepared("UPDATE quarantine SET released_at = clock_timestamp() WHERE case_number = $1"), [.int64(number)])
  }

  @Test func aCaseAtFaultIsPassedOverAndTheDistrictGoesOn() async throws {
    try await with { fixture, driven in
      driven.effect.behaviour.withLock { $0.poison = [5] }
      try await driven.drain()
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4, 6, 7, 9], "2 came before the fault, 8 after it")
      #expect(try await driven.sink.position("d") == fixture.end())
      let row = try await fixture.pool.query(
        .unprepared("SELECT consumer, case_number, first_seq, fault, released_at FROM quarantine")
      ).onlyRow()
      #expect(try row.text(0) == "writer" && row.int64(1) == 2 && row.int64(2) == 5 && row.isNull(4))
      #expect(try row.text(3).contains("refused"))
      try await comment(fixture, 2)
      try await comment(fixture, 3)
      try await driven.drain()
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4, 6, 7, 9, 11])
    }
  }

  @Test func aReleasedCaseIsAppliedFromTheFault() async throws {
    try await with { fixture, driven in
      driven.effect.behaviour.withLock { $0.poison = [5] }
      try await driven.drain()
      driven.effect.behaviour.withLock { $0.poison = [] }
      try await driven.sink.applyReleased("d")
      #expect(try await WritingEffect.written(fixture).count == 7, "nobody has released it yet")
      try await release(fixture, 2)
      try await driven.sink.applyReleased("d")
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4, 6, 7, 9, 5, 8])
      #expect(try await fixture.number("SELECT count(*) FROM quarantine") == 0)
      try await comment(fixture, 2)
      try await driven.drain()
      #expect(try await WritingEffect.written(fixture).last == 10)
    }
  }

  @Test func aCaseThatStillFailsIsHeldAgain() async throws {
    try await with { fixture, driven in
      driven.effect.behaviour.withLock { $0.poison = [5] }
      try await driven.drain()
      try await release(fixture, 2)
      try await driven.sink.applyReleased("d")
      #expect(try await WritingEffect.written(fixture).count == 7)
      #expect(try await fixture.number("SELECT count(*) FROM quarantine WHERE released_at IS NULL") == 1)
    }
  }

  @Test func theOtherCopyLearnsOfTheQuarantine() async throws {
    try await with { fixture, driven in
      let pool = fixture.pool()
      let other = DrivenSink(fixture, pool: pool, copy: "other")
      let start = try await other.sink.position("d")
      driven.effect.behaviour.withLock { $0.poison = [5] }
      try await driven.drain(limit: 5)
      let slice = try #require(try await fixture.reader.events("d", after: start.seq))
      #expect(try await other.sink.apply(slice, to: "d", from: start) == fixture.end())
      try await comment(fixture, 2)
      try await other.drain()
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4, 6, 7, 9])
      await pool.close()
    }
  }

  @Test func releaseBetweenTheStepsOfAnotherCopyLosesNothing() async throws {
    try await with { fixture, driven in
      let pool = fixture.pool()
      let other = DrivenSink(fixture, pool: pool, copy: "other")
      driven.effect.behaviour.withLock { $0.poison = [5] }
      _ = try await driven.step(limit: 5)
      let known = try await other.sink.position("d")
      let slice = try #require(try await fixture.reader.events("d", after: known.seq))
      driven.effect.behaviour.withLock { $0.poison = [] }
      try await release(fixture, 2)
      try await driven.sink.applyReleased("d")
      // It still believes the case held; passing over event 8 would lose it.
      let reached = try await other.sink.apply(slice, to: "d", from: known)
      #expect(reached == known)
      try await other.drain()
      #expect(try await WritingEffect.written(fixture) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
      await pool.close()
    }
  }

  @Test func twoCopiesReleaseACaseOnce() async throws {
    try await with { fixture, driven in
      driven.effect.behaviour.withLock { $0.poison = [4, 5] }
      try await driven.drain()
      driven.effect.behaviour.withLock { $0.poison = [] }
      try await release(fixture, 1)
      try await release(fixture, 2)
      let pools = [fixture.pool(), fixture.pool(), fixture.pool()]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for pool in pools {
          let copy = DrivenSink(fixture, pool: pool)
          group.addTask { try await copy.sink.applyReleased("d") }
        }
        try await group.waitForAll()
      }
      #expect(try await WritingEffect.written(fixture).sorted() == Array(1...9))
      for pool in pools { await pool.close() }
    }
  }
}
