import Casework
import Cryptography
import GridNetwork
import Journal
public import Operations
public import ServiceLifecycle
import WebAuth

/// The door for reports.
public enum IntakeService {
  public static let name = "intake"
  public static let summary = "the door for reports: validates, places, recognises repeats, commits"

  static let port = SettingKey(
    "GRIDLOOP_INTAKE_PORT", default: 8_081, range: 0...65_535, help: "port of the HTTP door; 0 takes any free")

  static let imageTool = SettingKey(
    "GRIDLOOP_INTAKE_VIPS", default: "vips", help: "name or path of libvips's vips, which cleans attached images")

  static let maxUnboundHours = SettingKey(
    "GRIDLOOP_INTAKE_UNBOUND_HOURS", default: 48, range: 1...8_760,
    help: "hours after which an image is removed that no report has named")

  /// The service's own settings.
  public static let keys: [any AnySettingKey] = [port, imageTool, maxUnboundHours] + DoorKeys.all

  /// The service's parts. The policies are read, and the open cases are known, before the door opens.
  @Sendable public static func services(_ context: ServiceContext) async throws -> [any Service] {
    let policies = PolicyStore(pool: context.database, geometry: .index, logger: context.logger)
    try await policies.refresh()
    let metrics = IntakeMetrics(context.metrics)
    let publisher = JournalPublisher(bus: context.bus)
    let openCases = OpenCases(pool: context.database, policies: policies, clock: context.clock, metrics: metrics)
    for district in policies.districts { _ = try await openCases.position(district) }
    let suppressions = RunningSuppressions(
      pool: context.database, policies: policies, clock: context.clock, logger: context.logger)
    try await suppressions.refresh()
    let desk = FilingDesk(
      pool: context.database, publisher: publisher, openCases: openCases, suppressions: suppressions,
      clock: context.clock, metrics: metrics, logger: context.logger)
    let follower = JournalFollower(
      bus: context.bus, reader: JournalReader(pool: context.database), sink: openCases, logger: context.logger)
    let intake = ReportIntake(policies: policies, clock: context.clock, metrics: metrics)
    let attachments = AttachmentIntake(
      pool: context.database, cleaner: ImageCleaner(program: context.settings[imageTool]), clock: context.clock,
      metrics: metrics)
    let sweep = AttachmentSweep(
      pool: context.database, policies: policies, clock: context.clock,
      maxUnboundHours: context.settings[maxUnboundHours], metrics: metrics, logger: context.logger)
    let authenticator = Authenticator(store: AccountStore(pool: context.database), hasher: PasswordHasher())
    let router = IntakeRouter(
      reports: ReportRoute(intake: intake, desk: desk, metrics: metrics),
      sentReports: SentReportRoute(intake: intake, pool: context.database),
      locate: LocateRoute(intake: intake),
      bulk: BulkRoute(intake: intake, desk: desk, metrics: metrics),
      attachments: AttachmentRoute(intake: intake, attachments: attachments),
      open311: Open311Door(
        intake: intake, desk: desk, attachments: attachments, authenticator: authenticator, policies: policies,
        pool: context.database, clock: context.clock, metrics: metrics),
      authenticator: authenticator)
    return [
      DeskService(desk: desk),
      LoopService { await policies.run() },
      LoopService { await suppressions.run() },
      LoopService { await sweep.run() },
      LoopService { await publisher.runBeacons() },
      LoopService { await follower.run() },
      context.door(router: router.router(door: context.doorMiddleware()), port: context.settings[port]),
    ]
  }
}

/// Finishes, at the end, the reports that were taken.
struct DeskService: Service {
  let desk: FilingDesk

  func run() async throws {
    try? await gracefulShutdown()
    await desk.close()
  }
}
