import CaseworkSupport
import Journal
import Platform
import PostgresClient
import TestSupport
import Testing

@Suite struct MigratorTests {
  private func with(_ body: (PostgresConfiguration, PostgresPool) async throws -> Void) async throws {
    let configuration = try await TestPostgres.shared.database(named: "migrator")
    let pool = PostgresPool(configuration, logger: silent)
    try await body(configuration, pool)
    await pool.close()
  }

  private let names = Migration.all.map(\.name)

  @Test func theNamesAreNumberedWithoutGaps() {
    let numbers = names.indices.map { String(repeating: "0", count: $0 < 9 ? 3 : 2) + "\($0 + 1)_" }
    #expect(names.map { String($0.prefix(5)) } == numbers)
  }

  @Test func theSecondRunFindsNothingToDo() async throws {
    try await with { configuration, pool in
      await #expect(throws: SchemaFault.notMigrated) { try await Migrator.check(pool) }
      let migrator = Migrator(configuration: configuration)
      let first = try await migrator.migrate()
      #expect(first.applied == names && first.current == names.last)
      try await Migrator.check(pool)
      let second = try await migrator.migrate()
      #expect(second.applied.isEmpty && second.current == names.last)
    }
  }

  @Test func ofSeveralAtOnceOneMigrates() async throws {
    try await with { configuration, pool in
      let outcomes = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<4 {
          group.addTask { try await Migrator(configuration: configuration).migrate().applied }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.filter { !$0.isEmpty } == [names])
      try await Migrator.check(pool)
    }
  }

  @Test func theWaitForAnotherRunIsLongerThanForAnyTable() async throws {
    try await with { configuration, pool in
      var hasty = configuration
      hasty.lockTimeoutMilliseconds = 50
      let migrator = Migrator(configuration: hasty)
      let outcome = try await pool.withConnection { holder in
        try await holder.execute(script: "SELECT pg_advisory_lock(7235939401)")
        let run = Task { try await migrator.migrate() }
        let waits = Statement.unprepared(
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'
          """)
        #expect(try await eventually { try await pool.query(waits).onlyRow().int64(0) > 0 })
        try await MonotonicClock.wait(until: MonotonicClock.microseconds + 4 * 50_000)
        try await holder.execute(script: "SELECT pg_advisory_unlock(7235939401)")
        return try await run.value
      }
      #expect(outcome.applied == names)
    }
  }

  @Test func aChangedMigrationIsRefused() async throws {
    try await with { configuration, pool in
      let migrator = Migrator(configuration: configuration)
      _ = try await migrator.migrate()
      try await pool.execute(
        .unprepared("UPDATE schema_migrations SET sha256 = sha256(sha256) WHERE name = $1"), [.text(names[1])])
      await #expect(throws: SchemaFault.changed(names[1])) { try await migrator.migrate() }
      await #expect(throws: SchemaFault.changed(names[1])) { try await Migrator.check(pool) }
    }
  }

  @Test func anUnknownMigrationIsRefused() async throws {
    try await with { configuration, pool in
      let migrator = Migrator(configuration: configuration)
      _ = try await migrator.migrate()
      try await pool.execute(script: "INSERT INTO schema_migrations (name, sha256) VALUES ('9999_later', '')")
      await #expect(throws: SchemaFault.unknown("9999_later")) { try await migrator.migrate() }
      await #expect(throws: SchemaFault.unknown("9999_later")) { try await Migrator.check(pool) }
    }
  }

  @Test func aMissingMigrationIsNamedAndAppliedByTheNextRun() async throws {
    try await with { configuration, pool in
      let last = try #require(names.last)
      let older = Migrator(configuration: configuration, migrations: Migration.all.dropLast())
      #expect(try await older.migrate().applied == names.dropLast())
      await #expect(throws: SchemaFault.missing(last)) { try await Migrator.check(pool) }
      #expect(try await Migrator(configuration: configuration).migrate().applied == [last])
      await #expect(throws: SchemaFault.unknown(last)) { try await older.migrate() }
    }
  }

  @Test func aMigrationThatFailsLeavesNothingOfItself() async throws {
    try await with { configuration, pool in
      // A table of that name stands in the way of the second migration.
      try await pool.execute(script: "CREATE TABLE attachments (id integer)")
      let migrator = Migrator(configuration: configuration)
      await #expect(throws: PostgresError.self) { try await migrator.migrate() }
      let reports = try await pool.query(.unprepared("SELECT to_regclass('reports') IS NULL")).onlyRow()
      #expect(try reports.bool(0))
      try await pool.execute(script: "DROP TABLE attachments")
      #expect(try await migrator.migrate().applied == Array(names.dropFirst()))
    }
  }
}
