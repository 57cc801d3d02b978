import Journal
import Platform
import PostgresClient

/// How many events a second the database itself can append: the same function with the same sizes, driven from inside
/// PostgreSQL in a schema of its own, with a commit for each batch. No client, network or service is in it.
struct PostgresCeiling {
  static let schema = "gridloop_bench"
  static let batchEvents = 200
  /// As the live journal has them on average: bytes of an event's body and of a case's snapshot.
  static let bodyBytes = 260
  static let snapshotBytes = 520
  static let seconds = 3.0
  /// Single commits to measure what one costs.
  static let commits = 300

  struct Result: Sendable {
    let eventsPerSecond: Double
    let commitMicroseconds: Int64
  }

  let configuration: PostgresConfiguration

  func measure() async throws -> Result {
    var scratch = configuration
    scratch.searchPath = [Self.schema]
    scratch.statementTimeoutMilliseconds = 60_000
    scratch.operationTimeoutMilliseconds = 60_000
    return try await Stack.withPool(scratch) { pool in
      try await prepare(pool)
      do {
        let result = Result(eventsPerSecond: try await append(pool), commitMicroseconds: try await commit(pool))
        try await drop(pool)
        return result
      } catch {
        try? await drop(pool)
        throw error
      }
    }
  }

  private func drop(_ pool: PostgresPool) async throws {
    try await pool.execute(script: "DROP SCHEMA IF EXISTS \(Self.schema) CASCADE")
  }

  private func prepare(_ pool: PostgresPool) async throws {
    guard let journal = Migration.all.first else { throw Refusal("no_schema", "there is no migration") }
    try await drop(pool)
    try await pool.execute(
      script: """
        CREATE SCHEMA \(Self.schema);
        \(journal.text)
        INSERT INTO journal_head (district) VALUES ('bench');
        CREATE TABLE run (seconds double precision NOT NULL, events bigint NOT NULL);
        CREATE TABLE single (number bigint PRIMARY KEY);
        """)
  }

  /// New cases with a `filed` event, then the same cases with a `dispatched` one: what each report costs the journal.
  private func append(_ pool: PostgresPool) async throws -> Double {
    try await pool.execute(script: Self.driver, timeoutMilliseconds: 60_000)
    let row = try await pool.query(.unprepared("SELECT events / seconds FROM run")).onlyRow()
    return try row.double(0)
  }

  private static let driver = """
    DO $bench$
    DECLARE
      n int := \(batchEvents);
      body bytea := decode(repeat('5a', \(bodyBytes)), 'hex');
      snapshot bytea := decode(repeat('5a', \(snapshotBytes)), 'hex');
      began timestamptz := clock_timestamp();
      total bigint := 0;
      first bigint;
      t timestamptz;
      moments timestamptz[];
      nothing timestamptz[] := array_fill(NULL::timestamptz, ARRAY[n]);
      ones int[] := array_fill(1, ARRAY[n]);
      places int[] := (SELECT array_agg(i) FROM generate_series(1, n) AS i);
    BEGIN
      WHILE clock_timestamp() < began + interval '\(seconds) seconds' LOOP
        t := clock_timestamp();
        moments := array_fill(t, ARRAY[n]);
        SELECT a.first_case INTO first FROM journal_append('bench', t,
          array_fill(0::bigint, ARRAY[n]), array_fill(0::bigint, ARRAY[n]), array_fill(1::bigint, ARRAY[n]),
          array_fill('filed'::text, ARRAY[n]), array_fill('440306001001001'::text, ARRAY[n]),
          array_fill('440306/440306001/440306001001/440306001001001/'::text, ARRAY[n]),
          array_fill('E0102'::text, ARRAY[n]), array_fill('officer'::text, ARRAY[n]),
          array_fill('normal'::text, ARRAY[n]), array_fill('source:bench'::text, ARRAY[n]),
          array_fill(NULL::text, ARRAY[n]), ones, moments, ones, array_fill(22.5::float8, ARRAY[n]),
          array_fill(113.8::float8, ARRAY[n]), nothing, nothing, nothing, nothing, nothing, moments, ones,
          array_fill(snapshot, ARRAY[n]), places, array_fill('filed'::text, ARRAY[n]),
          array_fill('source:bench'::text, ARRAY[n]), array_fill(body, ARRAY[n])) AS a;
        COMMIT;
        PERFORM journal_append('bench', t,
          (SELECT array_agg(first + i - 1) FROM generate_series(1, n) AS i), array_fill(1::bigint, ARRAY[n]),
          array_fill(2::bigint, ARRAY[n]), array_fill('dispatched'::text, ARRAY[n]),
          array_fill('440306001001001'::text, ARRAY[n]),
          array_fill('440306/440306001/440306001001/440306001001001/'::text, ARRAY[n]),
          array_fill('E0102'::text, ARRAY[n]), array_fill('officer'::text, ARRAY[n]),
          array_fill('normal'::text, ARRAY[n]), array_fill('source:bench'::text, ARRAY[n]),
          array_fill('CGJ'::text, ARRAY[n]), ones, moments, ones, array_fill(22.5::float8, ARRAY[n]),
          array_fill(113.8::float8, ARRAY[n]), moments, moments, moments, nothing, nothing, moments, ones,
          array_fill(snapshot, ARRAY[n]), places, array_fill('dispatched'::text, ARRAY[n]),
          array_fill('service:dispatcher'::text, ARRAY[n]), array_fill(body, ARRAY[n]));
        COMMIT;
        total := total + 2 * n;
      END LOOP;
      INSERT INTO run VALUES (extract(epoch FROM clock_timestamp() - began), total);
    END $bench$
    """

  private static let single = Statement("gridctl_bench_single", "INSERT INTO single VALUES ($1)")

  /// The median of single commits, in microseconds: what no acknowledgement can be quicker than.
  private func commit(_ pool: PostgresPool) async throws -> Int64 {
    var times: [Int64] = []
    for number in 0..<Int64(Self.commits) {
      let stopwatch = Stopwatch()
      try await pool.execute(Self.single, [.int64(number)])
      times.append(stopwatch.elapsedMicroseconds)
    }
    return times.sorted()[times.count / 2]
  }
}
