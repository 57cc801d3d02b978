import PostgresClient
import TestSupport
import Testing

private struct Refusal: Error, Equatable {}

private let insert = Statement("insert_thing", "INSERT INTO things (id) VALUES ($1)")
private let count = Statement("count_things", "SELECT count(*) FROM things")

/// A pool on a database with an empty table `things`.
private func withThings<Result: Sendable>(_ body: (PostgresPool) async throws -> Result) async throws -> Result {
  try await withPool { pool in
    try await pool.execute(script: "CREATE TABLE things (id int8 CONSTRAINT things_key PRIMARY KEY CHECK (id < 100))")
    return try await body(pool)
  }
}

private func expectThings(
  _ expected: Int64, in pool: PostgresPool, location: SourceLocation = #_sourceLocation
) async throws {
  let stored = try await pool.query(count).onlyRow().int64(0)
  #expect(stored == expected, sourceLocation: location)
}

/// The error `body` throws, nil when it throws none or another kind.
private func postgresError(_ body: () async throws -> Void) async -> PostgresError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? PostgresError
  }
}

@Suite struct TransactionTests {
  @Test func whatTheBodyDidIsKeptWhenItReturns() async throws {
    try await withThings { pool in
      let seen = try await pool.transaction { transaction in
        try transaction.execute(insert, [.int64(1)])
        try transaction.execute(insert, [.int64(2)])
        return try transaction.query(count).onlyRow().int64(0)
      }
      #expect(seen == 2)
      try await expectThings(2, in: pool)
    }
  }

