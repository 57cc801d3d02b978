import Cryptography
public import PostgresClient

/// Brings a database to this version's schema.
public struct Migrator: Sendable {
  /// What a migration run did.
  public struct Outcome: Sendable {
    public let applied: [String]
    public let current: String
  }

  /// How long a run waits for another one to end.
  public static let maxWaitMilliseconds: Int64 = 120_000
  /// How long one migration may work.
  public static let maxMigrationMilliseconds: Int64 = 600_000

  private let configuration: PostgresConfiguration
  private let migrations: [Migration]

  /// - Parameters:
  ///   - configuration: of the owner of the schema.
  ///   - migrations: those of the version whose schema it is to be.
  public init(configuration: PostgresConfiguration, migrations: [Migration] = Migration.all) {
    self.configuration = configuration
    self.migrations = migrations
  }

  /// Applies what is missing, each migration in a transaction of its own, under an advisory lock: of two runs at once
  /// the second waits and finds nothing to do. Throws ``SchemaFault`` when the database has a migration that differs
  /// from this version's, or one that this version does not know.
  public func migrate() async throws -> Outcome {
    var patient = configuration
    patient.operationTimeoutMilliseconds = Self.maxMigrationMilliseconds
    patient.statementTimeoutMilliseconds = Int(Self.maxMigrationMilliseconds)
    let connection = try await PostgresConnection.connect(patient)
    do {
      let outcome = try await migrate(on: connection)
      await connection.close()
      return outcome
    } catch {
      await connection.close()
      throw error
    }
  }

  private static let lock = "SELECT pg_advisory_lock(7235939401)"
  private static let unlock = "SELECT pg_advisory_unlock(7235939401)"

  private func migrate(on connection: PostgresConnection) async throws -> Outcome {
    // The wait for another run is long; that for the tables of running services is short, so as not to hold them up.
    try await connection.execute(
      script: """
        SET lock_timeout = \(Self.maxWaitMilliseconds);
        \(Self.lock);
        SET lock_timeout = \(configuration.lockTimeoutMilliseconds);
        """)
    try await connection.execute(
      script: """
        CREATE TABLE IF NOT EXISTS schema_migrations (
          name text COLLATE "C" PRIMARY KEY, sha256 bytea NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
        """)
    let rows = try await connection.query(
      .unprepared("SELECT name, sha256 FROM schema_migrations ORDER BY name"), [])
    let known = try SchemaState(rows: rows)
    try known.check(against: migrations)
    var applied: [String] = []
    for migration in migrations where known.digests[migration.name] == nil {
      let digest = Hexadecimal.encode(SHA256.digest(of: migration.text))
      try await connection.execute(
        script: """
          BEGIN;
          \(migration.text)
          INSERT INTO schema_migrations (name, sha256) VALUES ('\(migration.name)', '\\x\(digest)');
          COMMIT;
          """)
      applied.append(migration.name)
    }
    try await connection.execute(script: Self.unlock)
    return Outcome(applied: applied, current: migrations.last?.name ?? "")
  }

  /// Throws ``SchemaFault`` unless the database has exactly this version's schema; what each service asks at its start.
  public static func check(_ pool: PostgresPool) async throws {
    let rows: PostgresRows
    do {
      rows = try await pool.query(.unprepared("SELECT name, sha256 FROM schema_migrations ORDER BY name"), [])
    } catch let error as PostgresError where error.sqlState == .undefinedTable {
      throw SchemaFault.notMigrated
    }
    let known = try SchemaState(rows: rows)
    try known.check(against: Migration.all)
    for migration in Migration.all where known.digests[migration.name] == nil {
      throw SchemaFault.missing(migration.name)
    }
  }
}

private struct SchemaState {
  var digests: [String: [UInt8]] = [:]

  init(rows: PostgresRows) throws {
    for row in rows { digests[try row.text(0)] = try row.bytes(1) }
  }

  func check(against migrations: [Migration]) throws(SchemaFault) {
    let names = Set(migrations.map(\.name))
    if let unknown = digests.keys.sorted().first(where: { !names.contains($0) }) { throw .unknown(unknown) }
    for migration in migrations {
      if let digest = digests[migration.name], digest != SHA256.digest(of: migration.text) {
        throw .changed(migration.name)
      }
    }
  }
}

/// Why a database's schema is not this version's.
public enum SchemaFault: Error, Sendable, Hashable, CustomStringConvertible {
  case notMigrated
  case missing(String)
  case unknown(String)
  case changed(String)

  public var description: String {
    switch self {
    case .notMigrated: "the database has no schema yet: run `gridctl migrate`"
    case .missing(let name): "the database lacks migration \(name): run `gridctl migrate`"
    case .unknown(let name): "the database has migration \(name), which this version does not know: update the services"
    case .changed(let name): "migration \(name) in the database differs from this version's: they are never edited"
    }
  }
}
