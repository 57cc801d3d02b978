import PostgresClient
import TestSupport
import Testing

/// Random values of each type, with the awkward ones over-represented.
private struct Values {
  var random: SeededRandom

  mutating func one<Value>(_ awkward: [Value], _ any: (inout SeededRandom) -> Value) -> Value {
    Bool.random(using: &random) ? awkward.randomElement(using: &random)! : any(&random)
  }

  mutating func list<Value>(_ make: (inout Values) -> Value) -> [Value] {
    (0..<Int.random(in: 0...40, using: &random)).map { _ in make(&self) }
  }

  mutating func optional<Value>(_ make: (inout Values) -> Value) -> Value? {
    Int.random(in: 0..<4, using: &random) == 0 ? nil : make(&self)
  }

  mutating func bool() -> Bool { Bool.random(using: &random) }
  mutating func int16() -> Int16 { one([0, -1, .min, .max]) { .random(in: .min ... .max, using: &$0) } }
  mutating func int32() -> Int32 { one([0, -1, .min, .max]) { .random(in: .min ... .max, using: &$0) } }
  mutating func int64() -> Int64 { one([0, -1, .min, .max]) { .random(in: .min ... .max, using: &$0) } }

  mutating func double() -> Double {
    one([0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]) {
      Double.random(in: -1e9...1e9, using: &$0)
    }
  }

  mutating func text() -> String {
    one(["", "宝安区新安街道", "a\"b\\c,{}'", "NULL", "é🚧\n\t", String(repeating: "网格", count: 900)]) { random in
      String(
        (0..<Int.random(in: 0...60, using: &random)).map { _ in "abcdefghij 0123456789".randomElement(using: &random)! }
      )
    }
  }

  mutating func bytes() -> [UInt8] {
    one([[], [0], [255, 0, 255], Array(repeating: 7, count: 5_000)]) { random in
      (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: 0...255, using: &random) }
    }
  }

  mutating func timestamp() -> PostgresTimestamp {
    one([
      .init(microseconds: 0), .init(microseconds: -1), .init(microseconds: 946_684_800_000_000), .infinity,
      .minusInfinity,
    ]) {
      .init(microseconds: .random(in: -60_000_000_000_000_000...9_000_000_000_000_000_000, using: &$0))
    }
  }
}

private let rounds = 60

@Suite struct RoundTripTests {
  @Test func scalarsComeBackAsTheyWent() async throws {
    let random = SeededRandom.announced("scalar round trips")
    let statement = Statement(
      "scalars",
      "SELECT $1::bool, $2::int2, $3::int4, $4::int8, $5::float8, $6::text, $7::bytea, $8::timestamptz, $9::text")
    try await withPool { pool in
      var values = Values(random: random)
      for _ in 0..<rounds {
        let (bool, int16, int32) = (
          values.optional { $0.bool() }, values.optional { $0.int16() }, values.optional { $0.int32() }
        )
        let (int64, double, text) = (
          values.optional { $0.int64() }, values.optional { $0.double() }, values.optional { $0.text() }
        )
        let (bytes, time) = (values.optional { $0.bytes() }, values.optional { $0.timestamp() })
        let row = try await pool.query(
          statement,
          [
            .bool(bool), .int16(int16), .int32(int32), .int64(int64), .double(double), .text(text), .bytes(bytes),
            .timestamp(time), .utf8(text.map { Array($0.utf8) }),
          ]
        ).onlyRow()
        #expect(try row.boolOrNil(0) == bool, "seed \(random.seed)")
        #expect(try row.int16OrNil(1) == int16, "seed \(random.seed)")
        #expect(try row.int32OrNil(2) == int32, "seed \(random.seed)")
        #expect(try row.int64OrNil(3) == int64, "seed \(random.seed)")
        #expect(try row.doubleOrNil(4) == double, "seed \(random.seed)")
        #expect(try row.textOrNil(5) == text, "seed \(random.seed)")
        #expect(try row.bytesOrNil(6) == bytes, "seed \(random.seed)")
        #expect(try row.timestampOrNil(7) == time, "seed \(random.seed)")
        #expect(try row.textOrNil(8) == text, "seed \(random.seed)")
      }
    }
  }

  @Test func arraysComeBackAsTheyWent() async throws {
    let random = SeededRandom.announced("array round trips")
    let statement = Statement(
      "arrays",
      """
      SELECT $1::bool[], $2::int2[], $3::int4[], $4::int8[], $5::float8[], $6::text[], $7::bytea[], $8::timestamptz[],
        $9::text[]
      """)
    try await withPool { pool in
      var values = Values(random: random)
      for _ in 0..<rounds {
        let (bools, int16s, int32s) = (
          values.list { $0.bool() }, values.list { $0.int16() }, values.list { $0.int32() }
        )
        let (int64s, doubles, texts) = (
          values.list { $0.int64() }, values.list { $0.double() }, values.list { $0.text() }
        )
        let (blobs, times) = (values.list { $0.bytes() }, values.list { $0.timestamp() })
        let row = try await pool.query(
          statement,
          [
            .bools(bools), .int16s(int16s), .int32s(int32s), .int64s(int64s), .doubles(doubles), .texts(texts),
            .bytesArray(blobs), .timestamps(times), .utf8s(texts.map { Array($0.utf8) }),
          ]
        ).onlyRow()
        #expect(try row.bools(0) == bools, "seed \(random.seed)")
        #expect(try row.int16s(1) == int16s, "seed \(random.seed)")
        #expect(try row.int32s(2) == int32s, "seed \(random.seed)")
        #expect(try row.int64s(3) == int64s, "seed \(random.seed)")
        #expect(try row.doubles(4) == doubles, "seed \(random.seed)")
        #expect(try row.texts(5) == texts, "seed \(random.seed)")
        #expect(try row.bytesArray(6) == blobs, "seed \(random.seed)")
        #expect(try row.timestamps(7) == times, "seed \(random.seed)")
        #expect(try row.texts(8) == texts, "seed \(random.seed)")
      }
    }
  }

