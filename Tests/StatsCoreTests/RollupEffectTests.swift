import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Journal
import PostgresClient
import TestSupport
import Testing

@testable import StatsCore

@Suite struct RollupEffectTests {
  /// The figures by their dimensions, rows without any left out.
  private typealias Figures = [String: [Int64]]

  private func sink(_ fixture: CaseworkFixture, _ pool: PostgresPool? = nil) -> DurableSink {
    DurableSink(
      consumer: RollupEffect.consumer, pool: pool ?? fixture.pool, effect: RollupEffect(policies: fixture.policies),
      logger: silent)
  }

  private func drain(_ sink: DurableSink, _ fixture: CaseworkFixture, limit: Int = 1_000) async throws {
    while true {
      let position = try await sink.position("d")
      guard let slice = try await fixture.reader.events("d", after: position.seq, limit: limit) else { return }
      _ = try await sink.apply(slice, to: "d", from: position)
    }
  }

  private func rollup(_ fixture: CaseworkFixture) async throws -> Figures {
    let names = CaseFacts.named.map(\.name).joined(separator: ", ")
    return try await figures(
      fixture,
      """
      SELECT (day - DATE '1970-01-01')::text, unit, category, department, source, part::text, excluded::text, \(names)
      FROM rollup_daily
      """)
  }

  /// Every case, and every part of an assisting department, counted anew by the bits of its facts.
  private func recount(_ fixture: CaseworkFixture) async throws -> Figures {
    let sums = CaseFacts.named.map { "sum((n.facts >> \($0.fact.rawValue.trailingZeroBitCount)) & 1)" }
    let excluded = CaseFacts.appealedOut.rawValue
    return try await figures(
      fixture,
      """
      SELECT (n.filed_day - DATE '1970-01-01')::text, n.unit, n.category, n.department, n.source, n.part::text,
             (n.facts & \(excluded) <> 0)::text, \(sums.joined(separator: ", "))
      FROM (
        SELECT c.filed_day, c.unit, c.category, coalesce(c.lead, '') AS department, c.source, false AS part, c.facts
        FROM cases c
        UNION ALL
        SELECT c.filed_day, c.unit, c.category, p.department, c.source, true, p.facts
        FROM cases c JOIN case_parts p ON p.district = c.district AND p.case_number = c.number) n
      GROUP BY 1, 2, 3, 4, 5, 6, 7
      """)
  }

  private func figures(_ fixture: CaseworkFixture, _ sql: String) async throws -> Figures {
    var figures: Figures = [:]
    for row in try await fixture.pool.query(.unprepared(sql)) {
      let key = try (0..<7).map { try row.text($0) }.joined(separator: " ")
      let values = try CaseFacts.named.indices.map { try row.int64($0 + 7) }
      if values.contains(where: { $0 != 0 }) { figures[key] = values }
    }
    return figures
  }

  @Test(.timeLimit(.minutes(10))) func afterAnythingTheRollupIsARecount() async throws {
    try await CaseworkFixture.with("stats") { fixture in
      var random = SeededRandom.announced("RollupEffectTests")
      var actions = RandomActions(fixture, random: SeededRandom(seed: random.next()))
      let sink = sink(fixture)
      // The walk goes on, to a bound, until cases have gone all the way.
      let wanted: CaseFacts = [.dispatched, .signed, .handled, .closed, .lateSign, .returned]
      var (seen, turns): (CaseFacts, Int) = ([], 0)
      while turns < 12 || (turns < 60 && !seen.isSuperset(of: wanted)) {
        turns += 1
        try await actions.run(rounds: 4)
        try await drain(sink, fixture, limit: Int.random(in: 1...40, using: &random))
        let (rollup, recount) = (try await rollup(fixture), try await recount(fixture))
        #expect(rollup == recount, "seed \(random.seed)")
        let facts = try await fixture.pool.query(.unprepared("SELECT bit_or(facts) FROM cases")).onlyRow().int32(0)
        seen = CaseFacts(rawValue: UInt32(bitPattern: facts))
      }
      #expect(seen.isSuperset(of: wanted))

      let before = try await rollup(fixture)
      try await fixture.pool.execute(
        script: """
          DELETE FROM rollup_daily; UPDATE positions SET seq = 0, hash = decode(repeat('00', 32), 'hex')
          """)
      try await drain(sink, fixture)
      #expect(try await rollup(fixture) == before, "rebuilt from zero")
    }
  }