  @Test func nothingIsKeptWhenTheBodyThrows() async throws {
    try await withThings { pool in
      await #expect(throws: Refusal.self) {
        try await pool.transaction { transaction in
          try transaction.execute(insert, [.int64(1)])
          throw Refusal()
        }
      }
      try await expectThings(0, in: pool)
      #expect(pool.statistics.idle == 1, "the connection is fit for use after the rollback")
    }
  }

  @Test func aTransactionWithoutStatementsIsNone() async throws {
    try await withThings { pool in
      let seven = try await pool.transaction { _ in 7 }
      #expect(seven == 7)
    }
  }

  @Test func aViolatedConstraintIsNamed() async throws {
    try await withThings { pool in
      let error = await postgresError {
        try await pool.transaction { transaction in
          try transaction.execute(insert, [.int64(1)])
          try transaction.execute(insert, [.int64(1)])
        }
      }
      #expect(error?.sqlState == .uniqueViolation)
      #expect(error?.constraintName == "things_key")
      #expect(error?.isRetriable == false)
      #expect(
        error?.description
          == "PostgreSQL refused the statement insert_thing: unique_violation (23505), "
          + "constraint things_key, table things"
      )
      try await expectThings(0, in: pool)
    }
  }

  @Test func aBodyThatSwallowsAFailureCannotCommit() async throws {
    try await withThings { pool in
      let error = await postgresError {
        try await pool.transaction { transaction in
          try transaction.execute(insert, [.int64(1)])
          _ = try? transaction.execute(insert, [.int64(100)])
        }
      }
      #expect(error?.sqlState == .checkViolation)
      try await expectThings(0, in: pool)
    }
  }

  @Test func aStatementAfterAFailureIsRefused() async throws {
    try await withThings { pool in
      let error = await postgresError {
        try await pool.transaction { transaction in
          _ = try? transaction.execute(insert, [.int64(100)])
          try transaction.execute(insert, [.int64(1)])
        }
      }
      #expect(error == .transactionAborted)
    }
  }

  @Test func aSavepointConfinesAFailure() async throws {
    try await withThings { pool in
      try await pool.transaction { transaction in
        try transaction.execute(insert, [.int64(1)])
        for id in [Int64(1), 2] {
          do {
            try transaction.savepoint { _ = try transaction.execute(insert, [.int64(id)]) }
          } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            continue
          }
        }
      }
      try await expectThings(2, in: pool)
    }
  }

  @Test func aSnapshotSeesNothingNewAndChangesNothing() async throws {
    try await withThings { pool in
      let error = await postgresError {
        _ = try await pool.transaction(.readOnlySnapshot) { try $0.execute(insert, [.int64(1)]) }
      }
      #expect(error?.sqlState == SQLState("25006"))
    }
  }

  @Test func aPipelineOutsideATransactionIsAllOrNothing() async throws {
    try await withThings { pool in
      let error = await postgresError {
        _ = try await pool.pipeline([insert(.int64(1)), insert(.int64(2)), insert(.int64(1))])
      }
      #expect(error?.sqlState == .uniqueViolation)
      try await expectThings(0, in: pool)
      let rows = try await pool.pipeline([insert(.int64(1)), insert(.int64(2)), count()])
      #expect(rows.map(\.affectedRows) == [1, 1, 1])
      #expect(try rows[2].onlyRow().int64(0) == 2)
    }
  }

  @Test func aConstraintCheckedAtCommitRollsBack() async throws {
    try await withThings { pool in
      try await pool.execute(
        script: "CREATE TABLE parts (thing int8 REFERENCES things DEFERRABLE INITIALLY DEFERRED)")
      let part = Statement("insert_part", "INSERT INTO parts VALUES ($1)")
      let atCommit = await postgresError { _ = try await pool.transaction { try $0.execute(part, [.int64(1)]) } }
      #expect(atCommit?.sqlState == .foreignKeyViolation)
      let pipelined = await postgresError {
        _ = try await pool.transaction { try $0.finalQuery(part, [.int64(1)]) }
      }
      #expect(pipelined?.sqlState == .foreignKeyViolation)
      let alone = await postgresError { _ = try await pool.query(part, [.int64(1)]) }
      #expect(alone?.sqlState == .foreignKeyViolation)
      #expect(try await pool.query(.unprepared("SELECT count(*) FROM parts")).onlyRow().int64(0) == 0)
    }
  }

  @Test func ourOwnConditionsAreRecognised() async throws {
    try await withThings { pool in
      let error = await postgresError {
        try await pool.execute(script: "DO $$ BEGIN RAISE EXCEPTION 'head moved' USING ERRCODE = 'GL001'; END $$")
      }
      #expect(error?.sqlState?.isOwn == true)
      guard case .server(let refusal) = error else {
        Issue.record("expected a server's error")
        return
      }
      #expect(refusal.message == "head moved")
    }
  }

  @Test func errorsQuoteNeitherSqlNorValues() async throws {
    try await withThings { pool in
      let secret = "13800138000"
      let error = await postgresError {
        _ = try await pool.query(.unprepared("SELECT '\(secret)x'::int8 FROM things WHERE id = '\(secret)'"))
      }
      #expect(error != nil)
      #expect(error.map { "\($0)".contains(secret) } == false)
    }
  }

  @Test func aScriptThatFailsLeavesNothingAndTheConnectionUsable() async throws {
    try await withThings { pool in
      let error = await postgresError {
        try await pool.execute(script: "INSERT INTO things VALUES (1); INSERT INTO things VALUES (1)")
      }
      #expect(error?.sqlState == .uniqueViolation)
      try await expectThings(0, in: pool)
      #expect(pool.statistics.idle == 1)
    }
  }

  @Test func aTransactionLeftOpenIsNotInherited() async throws {
    try await withThings { pool in
      try await pool.withConnection { connection in
        try await connection.execute(script: "BEGIN; INSERT INTO things VALUES (1)")
      }
      #expect(pool.statistics.idle == 0)
      try await expectThings(0, in: pool)
    }
  }

  @Test func aStatementSurvivesAChangeOfItsTable() async throws {
    try await withThings { pool in
      let all = Statement("all_things", "SELECT * FROM things")
      _ = try await pool.query(all)
      try await pool.execute(script: "ALTER TABLE things ADD COLUMN name text")
      // The server refuses the old plan once; the retry prepares it anew.
      _ = await postgresError { _ = try await pool.query(all) }
      #expect(try await pool.query(all).columnCount == 2)
    }
  }

  @Test func oneStatementTakesParametersOfSeveralTypes() async throws {
    try await withThings { pool in
      let echo = Statement("echo", "SELECT $1::text")
      for (parameter, text) in [(PostgresParameter.text("a"), "a"), (.int64(5), "5"), (.text("b"), "b")] {
        let row = try await pool.query(echo, [parameter]).onlyRow()
        #expect(try row.text(0) == text)
      }
    }
  }
}
