import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import Testing

/// The roles of the services: each can do what it must, and none can change what is written.
@Suite struct RoleTests {
  private static let writers = ["intake", "dispatcher", "escalation", "console"]
  private static let consumers = ["escalation", "stats", "notifier"]
  private static let all = ["intake", "dispatcher", "escalation", "stats", "notifier", "console"]

  private func with(_ service: String, _ body: (CaseworkFixture, PostgresPool) async throws -> Void) async throws {
    try await CaseworkFixture.with("roles") { fixture in
      let pool = fixture.pool(role: "gridloop_\(service)")
      try await body(fixture, pool)
      await pool.close()
    }
  }

  private func expectRefused(_ pool: PostgresPool, _ sql: String) async {
    let error = await #expect(throws: PostgresError.self, "\(sql)") { try await pool.execute(.unprepared(sql)) }
    #expect(error?.sqlState == .insufficientPrivilege, "\(sql)")
  }

  @Test(arguments: writers) func aWriterLocksAndAppends(_ service: String) async throws {
    try await with(service) { fixture, pool in
      let filed = JournalAppend.batch([try fixture.filing()], district: "d", now: fixture.now)
      let number = try filed.result(try await pool.pipeline(filed.calls)[0]).caseNumbers[0]
      try await pool.transaction { transaction in
        let loaded = try CaseLocks.lock("d", [number], in: transaction)
        let batch = JournalAppend.batch([try fixture.comment(loaded[0], "so")], district: "d", now: fixture.now)
        _ = try transaction.finalPipeline(batch.calls)
      }
      #expect(try await fixture.journal().count == 2)
    }
  }

  @Test(arguments: all) func everyServiceChecksTheSchemaAndReadsTheJournal(_ service: String) async throws {
    try await with(service) { fixture, pool in
      try await fixture.fileCases(2)
      try await Migrator.check(pool)
      let reader = JournalReader(pool: pool)
      #expect(try await reader.ends()["d"] == fixture.end())
      #expect(try await reader.events("d", after: 0)?.events.count == 2)
      let policies = PolicyStore(pool: pool, geometry: .skip, logger: silent)
      try await policies.refresh()
      #expect(policies.districts == ["d"])
    }
  }

  @Test(arguments: all) func noServiceChangesWhatIsWritten(_ service: String) async throws {
    try await with(service) { fixture, pool in
      try await fixture.fileCases(1)
      await expectRefused(pool, "UPDATE journal SET actor = 'user:x'")
      await expectRefused(pool, "DELETE FROM journal")
      await expectRefused(pool, "TRUNCATE journal")
      await expectRefused(pool, "ALTER TABLE journal DROP COLUMN actor")
      await expectRefused(pool, "DELETE FROM cases")
      await expectRefused(pool, "DELETE FROM journal_head")
      await expectRefused(pool, "CREATE TABLE public.mine (id integer)")
      await expectRefused(pool, "UPDATE network_versions SET version = 9")
    }
  }

  @Test(arguments: ["stats", "notifier"]) func whoOnlyFollowsWritesNoJournal(_ service: String) async throws {
    try await with(service) { fixture, pool in
      let batch = JournalAppend.batch([try fixture.filing()], district: "d", now: fixture.now)
      let error = await #expect(throws: PostgresError.self) { try await pool.pipeline(batch.calls) }
      #expect(error?.sqlState == .insufficientPrivilege)
    }
  }

  @Test(arguments: consumers) func aConsumerFollowsHoldsAndReleases(_ service: String) async throws {
    try await with(service) { fixture, pool in
      try await WritingEffect.prepare(fixture)
      try await fixture.pool.execute(script: "GRANT INSERT ON effects TO gridloop_\(service)")
      try await fixture.fileCases(3)
      let driven = DrivenSink(fixture, pool: pool)
      driven.effect.behaviour.withLock { $0.poison = [2] }
      try await driven.drain()
      driven.effect.behaviour.withLock { $0.poison = [] }
      try await fixture.pool.execute(script: "UPDATE quarantine SET released_at = clock_timestamp()")
      try await driven.sink.applyReleased("d")
      #expect(try await WritingEffect.written(fixture) == [1, 3, 2])
    }
  }

  @Test func theConsoleMendsOnlyWhatItMust() async throws {
    try await with("console") { fixture, pool in
      try await fixture.fileCases(1)
      for statement in [
        "UPDATE quarantine SET released_at = now()", "UPDATE deliveries SET state = 'pending', attempts = 0",
        "INSERT INTO administrative_acts (district, at, actor, act, subject) VALUES ('d', now(), 'user:a', 'x', 'y')",
      ] {
        try await pool.execute(.unprepared(statement))
      }
      for statement in [
        "UPDATE quarantine SET fault = ''", "DELETE FROM quarantine", "UPDATE deliveries SET target = ''",
        "INSERT INTO deliveries DEFAULT VALUES", "UPDATE administrative_acts SET actor = ''",
        "DELETE FROM administrative_acts", "UPDATE channel_tests SET fault = ''",
      ] {
        await expectRefused(pool, statement)
      }
    }
  }

  @Test func theTablesOfEachServiceAreItsOwn() async throws {
    // What each may write besides the journal; everything else is refused.
    let writable: [String: [String]] = [
      "intake": ["reports", "attachments", "suppressions", "city_reports"], "dispatcher": [],
      "escalation": ["timers", "timer_policies", "accountability", "self_checks", "grid_changes"],
      "stats": ["rollup_daily"], "notifier": ["inbox", "deliveries", "asked_notices"],
      "console": [
        "users", "api_keys", "sessions", "inbox", "accountability", "reports", "attachments", "suppressions",
        "duty_shifts", "duty_absences", "duty_patterns", "grid_changes",
      ],
    ]
    let tables = Set(writable.values.joined()).union(["positions", "quarantine", "accountability_steps"])
    let consuming: [String: [String]] = ["positions": Self.consumers, "quarantine": Self.consumers]
    try await CaseworkFixture.with("roles") { fixture in
      for service in Self.all {
        for table in tables.sorted() {
          let may = try await fixture.pool.query(
            .unprepared("SELECT has_table_privilege($1, $2, 'UPDATE')"), [.text("gridloop_\(service)"), .text(table)]
          ).onlyRow().bool(0)
          let should = writable[service]?.contains(table) == true || consuming[table]?.contains(service) == true
          #expect(may == should, "\(service) on \(table)")
        }
      }
    }
  }
}