  @Test(.timeLimit(.minutes(5))) func severalCopiesCountEachEventOnce() async throws {
    try await CaseworkFixture.with("stats") { fixture in
      var actions = RandomActions(fixture, random: .announced("RollupEffectTests.copies"))
      try await actions.run(rounds: 15)
      let pools = [fixture.pool(), fixture.pool(), fixture.pool()]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, pool) in pools.enumerated() {
          let sink = sink(fixture, pool)
          group.addTask { try await drain(sink, fixture, limit: 3 + index) }
        }
        try await group.waitForAll()
      }
      #expect(try await rollup(fixture) == recount(fixture))
      for pool in pools { await pool.close() }
    }
  }

  @Test func aCaseThatCannotBeReadIsLeftOutUntilItIsReleased() async throws {
    try await CaseworkFixture.with("stats") { fixture in
      let ids = [try await fixture.file(), try await fixture.file(unit: "g2"), try await fixture.file(unit: "g3")]
      for id in ids { try await fixture.route(id) }
      let whole = try await recount(fixture)
      try await fixture.pool.execute(script: "CREATE TABLE kept AS SELECT seq, body FROM journal WHERE seq = 2")
      try await fixture.pool.execute(script: "UPDATE journal SET body = '\\xff00' WHERE seq = 2")
      let sink = sink(fixture)
      try await drain(sink, fixture)
      let without = try await rollup(fixture)
      #expect(without.keys.sorted() == whole.keys.filter { !$0.contains(" g2 ") }.sorted())
      #expect(try await fixture.number("SELECT case_number FROM quarantine") == 2)

      try await fixture.pool.execute(
        script: """
          UPDATE journal AS j SET body = k.body FROM kept AS k WHERE k.seq = j.seq;
          UPDATE quarantine SET released_at = clock_timestamp()
          """)
      try await sink.applyReleased("d")
      #expect(try await rollup(fixture) == whole)
    }
  }

  @Test func aDistrictWhoseNetworkIsNotReadYetWaits() async throws {
    try await CaseworkFixture.with("stats") { fixture in
      try await fixture.fileCases(2)
      let late = PolicyStore(pool: fixture.pool, geometry: .skip, logger: silent)
      let sink = DurableSink(
        consumer: RollupEffect.consumer, pool: fixture.pool, effect: RollupEffect(policies: late), logger: silent)
      await #expect(throws: EffectNotReady.self) { try await drain(sink, fixture) }
      try await late.refresh()
      try await drain(sink, fixture)
      #expect(try await rollup(fixture) == recount(fixture))
      #expect(try await fixture.number("SELECT count(*) FROM quarantine") == 0)
    }
  }

  @Test func kindsThatAreNotKnownYetArePassedOver() async throws {
    try await CaseworkFixture.with("stats") { fixture in
      try await fixture.fileCases(1)
      try await fixture.pool.execute(
        script: """
          INSERT INTO journal (district, seq, epoch, at, case_number, kind, actor, body, prev_hash, hash)
          SELECT district, 2, epoch, at, case_number, 'commended', actor, body, hash, sha256(hash) FROM journal;
          UPDATE journal_head SET last_seq = 2, last_hash = sha256(last_hash)
          """)
      let sink = sink(fixture)
      try await drain(sink, fixture)
      #expect(try await sink.position("d").seq == 2)
      #expect(try await rollup(fixture) == recount(fixture))
    }
  }
}
