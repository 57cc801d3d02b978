import Platform
import PostgresClient
import TestSupport
import Testing

private let insert = Statement("insert_thing", "INSERT INTO things VALUES ($1)")

/// A relayed connection and an untouched one to a database with an empty table `things`.
private func withCutLine(
  adjust: (inout PostgresConfiguration) -> Void = { _ in },
  _ body: (_ relay: SocketRelay, _ connection: PostgresConnection, _ observer: PostgresConnection) async throws -> Void
) async throws {
  let server = try await RelayedServer.shared.value
  let database = try await server.database(named: "faults")
  let relay = try SocketRelay(to: server, database: database)
  defer { relay.stop() }
  let observer = try await PostgresConnection.connect(database)
  try await observer.execute(script: "CREATE TABLE things (id int8 PRIMARY KEY)")
  var configuration = try relay.configuration
  // A busy machine may keep the server from stopping at once; only tests of a server that never does are in a hurry.
  configuration.stopGraceMilliseconds = 60_000
  adjust(&configuration)
  let connection = try await PostgresConnection.connect(configuration)
  try await body(relay, connection, observer)
}

private func things(_ connection: PostgresConnection) async throws -> Int64 {
  try await connection.query(.unprepared("SELECT count(*) FROM things")).onlyRow().int64(0)
}

private func backend(_ connection: PostgresConnection) async throws -> Int32 {
  try await connection.query(.unprepared("SELECT pg_backend_pid()")).onlyRow().int32(0)
}

@Suite struct CommitOutcomeTests {
  @Test func aLineCutAfterTheServerCommittedIsUnknown() async throws {
    try await withCutLine { relay, connection, observer in
      relay.cutOnce(.afterServerAnswered(clientSent: "commit#"))
      await #expect(throws: PostgresError.commitOutcomeUnknown) {
        try await connection.transaction { try $0.execute(insert, [.int64(1)]) }
      }
      let isStored = try await eventually { try await things(observer) == 1 }
      #expect(isStored)
    }
  }

  @Test func aLineCutBeforeTheServerHeardOfTheCommitIsUnknownToo() async throws {
    try await withCutLine { relay, connection, observer in
      relay.cutOnce(.beforeServerReceived(clientSent: "commit#"))
      await #expect(throws: PostgresError.commitOutcomeUnknown) {
        try await connection.transaction { try $0.execute(insert, [.int64(1)]) }
      }
      let stored = try await things(observer)
      #expect(stored == 0)
    }
  }

  @Test func aPipelinedCommitIsUnknownInTheSameWay() async throws {
    try await withCutLine { relay, connection, observer in
      relay.cutOnce(.afterServerAnswered(clientSent: "commit#"))
      await #expect(throws: PostgresError.commitOutcomeUnknown) {
        try await connection.transaction { _ = try $0.finalQuery(insert, [.int64(1)]) }
      }
      let isStored = try await eventually { try await things(observer) == 1 }
      #expect(isStored)
    }
  }

  @Test func aLineCutBeforeTheCommitWasSentIsAPlainLoss() async throws {
    try await withCutLine { relay, connection, observer in
      relay.cutOnce(.afterServerAnswered(clientSent: "INSERT"))
      await #expect(throws: PostgresError.connectionLost) {
        try await connection.transaction { try $0.execute(insert, [.int64(1)]) }
      }
      let stored = try await things(observer)
      #expect(stored == 0)
    }
  }

  @Test func aStatementRefusedBeforeAPipelinedCommitIsCertain() async throws {
    try await withCutLine { _, connection, observer in
      try await connection.transaction { try $0.execute(insert, [.int64(1)]) }
      do {
        try await connection.transaction { _ = try $0.finalQuery(insert, [.int64(1)]) }
        Issue.record("a duplicate key was taken")
      } catch let error as PostgresError {
        #expect(error.sqlState == .uniqueViolation)
      }
      #expect(try await things(observer) == 1)
    }
  }

  @Test func aSilentLineAtCommitIsUnknownAfterTheDeadline() async throws {
    try await withCutLine(adjust: { $0.stopGraceMilliseconds = 100 }) { relay, connection, _ in
      await #expect(throws: PostgresError.commitOutcomeUnknown) {
        // Long enough for a busy machine to come as far as COMMIT.
        try await connection.transaction(timeoutMilliseconds: 5_000) { transaction in
          try transaction.execute(insert, [.int64(1)])
          relay.swallow(true)
        }
      }
      relay.swallow(false)
      await #expect(throws: PostgresError.connectionLost) { try await things(connection) }
    }
  }

  @Test func aBackendEndedInsideATransactionIsNotUnknown() async throws {
    try await withCutLine { _, connection, observer in
      let pid = try await backend(connection)
      let terminator = Statement("terminate", "SELECT pg_terminate_backend($1)")
      do {
        try await connection.transaction { transaction in
          try transaction.execute(insert, [.int64(1)])
          // The statement ends its own backend.
          try transaction.execute(terminator, [.int32(pid)])
        }
        Issue.record("the transaction outlived its backend")
      } catch let error as PostgresError {
        #expect(error.sqlState == .adminShutdown || error == .connectionLost)
        #expect(error.isRetriable)
      }
      #expect(try await things(observer) == 0)
    }
  }
}

