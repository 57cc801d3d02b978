import PostgresClient
import TestSupport
import Testing

private func decodingReason(_ body: () throws -> Void) -> PostgresDecodingError.Reason? {
  do {
    try body()
    return nil
  } catch PostgresError.decoding(let error) {
    return error.reason
  } catch {
    return nil
  }
}

@Suite struct RowTests {
  @Test func wrongTypeNullAndMissingColumnAreTypedErrors() async throws {
    try await withPool { pool in
      let row = try await pool.query(.unprepared("SELECT 'a'::text, NULL::int8, 1::int8, '{1,NULL}'::int8[]")).onlyRow()
      #expect(decodingReason { _ = try row.int64(0) } == .type(25))
      #expect(decodingReason { _ = try row.int64(1) } == .null)
      #expect(decodingReason { _ = try row.int32(2) } == .type(20))
      #expect(decodingReason { _ = try row.int64(4) } == .noSuchColumn)
      #expect(decodingReason { _ = try row.int64(-1) } == .noSuchColumn)
      #expect(decodingReason { _ = try row.int64s(3) } == .null)
      #expect(decodingReason { _ = try row.texts(3) } == .type(1016))
      #expect(decodingReason { _ = try row.int64s(0) } == .type(25))
      #expect(decodingReason { _ = try row.int64s(1) } == .null)
      #expect(try row.int64OrNil(1) == nil)
      #expect(try row.isNull(1))
    }
  }

  @Test func aLongTextIsNotTakenForAnArray() async throws {
    try await withPool { pool in
      let row = try await pool.query(.unprepared("SELECT repeat(chr(1), 64), decode(repeat('00', 64), 'hex')"))
        .onlyRow()
      #expect(decodingReason { _ = try row.int64s(0) } == .type(25))
      #expect(decodingReason { _ = try row.texts(1) } == .type(17))
    }
  }

  @Test func integersAreReadWiderButNotNarrower() async throws {
    try await withPool { pool in
      let row = try await pool.query(.unprepared("SELECT (-5)::int2, 70000::int4, '{1,2}'::int2[]")).onlyRow()
      #expect(try row.int64(0) == -5)
      #expect(try row.int32(0) == -5)
      #expect(try row.int64(1) == 70_000)
      #expect(try row.int64s(2) == [1, 2])
      #expect(decodingReason { _ = try row.int16(1) } == .type(23))
    }
  }

  @Test func textsOfEveryKindAreRead() async throws {
    try await withPool { pool in
      try await pool.execute(script: "CREATE TYPE mood AS ENUM ('calm', 'cross')")
      let row = try await pool.query(
        .unprepared(
          """
          SELECT 'a'::varchar, 'b'::name, '{"x": 1}'::jsonb, '{"y":2}'::json, 'calm'::mood,
            '{calm,cross}'::mood[], '{p,q}'::varchar[]
          """)
      ).onlyRow()
      #expect(try (0..<5).map(row.text) == ["a", "b", "{\"x\": 1}", "{\"y\":2}", "calm"])
      #expect(try row.texts(5) == ["calm", "cross"])
      #expect(try row.texts(6) == ["p", "q"])
    }
  }

  @Test func rowsAreACollectionThatOutlivesItsConnection() async throws {
    let rows = try await withPool { pool in
      try await pool.query(.unprepared("SELECT n, 'row ' || n AS name FROM generate_series(1, 5) AS n"))
    }
    #expect(rows.count == 5)
    #expect(rows.columnCount == 2)
    #expect(rows.columnName(1) == "name")
    #expect(rows.affectedRows == 5)
    #expect(try rows.map { try $0.text(1) } == (1...5).map { "row \($0)" })
    #expect(decodingReason { _ = try rows.onlyRow() } == .rowCount(5))
  }

  @Test func affectedRowsAreCounted() async throws {
    try await withPool { pool in
      try await pool.execute(
        script: "CREATE TABLE things (id int8 PRIMARY KEY); INSERT INTO things SELECT generate_series(1, 9)")
      #expect(try await pool.execute(Statement("trim", "DELETE FROM things WHERE id > $1"), [.int64(4)]) == 5)
    }
  }
}