  @Test func arraysWithNullsComeBackAsTheyWent() async throws {
    let random = SeededRandom.announced("array round trips with NULLs")
    let statement = Statement(
      "nullable_arrays",
      """
      SELECT $1::bool[], $2::int2[], $3::int4[], $4::int8[], $5::float8[], $6::text[], $7::bytea[], $8::timestamptz[],
        $9::text[]
      """)
    try await withPool { pool in
      var values = Values(random: random)
      for _ in 0..<rounds {
        let bools = values.list { $0.optional { $0.bool() } }
        let int16s = values.list { $0.optional { $0.int16() } }
        let int32s = values.list { $0.optional { $0.int32() } }
        let int64s = values.list { $0.optional { $0.int64() } }
        let doubles = values.list { $0.optional { $0.double() } }
        let texts = values.list { $0.optional { $0.text() } }
        let blobs = values.list { $0.optional { $0.bytes() } }
        let times = values.list { $0.optional { $0.timestamp() } }
        let row = try await pool.query(
          statement,
          [
            .bools(bools), .int16s(int16s), .int32s(int32s), .int64s(int64s), .doubles(doubles), .texts(texts),
            .bytesArray(blobs), .timestamps(times), .utf8s(texts.map { $0.map { Array($0.utf8) } }),
          ]
        ).onlyRow()
        #expect(try row.boolsOrNils(0) == bools, "seed \(random.seed)")
        #expect(try row.int16sOrNils(1) == int16s, "seed \(random.seed)")
        #expect(try row.int32sOrNils(2) == int32s, "seed \(random.seed)")
        #expect(try row.int64sOrNils(3) == int64s, "seed \(random.seed)")
        #expect(try row.doublesOrNils(4) == doubles, "seed \(random.seed)")
        #expect(try row.textsOrNils(5) == texts, "seed \(random.seed)")
        #expect(try row.bytesArrayOrNils(6) == blobs, "seed \(random.seed)")
        #expect(try row.timestampsOrNils(7) == times, "seed \(random.seed)")
        #expect(try row.textsOrNils(8) == texts, "seed \(random.seed)")
      }
    }
  }

  @Test func theServerReadsTheValuesAsWeDo() async throws {
    try await withPool { pool in
      let row = try await pool.query(
        Statement(
          "server_view",
          """
          SELECT $1::timestamptz = '2024-05-06 12:53:20+00', $2::int8[] = '{1,NULL,-3}', $3::text[] = '{"a,b",NULL,""}',
            $4::bytea[] = '{"\\\\x00ff",NULL}', $5::bool[] = '{t,NULL,f}', $6::timestamptz[] = '{infinity,-infinity}',
            '2024-05-06 12:53:20+00'::timestamptz
          """),
        [
          .timestamp(microseconds: 1_715_000_000_000_000), .int64s([1, nil, -3]), .texts(["a,b", nil, ""]),
          .bytesArray([[0, 255], nil]), .bools([true, nil, false]), .timestamps([.infinity, .minusInfinity]),
        ]
      ).onlyRow()
      for column in 0..<6 { #expect(try row.bool(column), "column \(column)") }
      #expect(try row.timestamp(6).microseconds == 1_715_000_000_000_000)
    }
  }

  @Test func anArrayIsBuiltElementByElementAndUsedAgain() async throws {
    let statement = Statement("built", "SELECT cardinality($1), $1, cardinality($2), $2")
    try await withPool { pool in
      var numbers = PostgresArray(of: .int8)
      var texts = PostgresArray(of: .text, reservingBytes: 64)
      for batch in [[1, 2, 3], [], [4]] as [[Int64]] {
        numbers.removeAll()
        texts.removeAll()
        for number in batch {
          numbers.append(number)
          texts.append("n\(number)")
        }
        texts.appendNull()
        let row = try await pool.query(statement, [.array(numbers), .array(texts)]).onlyRow()
        #expect(try row.int32(0) == Int32(batch.count))
        #expect(try row.int64s(1) == batch)
        #expect(try row.textsOrNils(3) == batch.map { "n\($0)" } + [nil])
      }
    }
  }

  @Test func aBatchOfFiveHundredRowsOfFifteenColumnsArrives() async throws {
    let count = 500
    let columns = 15
    let names = (1...columns).map { "$\($0)::int8[]" }.joined(separator: ", ")
    let sum = (1...columns).map { "c\($0)" }.joined(separator: " + ")
    let aliases = (1...columns).map { "c\($0)" }.joined(separator: ", ")
    let statement = Statement("batch", "SELECT count(*), sum(\(sum))::int8 FROM unnest(\(names)) AS t(\(aliases))")
    let column = (0..<count).map(Int64.init)
    try await withPool { pool in
      let row = try await pool.query(statement, Array(repeating: .int64s(column), count: columns)).onlyRow()
      #expect(try row.int64(0) == Int64(count))
      #expect(try row.int64(1) == column.reduce(0, +) * Int64(columns))
    }
  }

  @Test func nullsOfEveryKindArriveAsNull() async throws {
    let types: [PostgresType] = [
      .bool, .int2, .int4, .int8, .float8, .text, .bytea, .timestamptz, .int8.array, .text.array,
    ]
    let list = (1...types.count).map { "$\($0) IS NULL" }.joined(separator: " AND ")
    try await withPool { pool in
      let row = try await pool.query(.unprepared("SELECT \(list)"), types.map { .null($0) }).onlyRow()
      #expect(try row.bool(0))
    }
  }
}
