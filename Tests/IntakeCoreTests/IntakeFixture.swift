import Casework
import Cryptography
import Domain
import GridNetwork
import Journal
import Logging
import MessageBus
import Operations
import Platform
import PostgresClient
import TestSupport
import WebAuth

@testable import IntakeCore

/// A database with a small network in it, and everything of the door but its socket.
struct IntakeFixture: Sendable {
  let pool: PostgresPool
  let configuration: PostgresConfiguration
  let policies: PolicyStore
  let network: LoadedNetwork
  let bus: LoopbackBus
  let clock: TestClock
  let registry: MetricsRegistry
  let metrics: IntakeMetrics
  let openCases: OpenCases
  let desk: FilingDesk
  let accounts: AccountStore

  static let district: UnitCode = "440306"
  static let logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

  static func make(
    _ name: String, server: TestPostgres? = nil, url: (PostgresConfiguration) throws -> PostgresConfiguration = { $0 }
  ) async throws -> IntakeFixture {
    let own: TestPostgres
    if let server { own = server } else { own = try await TestPostgres.shared }
    let direct = try await own.database(named: name)
    _ = try await Migrator(configuration: direct).migrate()
    let setup = try await PostgresConnection.connect(direct)
    let archive = ArchiveSource.pack(SmallNetwork.files)
    _ = try await setup.query(
      .unprepared(
        """
        INSERT INTO network_versions (district, version, name, archive, sha256, applied_by)
        VALUES ($1, 1, 'small', $2, $3, 'user:test')
        """), [.text(district.text), .bytes(archive), .bytes(SHA256.digest(of: archive))])
    _ = try await setup.query(
      .unprepared("INSERT INTO journal_head (district) VALUES ($1)"), [.text(district.text)])
    await setup.close()
    return try await IntakeFixture(try url(direct))
  }

  init(_ configuration: PostgresConfiguration, clock: TestClock = TestClock()) async throws {
    self.configuration = configuration
    self.clock = clock
    pool = PostgresPool(configuration, limits: PostgresPoolLimits(maxConnections: 6), logger: Self.logger)
    policies = PolicyStore(pool: pool, geometry: .index, logger: Self.logger)
    try await policies.refresh()
    guard let loaded = policies.current(Self.district) else { throw PolicyFault.noNetwork(Self.district) }
    network = loaded
    bus = LoopbackBus(network: LoopbackNetwork(), service: "intake", instance: "test")
    registry = MetricsRegistry()
    metrics = IntakeMetrics(registry)
    openCases = OpenCases(pool: pool, policies: policies, clock: clock, metrics: metrics)
    desk = FilingDesk(
      pool: pool, publisher: JournalPublisher(bus: bus), openCases: openCases, clock: clock, metrics: metrics,
      logger: Self.logger)
    accounts = AccountStore(pool: pool)
  }

  /// A sender's key of the district, unless it is to be of another unit.
  var source: Caller {
    Caller(
      name: "camera-1", kind: .key, role: .source, unit: Self.district, department: nil, district: Self.district)
  }

  /// A request as the door makes it; by default the same incident in the same place.
  func request(
    key: String? = nil, external: String? = nil, description: String = "bags on the road", at place: TestPlace = .first,
    category: String = "E0102", source: String = "officer", more: String = "", caller: Caller? = nil
  ) throws -> FilingRequest {
    var text = #"{"source":"\#(source)","category":"\#(category)","description":"\#(description)","#
    text += #""location":{"lat":\#(place.latitude),"lng":\#(place.longitude)}"#
    if let external { text += #","external_id":"\#(external)""# }
    text += more + "}"
    return try request(text, key: key, caller: caller)
  }

  func request(_ text: String, key: String? = nil, caller: Caller? = nil) throws -> FilingRequest {
    let intake = ReportIntake(policies: policies, clock: clock, metrics: metrics)
    return try Array(text.utf8).withUnsafeBytes { bytes in
      try intake.request(bytes, key: key, caller: caller ?? source, network: network)
    }
  }

  func file(_ request: FilingRequest) async throws -> FilingOutcome {
    try await desk.file(request, in: Self.district)
  }

  /// How many rows the tables have that a report can change.
  func counts() async throws -> [Int64] {
    let rows = try await pool.query(
      .unprepared(
        """
        SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM journal), (SELECT count(*) FROM reports),
          (SELECT last_seq FROM journal_head), (SELECT last_case FROM journal_head),
          (SELECT count(*) FROM attachments WHERE case_number IS NOT NULL)
        """))
    return try (0..<6).map { try rows[0].int64($0) }
  }
}

/// A place in the small network.
struct TestPlace: Sendable {
  let latitude: Double
  let longitude: Double

  /// In the south-western grid.
  static let first = TestPlace(latitude: 22.555, longitude: 113.905)

  /// So many metres further north.
  func north(_ metres: Double) -> TestPlace {
    TestPlace(latitude: latitude + metres / 111_195, longitude: longitude)
  }
}

/// A time that a test moves.
final class TestClock: WallClock, Sendable {
  private let now = Locked<Int64>(1_763_690_400_000_000)

  var microseconds: Int64 { now.withLock { $0 } }
  var instant: Instant { Instant(microseconds: microseconds) }
  func advance(seconds: Int64) { now.withLock { $0 += seconds * 1_000_000 } }
}