@Suite struct DeadlineTests {
  @Test func theClientsDeadlineStopsTheServer() async throws {
    try await withCutLine { _, connection, observer in
      let pid = try await backend(connection)
      let watch = Stopwatch()
      await #expect(throws: PostgresError.timeout) {
        try await connection.query(.unprepared("SELECT pg_sleep(60)"), timeoutMilliseconds: 200)
      }
      #expect(watch.elapsedMicroseconds < 10_000_000)
      #expect(try await things(connection) == 0, "the connection is fit for use")
      let running = try await observer.query(
        .unprepared("SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'"), [.int32(pid)])
      #expect(try running.onlyRow().int64(0) == 0)
    }
  }

  @Test func theServersLimitsHold() async throws {
    try await withCutLine(adjust: { $0.statementTimeoutMilliseconds = 100 }) { _, connection, observer in
      do {
        _ = try await connection.query(.unprepared("SELECT pg_sleep(60)"))
        Issue.record("the statement was not stopped")
      } catch let error as PostgresError {
        #expect(error.sqlState == .queryCanceled)
        #expect(error.isRetriable)
      }
    }
  }

  @Test func aLockIsNotWaitedForLongerThanAllowed() async throws {
    try await withCutLine(adjust: { $0.lockTimeoutMilliseconds = 100 }) { _, connection, observer in
      try await observer.execute(script: "BEGIN; LOCK TABLE things IN ACCESS EXCLUSIVE MODE")
      do {
        _ = try await things(connection)
        Issue.record("the lock was not respected")
      } catch let error as PostgresError {
        #expect(error.sqlState == .lockNotAvailable)
      }
      try await observer.execute(script: "ROLLBACK")
      #expect(try await things(connection) == 0)
    }
  }

  @Test func cancellingTheTaskStopsTheServerAndRollsBack() async throws {
    try await withCutLine { _, connection, observer in
      let pid = try await backend(connection)
      let task = Task {
        try await connection.transaction { transaction in
          try transaction.execute(insert, [.int64(1)])
          _ = try transaction.query(.unprepared("SELECT pg_sleep(60)"))
        }
      }
      let isSleeping = Statement(
        "is_sleeping", "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'")
      #expect(try await eventually { try await observer.query(isSleeping, [.int32(pid)]).onlyRow().int64(0) == 1 })
      task.cancel()
      await #expect(throws: PostgresError.cancelled) { try await task.value }
      #expect(try await things(observer) == 0)
      #expect(try await things(connection) == 0, "the connection is fit for use")
    }
  }

  @Test func aServerThatDoesNotStopInTimeCostsTheConnection() async throws {
    try await withCutLine(adjust: { $0.stopGraceMilliseconds = 100 }) { relay, connection, observer in
      let pid = try await backend(connection)
      relay.resetRoundTrips()
      let task = Task {
        try await connection.transaction { transaction in
          try transaction.execute(insert, [.int64(1)])
          relay.swallow(true)
          _ = try transaction.query(.unprepared("SELECT pg_sleep(60)"))
        }
      }
      #expect(await eventually { relay.roundTrips == 2 })
      task.cancel()
      await #expect(throws: PostgresError.cancelled) { try await task.value }
      relay.swallow(false)
      await #expect(throws: PostgresError.connectionLost) { try await things(connection) }
      await connection.close()
      let backends = Statement("backends", "SELECT count(*) FROM pg_stat_activity WHERE pid = $1")
      #expect(try await eventually { try await observer.query(backends, [.int32(pid)]).onlyRow().int64(0) == 0 })
      #expect(try await things(observer) == 0)
    }
  }

  @Test func aCancelledTaskDoesNotEvenBegin() async throws {
    try await withCutLine { relay, connection, _ in
      relay.resetRoundTrips()
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        _ = try await connection.query(insert, [.int64(1)])
      }
      await #expect(throws: PostgresError.cancelled) { try await task.value }
      #expect(relay.roundTrips == 0)
    }
  }
}

