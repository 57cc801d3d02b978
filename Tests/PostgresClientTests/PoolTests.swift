import Platform
import PostgresClient
import TestSupport
import Testing

private let one = Statement("one", "SELECT 1::int8")

@Suite struct PoolTests {
  @Test func manyTasksShareFewConnections() async throws {
    try await withPool(.patient(maxConnections: 3)) { pool in
      try await withThrowingTaskGroup(of: Int64.self) { group in
        for _ in 0..<300 {
          group.addTask { try await pool.query(one).onlyRow().int64(0) }
        }
        var sum: Int64 = 0
        for try await number in group { sum += number }
        #expect(sum == 300)
      }
      let statistics = pool.statistics
      #expect(statistics.idle + statistics.connecting <= 3)
      #expect(statistics.leased == 0)
    }
  }

  @Test func whoWaitsTooLongHearsThatThePoolIsExhausted() async throws {
    var limits = PostgresPoolLimits(maxConnections: 1)
    limits.leaseTimeoutMilliseconds = 2_000
    try await withPool(limits) { pool in
      try await pool.withConnection { _ in
        await #expect(throws: PostgresError.poolExhausted) { try await pool.query(one) }
      }
      #expect(try await pool.query(one).count == 1)
    }
  }

  @Test func aCancelledWaiterGivesUpItsPlace() async throws {
    try await withPool(PostgresPoolLimits(maxConnections: 1)) { pool in
      try await pool.withConnection { _ in
        let task = Task { try await pool.query(one) }
        #expect(await eventually { pool.statistics.waiting == 1 })
        task.cancel()
        await #expect(throws: PostgresError.cancelled) { try await task.value }
        #expect(pool.statistics.waiting == 0)
      }
    }
  }

  @Test func aConnectionLostWhileIdleIsReplacedUnnoticed() async throws {
    try await withPool(PostgresPoolLimits(maxConnections: 2)) { pool in
      let pid = try await pool.query(.unprepared("SELECT pg_backend_pid()")).onlyRow().int32(0)
      let administrator = try await PostgresConnection.connect(TestPostgres.shared.administration)
      let terminate = Statement("terminate_and_wait", "SELECT pg_terminate_backend($1, 5000)")
      #expect(try await administrator.query(terminate, [.int32(pid)]).onlyRow().bool(0))
      #expect(try await pool.query(one).count == 1)
      await administrator.close()
    }
  }

  @Test(.timeLimit(.minutes(5))) func aWrongDatabaseIsHeardOfAtOnce() async throws {
    let configuration = try await TestPostgres.shared.administration.database("no_such_database")
    // Whoever waited for a connection to become free would wait for an hour.
    var limits = PostgresPoolLimits()
    limits.leaseTimeoutMilliseconds = 3_600_000
    let pool = PostgresPool(configuration, limits: limits, logger: silent)
    await #expect(throws: PostgresError.unavailable(.unknownDatabase)) { try await pool.query(one) }
    await pool.close()
  }

  @Test func aClosedPoolRefuses() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.administration, logger: silent)
    _ = try await pool.query(one)
    await pool.close()
    await #expect(throws: PostgresError.closed) { try await pool.query(one) }
    #expect(pool.statistics == PostgresPool(try await TestPostgres.shared.administration, logger: silent).statistics)
  }
}

@Suite struct RestartTests {
  /// What the writers of the test know.
  private struct Ledger: Sendable {
    var acknowledged: Set<Int64> = []
    var refusedForGood: [String] = []
  }

  @Test func thePoolOutlivesServersThatCrash() async throws {
    let server = try await TestPostgres.start(isDurable: true)
    let pool = PostgresPool(try await server.database(named: "restart"), limits: limits, logger: silent)
    try await pool.execute(script: "CREATE TABLE things (id int8 PRIMARY KEY)")
    let ledger = Locked(Ledger())
    let goal = Locked(Int64.max)
    let writers = (0..<3).map { writer in
      Task { await write(writer, of: 3, until: goal, pool, ledger) }
    }
    var servers: Set<String> = []
    for restarts in 0...2 {
      if restarts > 0 { try await server.restart(.immediate) }
      let before = ledger.withLock { $0.acknowledged.count }
      #expect(await eventually { ledger.withLock { $0.acknowledged.count } >= before + 20 })
      let started = Statement.unprepared("SELECT pg_postmaster_start_time()::text")
      servers.insert(try await pool.query(started).onlyRow().text(0))
    }
    goal.withLock { $0 = 0 }
    for writer in writers { await writer.value }

    let rows = try await pool.query(.unprepared("SELECT id FROM things"))
    let stored = Set(try rows.map { try $0.int64(0) })
    #expect(ledger.withLock { $0.acknowledged } == stored, "what was acknowledged is stored, and nothing else")
    #expect(ledger.withLock { $0.refusedForGood } == [])
    #expect(servers.count == 3, "the writers went on with each new server")
    await pool.close()
    await server.stop()
  }

  private var limits: PostgresPoolLimits {
    var limits = PostgresPoolLimits(maxConnections: 2)
    limits.leaseTimeoutMilliseconds = 20_000
    limits.maxReconnectMilliseconds = 200
    return limits
  }

  /// Writes numbers of its own one after the other, each until it is known to be stored.
  private func write(
    _ writer: Int, of writers: Int, until goal: Locked<Int64>, _ pool: PostgresPool, _ ledger: Locked<Ledger>
  ) async {
    let insert = Statement("insert_thing", "INSERT INTO things VALUES ($1) ON CONFLICT DO NOTHING")
    var id = Int64(writer)
    while id < goal.withLock({ $0 }) {
      do {
        let current = id
        _ = try await pool.transaction { try $0.finalQuery(insert, [.int64(current)]) }
        _ = ledger.withLock { $0.acknowledged.insert(current) }
        id += Int64(writers)
      } catch let error as PostgresError where error.isRetriable || error == .commitOutcomeUnknown {
        continue  // The key makes the repetition harmless.
      } catch {
        ledger.withLock { $0.refusedForGood.append("\(error)") }
        return
      }
    }
  }
}
