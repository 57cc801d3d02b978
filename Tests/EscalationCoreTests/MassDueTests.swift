import Casework
import CaseworkSupport
import Domain
import Journal
import PostgresClient
import Testing

@testable import EscalationCore

/// What happens when very much is due at once, as after an outage.
@Suite struct MassDueTests {
  @Test func aBatchIsBoundedAndTakesTheOldestFirst() async throws {
    try await CaseworkFixture.with("mass") { fixture in
      let count = DueShares.maxOldestTimers / 2 + 10
      try await fixture.dispatchMany(count)
      let rig = EscalationRig(fixture)
      try await rig.follow()
      fixture.advance(seconds: 12 * 3_600)
      let first = try #require(try await rig.fireOnce())
      #expect(first.timers == DueShares.maxOldestTimers)
      #expect(first.lateness.max() == Int64(11 * 3_600) * 1_000_000)
      // What the first would have fired after the last that it took waits its turn.
      let second = try #require(try await rig.fireOnce())
      #expect(second.timers == count)
      #expect(try await rig.fireOnce() == nil)
      #expect(first.flagged + second.flagged == 2 * count)
    }
  }

  @Test func whatIsUrgentOrFreshDoesNotWaitForTheEndOfABacklog() async throws {
    try await CaseworkFixture.with("mass") { fixture in
      try await fixture.dispatchMany(2 * DueShares.maxOldestTimers)
      fixture.advance(seconds: 60)
      try await fixture.dispatchMany(5, priority: .urgent)
      fixture.advance(seconds: 60)
      let fresh = try await fixture.file()
      try await fixture.route(fresh)
      let rig = EscalationRig(fixture)
      try await rig.follow()
      fixture.advance(seconds: 3_540)
      let drainBegan = fixture.now
      let first = try #require(try await rig.fireOnce(drainBegan: drainBegan))
      #expect(first.timers == DueShares.maxOldestTimers + 5, "the urgent go with the first of the backlog")
      // Another case's first rung comes due while the rest of the backlog waits.
      fixture.advance(seconds: 120)
      let second = try #require(try await rig.fireOnce(drainBegan: drainBegan))
      #expect(second.timers == DueShares.maxOldestTimers + 1)
      #expect(try await fixture.fired(fresh, clock: .sign).map(\.rung) == ["reminder"])
    }
  }

  /// The same at full size is measured by `gridctl bench --timers 100000`.
  @Test(.timeLimit(.minutes(10))) func fiveThousandAtOnceFireEachRungOnceWhileNewCasesAreWritten() async throws {
    try await CaseworkFixture.with("mass") { fixture in
      let count = 5_000
      try await fixture.dispatchMany(count)
      let rig = EscalationRig(fixture)
      try await rig.follow()
      fixture.advance(seconds: 2 * 3_600)
      let pools = [fixture.pool(), fixture.pool()]
      let filed = try await withThrowingTaskGroup(of: Int.self) { group in
        for pool in pools {
          let copy = EscalationRig(fixture, pool: pool)
          group.addTask {
            while try await copy.fireOnce() != nil {}
            return 0
          }
        }
        group.addTask {
          for _ in 0..<50 { try await fixture.fileCases(1) }
          return 50
        }
        return try await group.reduce(0, +)
      }
      for pool in pools { await pool.close() }
      try await rig.settle()
      #expect(filed == 50)
      let rungs = try await fixture.pool.query(
        .unprepared("SELECT rung, count(*), count(DISTINCT case_number) FROM escalations GROUP BY rung ORDER BY rung"))
      #expect(try rungs.map { try $0.text(0) } == ["reminder", "street"])
      #expect(try rungs.allSatisfy { try $0.int64(1) == Int64(count) && $0.int64(2) == Int64(count) })
      #expect(try await fixture.number("SELECT count(*) FROM journal WHERE kind = 'escalated'") == Int64(2 * count))
      // Of two rungs of one case the older fired first, whatever their batch.
      let disorder = try await fixture.number(
        """
        SELECT count(*) FROM escalations a JOIN escalations b USING (district, case_number, clock, clock_version)
        WHERE a.rung_at < b.rung_at AND a.fired_at > b.fired_at
        """)
      #expect(disorder == 0)
    }
  }
}