@Suite struct ConnectTests {
  @Test func nobodyAtTheAddressIsUnavailable() async throws {
    let configuration = try PostgresConfiguration(url: "postgresql://postgres@/nothing?host=/tmp/gl-nobody-here")
    await #expect(throws: PostgresError.unavailable(nil)) { try await PostgresConnection.connect(configuration) }
  }

  @Test func anUnknownDatabaseIsNamedByItsCode() async throws {
    let configuration = try await TestPostgres.shared.administration.database("no_such_database")
    await #expect(throws: PostgresError.unavailable(.unknownDatabase)) {
      try await PostgresConnection.connect(configuration)
    }
  }

  @Test func anUnreadableUrlIsRefusedWithoutQuotingIt() throws {
    do {
      _ = try PostgresConfiguration(url: "postgresql://user:s3cret@host/db?nonsense=1")
      Issue.record("the URL was taken")
    } catch {
      #expect(!"\(error)".contains("s3cret"))
    }
  }

  @Test func theDescriptionHidesThePassword() throws {
    let configuration = try PostgresConfiguration(url: "postgresql://user:s3cret@db.example:5433/grid")
    #expect("\(configuration)" == "PostgreSQL at db.example:5433/grid")
    #expect(!String(reflecting: configuration).contains("s3cret"))
    #expect(Mirror(reflecting: configuration).children.allSatisfy { !"\($0.value)".contains("s3cret") })
  }

  @Test func theSessionHasTheSettingsOfTheConfiguration() async throws {
    let plain = try await TestPostgres.shared.database(named: "settings")
    let administrator = try await PostgresConnection.connect(plain)
    try await administrator.execute(script: "CREATE SCHEMA \"odd name\"; CREATE TABLE \"odd name\".things (id int8)")
    var configuration = plain
    configuration.searchPath = ["odd name", "public"]
    configuration.lockTimeoutMilliseconds = 1_234
    configuration.role = "pg_monitor"
    configuration.applicationName = "settings test"
    let connection = try await PostgresConnection.connect(configuration)
    let row = try await connection.query(
      .unprepared(
        """
        SELECT current_setting('lock_timeout'), current_setting('search_path'), current_user::text,
          current_setting('application_name'), current_setting('TimeZone'),
          current_setting('client_connection_check_interval')
        """)
    ).onlyRow()
    #expect(
      try (0..<6).map(row.text)
        == ["1234ms", "\"odd name\",public", "pg_monitor", "settings test", "UTC", "1s"].enumerated().map {
          $0.offset == 1 ? "\"odd name\",\"public\"" : $0.element
        })
    await connection.close()
    await #expect(throws: PostgresError.closed) { try await connection.query(.unprepared("SELECT 1")) }
  }
}
