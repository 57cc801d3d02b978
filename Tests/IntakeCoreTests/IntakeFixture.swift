import Casework
import CaseworkSupport
import Cryptography
import Domain
import GridNetwork
import Hummingbird
import Journal
import Logging
import MessageBus
import Operations
import Platform
import PostgresClient
import WebAuth
import Wire

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
  let suppressions: RunningSuppressions
  let desk: FilingDesk
  let accounts: AccountStore
  /// What people do to cases meanwhile, as the console does it.
  let commands: CommandDesk
  let router: Client
  /// Every route of the door, by method and path.
  let routes: [(method: String, path: String)]

  static let district: UnitCode = "440306"
  static let logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

  /// - Parameter through: how the door reaches its database, where that is not directly.
  static func make(
    _ name: String, files: [String: [UInt8]] = SmallNetwork.files, imageTool: String = "vips",
    through: (PostgresConfiguration) throws -> PostgresConfiguration = { $0 }
  ) async throws -> IntakeFixture {
    let base = try await CaseworkFixture.make(named: name, files: files)
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
    suppressions = RunningSuppressions(pool: pool, policies: policies, clock: clock, logger: Self.logger)
    desk = FilingDesk(
      pool: pool, publisher: publisher, openCases: openCases, suppressions: suppressions, clock: clock,
      metrics: metrics, logger: Self.logger)
    accounts = AccountStore(pool: pool)
    commands = CommandDesk(pool: pool, policies: policies, publisher: publisher, clock: clock)
    let intake = ReportIntake(policies: policies, clock: clock, metrics: metrics)
    let attachments = AttachmentIntake(
      pool: pool, cleaner: ImageCleaner(program: imageTool), clock: clock, metrics: metrics)
    let authenticator = Authenticator(store: accounts, hasher: PasswordHasher())
    let routes = IntakeRouter(
      reports: ReportRoute(intake: intake, desk: desk, metrics: metrics),
      sentReports: SentReportRoute(intake: intake, pool: pool),
      locate: LocateRoute(intake: intake),
      bulk: BulkRoute(intake: intake, desk: desk, metrics: metrics),
      attachments: AttachmentRoute(intake: intake, attachments: attachments),
      open311: Open311Door(
        intake: intake, desk: desk, attachments: attachments, authenticator: authenticator, policies: policies,
        pool: pool, clock: clock, metrics: metrics),
      authenticator: authenticator)
    let door = routes.router(door: DoorMiddleware(metrics: DoorMetrics(registry), logger: Self.logger))
    self.routes = door.routes.map { ("\($0.method)", $0.path.description) }
    router = Client(door)
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
      try intake.request(bytes, key: key, sender: intake.sender(caller ?? source))
    }
  }

  func file(_ request: FilingRequest) async throws -> FilingOutcome {
    try await desk.file(request)
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
  /// A person's command on a case.
  @discardableResult
  func perform(_ command: CaseCommand, on id: CaseID, by actor: Actor) async throws -> LoadedCase {
    try await commands.perform(CommandRequest(id: id, command: command, actor: actor, expectedVersion: nil))
  }

  static let dispatcher = Actor(kind: .user, name: "wu", role: .dispatcher, unit: district)
  static let officer = Actor(kind: .user, name: "wang", role: .officer, unit: district)
  static let handler = Actor(kind: .user, name: "zhao", role: .handler, unit: district, department: "CGJ")

  /// From filed to signed by its department.
  func dispatchAndSign(_ id: CaseID) async throws {
    try await perform(.dispatch(lead: "CGJ", assists: [], note: ""), on: id, by: Self.dispatcher)
    try await perform(.sign, on: id, by: Self.handler)
  }

  /// From signed to closed.
  func handleAndClose(_ id: CaseID, result: String = "removed") async throws {
    try await perform(.handle(result: result), on: id, by: Self.handler)
    try await perform(.verify(passed: true, note: ""), on: id, by: Self.officer)
  }

  /// The case as its row has it.
  func load(_ id: CaseID) async throws -> Case {
    let row = try await pool.query(
      .unprepared("SELECT snapshot FROM cases WHERE district = $1 AND number = $2"),
      [.text(id.district.text), .int64(id.number)]
    ).onlyRow()
    return try CaseCoding.decode(try row.bytes(0))
  }

  /// The reports of a case, oldest first, as `source submitter`.
  func reports(of id: CaseID) async throws -> [String] {
    try await pool.query(
      .unprepared(
        "SELECT source, submitter FROM reports WHERE district = $1 AND case_number = $2 ORDER BY part"),
      [.text(id.district.text), .int64(id.number)]
    ).map { "\(try $0.text(0)) \(try $0.text(1))" }
  }

  /// The header of a fresh key.
  func key(
    name: String = "camera-1", role: Role = .source, unit: UnitCode = IntakeFixture.district, source: String? = nil,
    district: UnitCode = IntakeFixture.district, reportsPerMinute: Int32? = nil
  ) async throws -> String {
    let key = try await accounts.createKey(
      district: district, name: name, role: role, unit: unit, source: source,
      reportsPerMinute: reportsPerMinute, at: Instant(microseconds: clock.microseconds))
    return "ApiKey " + key.text
  }
}
