import Casework
import Cryptography
import GridNetwork
import Hummingbird
import Journal
public import Operations
public import ServiceLifecycle
import WebAuth

/// The door for people and department systems.
public enum ConsoleService {
  public static let name = "console"
  public static let summary = "case commands, queries, statistics, live stream and web pages"

  static let port = SettingKey(
    "GRIDLOOP_CONSOLE_PORT", default: 8_080, range: 0...65_535, help: "port of the HTTP door; 0 takes any free")
  static let secureCookies = SettingKey(
    "GRIDLOOP_SECURE_COOKIES", default: false,
    help: "mark cookies for TLS alone; on wherever the pages are reached over https")

  static let intakeAddress = SettingKey<String?>(
    "GRIDLOOP_INTAKE_ADDRESS",
    help: "where the door for reports answers, http://host:port; without it pages hand in no reports and photographs")
  static let webDirectory = SettingKey(
    "GRIDLOOP_WEB_DIRECTORY", default: "Services/Console/Web",
    help: "directory of the web pages: templates, texts, assets")
  static let webLibraries = SettingKey(
    "GRIDLOOP_WEB_LIBRARIES", default: "/usr/share/javascript",
    help: "directory where the distribution keeps leaflet and chart.js")
  static let webRereads = SettingKey(
    "GRIDLOOP_WEB_REREAD", default: false, help: "read the web pages again whenever a file changes; for work on them")

  static let webTiles = SettingKey<String?>(
    "GRIDLOOP_WEB_TILES",
    help: "server of map tiles, https://host/{z}/{x}/{y}.png, on WGS-84; without it maps show the units alone"
  ) { address in
    address.map { MapTiles($0) == nil } == true ? "must be an address with {z}, {x} and {y}" : nil
  }

  static let publicKeys = SettingKey<String?>(
    "GRIDLOOP_PUBLIC_KEYS", isSecret: true,
    help: "keys by which the public page files reports, as `gridctl key public` writes them"
  ) { text in
    text.map { PublicKeys($0) == nil } == true ? "must be a list of keys" : nil
  }

  static let trustedProxies = SettingKey<String?>(
    "GRIDLOOP_TRUSTED_PROXIES",
    help: "addresses of reverse proxies, 10.0.0.0/8,::1, whose X-Forwarded-For tells who a client is"
  ) { text in
    text.map { TrustedProxies($0) == nil } == true ? "must be a list of addresses and blocks" : nil
  }

  static let streamsPerAccount = SettingKey(
    "GRIDLOOP_STREAMS_PER_ACCOUNT", default: LiveFeed.usualListenersOfAccount, range: 1...LiveFeed.maxListeners,
    help: "live streams that one account may have open at once, of \(LiveFeed.maxListeners) in all")

  static let checkpoints = SettingKey<String?>(
    "GRIDLOOP_CHECKPOINTS",
    help: "directory of signed checkpoints (`gridctl journal checkpoint`), which bundles of evidence carry")

  /// The service's own settings.
  public static let keys: [any AnySettingKey] =
    [
      port, secureCookies, intakeAddress, webDirectory, webLibraries, webRereads, webTiles, publicKeys,
      trustedProxies, streamsPerAccount, checkpoints,
    ]
    + DoorKeys.all

  /// The service's parts. The policies are read before the door opens.
  @Sendable public static func services(_ context: ServiceContext) async throws -> [any Service] {
    let site = try WebSite(
      directory: context.settings[webDirectory], vendor: context.settings[webLibraries],
      rereads: context.settings[webRereads], tiles: context.settings[webTiles].flatMap { MapTiles($0) },
      logger: context.logger)
    let policies = PolicyStore(pool: context.database, geometry: .skip, logger: context.logger)
    try await policies.refresh()
    let publisher = JournalPublisher(bus: context.bus)
    let reader = JournalReader(pool: context.database)
    let feed = LiveFeed(maxListenersOfAccount: context.settings[streamsPerAccount])
    let reading = LiveReading(metrics: context.metrics, logger: context.logger)
    let console = Console(
      pool: context.database, policies: policies,
      desk: CommandDesk(pool: context.database, policies: policies, publisher: publisher, clock: context.clock),
      reader: reader, checkpoints: CheckpointShelf(directory: context.settings[checkpoints]),
      authenticator: Authenticator(store: AccountStore(pool: context.database), hasher: PasswordHasher()),
      clock: context.clock, feed: feed, reading: reading, shapes: ShapeStore(pool: context.database), site: site,
      reportDoor: ReportDoor(address: context.settings[intakeAddress]),
      publicDoor: PublicDoor(
        keys: context.settings[publicKeys].flatMap { PublicKeys($0) } ?? PublicKeys(),
        proxies: context.settings[trustedProxies].flatMap { TrustedProxies($0) } ?? TrustedProxies()),
      cookiesAreSecure: context.settings[secureCookies], logger: context.logger)
    context.metrics.gauge("gridloop_console_streams", help: "Live streams that are open.") {
      Double(feed.listenerCount)
    }
    let router = ConsoleRouter.router(console, door: context.doorMiddleware())
    return [
      DeskService(desk: console.desk),
      LoopService { await policies.run() },
      LoopService { await publisher.runBeacons() },
      context.door(router: router, port: context.settings[port]),
      // Stops before the door, which waits for its requests: streams end only when the feed does.
      LiveFollower(feed: feed, reading: reading, bus: context.bus, reader: reader, logger: context.logger),
    ]
  }
}

/// Finishes, at the end, the commands that were taken.
struct DeskService: Service {
  let desk: CommandDesk

  func run() async throws {
    try? await gracefulShutdown()
    await desk.close()
  }
}
