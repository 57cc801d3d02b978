import Casework
import CaseworkSupport
import Cryptography
import Domain
import GridNetwork
import Journal
import Logging
import MessageBus
import Operations
import Platform
import PostgresClient
import WebAuth

@testable import IntakeCore

/// A database with a small network in it, and everything of the door but its socket.
struct IntakeFixture: Sendable {
  let configuration: PostgresConfiguration
  let pool: PostgresPool
  let policies: PolicyStore
  let clock: ManualClock
  let network: LoadedNetwork
  let bus: LoopbackBus
  let metrics: IntakeMetrics
  let openCases: OpenCases
  let desk: FilingDesk
  let accounts: AccountStore
  let router: Client

  static let district: UnitCode = "440306"
  static let logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

  /// - Parameter through: how the door reaches its database, where that is not directly.
  static func make(
    _ name: String, imageTool: String = "vips",
    through: (PostgresConfiguration) throws -> PostgresConfiguration = { $0 }
  ) async throws -> IntakeFixture {
    let base = try await CaseworkFixture.make(named: name, files: SmallNetwork.files)
    await base.close()
    return try await IntakeFixture(try through(base.configuration), clock: base.clock, imageTool: imageTool)
  }

  /// One copy of the service.
  init(_ configuration: PostgresConfiguration, clock: ManualClock, imageTool: String = "vips") async throws {
    self.configuration = configuration
    self.clock = clock
    pool = PostgresPool(configuration, limits: PostgresPoolLimits(maxConnections: 6), logger: Self.logger)
    policies = PolicyStore(pool: pool, geometry: .index, logger: Self.logger)
    try await policies.refresh()
    guard let loaded = policies.current(Self.district) else { throw PolicyFault.noNetwork(Self.district) }
    network = loaded
    bus = LoopbackBus(network: LoopbackNetwork(), service: "intake", instance: "test")
    let registry = MetricsRegistry()
    metrics = IntakeMetrics(registry)
    openCases = OpenCases(pool: pool, policies: policies, clock: clock, metrics: metrics)
    let publisher = JournalPublisher(bus: bus)
    desk = FilingDesk(
      pool: pool, publisher: publisher, openCases: openCases, clock: clock, metrics: metrics, logger: Self.logger)
    accounts = AccountStore(pool: pool)
    let intake = ReportIntake(policies: policies, clock: clock, metrics: metrics)
    let attachments = AttachmentIntake(
      pool: pool, cleaner: ImageCleaner(program: imageTool), clock: clock, metrics: metrics)
    let authenticator = Authenticator(store: accounts, hasher: PasswordHasher())
    let routes = IntakeRouter(
      reports: ReportRoute(intake: intake, desk: desk, metrics: metrics),
      bulk: BulkRoute(intake: intake, desk: desk, metrics: metrics),
      attachments: AttachmentRoute(intake: intake, attachments: attachments),
      open311: Open311Door(
        intake: intake, desk: desk, attachments: attachments, authenticator: authenticator, policies: policies,
        pool: pool, clock: clock, metrics: metrics),
      authenticator: authenticator)
    router = Client(
      routes.router(door: DoorMiddleware(metrics: DoorMetrics(registry), logger: Self.logger)))
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

extension IntakeFixture {
  /// The header of a fresh key.
  func key(
    name: String = "camera-1", role: Role = .source, unit: UnitCode = IntakeFixture.district, source: String? = nil
  ) async throws -> String {
    let key = try await accounts.createKey(
      district: Self.district, name: name, role: role, unit: unit, source: source,
      at: Instant(microseconds: clock.microseconds))
    return "ApiKey " + key.text
  }
}
