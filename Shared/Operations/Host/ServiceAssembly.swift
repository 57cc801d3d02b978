import Foundation
import Logging
import MessageBus
import Platform
import PostgresClient
import ServiceLifecycle
import UnixSignals

/// Makes the parts that every service has and runs them in one group.
struct ServiceAssembly: Sendable {
  /// From the signal until what still runs is cancelled; its transactions roll back.
  static let maxGracefulSeconds: Int64 = 7

  let name: String
  let settings: Settings
  let takesPushedWork: Bool
  let schemaCheck: @Sendable (PostgresPool) async throws -> SchemaVerdict
  let makeServices: @Sendable (ServiceContext) async throws -> [any Service]

  func run() async -> ExitStatus {
    let instance = settings[CommonKeys.instance] ?? "\(ProcessInfo.processInfo.hostName)-\(getProcessID())"
    let logger = bootstrapLogging(instance: instance)
    do {
      let context = try await makeContext(instance: instance, logger: logger)
      try await makeGroup(context).run()
      logger.info("stopped")
      return .stopped
    } catch let error as SchemaRefused {
      logger.critical("schema refused", metadata: ["reason": "\(error)"])
      return .schemaRefused
    } catch is CancellationError {
      logger.warning("stopped after what still ran was cancelled")
      return .stopped
    } catch {
      logger.critical("failed", metadata: ["reason": "\(error)"])
      return .failed
    }
  }

  private func bootstrapLogging(instance: String) -> Logger {
    let (name, level) = (name, settings[CommonKeys.logLevel])
    LoggingSystem.bootstrap { label in
      JSONLogHandler(label: label, service: name, instance: instance, level: level)
    }
    return Logger(label: name)
  }

  /// One applies events, one looks at positions.
  private static let maxFollowingConnections = 2

  private func makeContext(instance: String, logger: Logger) async throws -> ServiceContext {
    var database = try PostgresConfiguration(url: settings[CommonKeys.databaseURL])
    database.applicationName = "gridloop-\(name)"
    database.lockTimeoutMilliseconds = settings[CommonKeys.lockTimeoutMilliseconds]
    database.statementTimeoutMilliseconds = settings[CommonKeys.statementTimeoutMilliseconds]
    let limits = PostgresPoolLimits(maxConnections: settings[CommonKeys.databaseConnections])
    var following = database
    following.additionalSettings["synchronous_commit"] = "off"
    let context = ServiceContext(
      service: name, instance: instance, settings: settings, logger: logger, metrics: MetricsRegistry(),
      readiness: Readiness(), clock: try settings[CommonKeys.clock].open(),
      database: PostgresPool(database, limits: limits, logger: logger), databaseConfiguration: database,
      followingDatabase: PostgresPool(
        following, limits: PostgresPoolLimits(maxConnections: Self.maxFollowingConnections), logger: logger),
      bus: try await openBus(instance: instance, logger: logger), card: InstanceCard(host: advertisedHost))
    context.metrics.registerProcess(service: name, version: Version.text)
    context.metrics.register(pool: context.database)
    context.metrics.register(bus: context.bus)
    return context
  }

  private func openBus(instance: String, logger: Logger) async throws -> any Bus {
    guard settings[CommonKeys.bus] else { return SilentBus() }
    let keys =
      if let path = settings[CommonKeys.curveKeyFile] {
        try CurveKeyPair.loadOrCreate(at: path)
      } else {
        try CurveKeyPair.generate()
      }
    let bind = settings[CommonKeys.busBind]
    return try await ZeroMQBus.start(
      BusOptions(
        service: name, instance: instance, publishEndpoint: bind, pullEndpoint: takesPushedWork ? bind : nil,
        advertisedHost: settings[CommonKeys.advertiseHost], keyPair: keys),
      logger: logger)
  }

  private func makeGroup(_ context: ServiceContext) -> ServiceGroup {
    let (readiness, logger) = (context.readiness, context.logger)
    let gate = DatabaseGate(
      pool: context.database, schemaCheck: schemaCheck,
      check: readiness.check("schema", reason: "waiting for the database"),
      logger: logger)
    let parts: [any Service] = [
      PoolPart(pool: context.database), PoolPart(pool: context.followingDatabase),
      BusPart(bus: context.bus),
      healthServer(context),
      InstanceRegistry(
        service: context.service, instance: context.instance, card: context.card, pool: context.database,
        bus: context.bus, check: readiness.check("database"), logger: logger),
      WorkPart(gate: gate, context: context, check: readiness.check("work"), makeServices: makeServices),
      StopPart(readiness: readiness, logger: logger),
    ]
    readiness.check("bus") { [bus = context.bus] in bus.isReady ? nil : "the bus does not run" }
    var configuration = ServiceGroupConfiguration(
      services: parts.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(Self.maxGracefulSeconds)
    return ServiceGroup(configuration: configuration)
  }

  private func healthServer(_ context: ServiceContext) -> any Service {
    let file = settings[CommonKeys.healthAddressFile]
    return HTTPDoor.service(
      router: HealthServer.router(readiness: context.readiness, metrics: context.metrics),
      host: settings[CommonKeys.bind], port: settings[CommonKeys.healthPort], logger: context.logger
    ) { [card = context.card, logger = context.logger] port in
      let endpoint = card.endpoint(port: port)
      card.update { $0.healthEndpoint = endpoint }
      logger.info("health server listens", metadata: ["endpoint": .string(endpoint)])
      guard let file else { return }
      do {
        try (endpoint + "\n").write(toFile: file, atomically: true, encoding: .utf8)
      } catch {
        logger.error("the health address could not be written to its file")
      }
    }
  }

  /// Under which others reach this process: as configured, else the bound address, else the machine's name.
  private var advertisedHost: String {
    let bind = settings[CommonKeys.bind]
    let isEverywhere = bind == "0.0.0.0" || bind == "::"
    return settings[CommonKeys.advertiseHost] ?? (isEverywhere ? ProcessInfo.processInfo.hostName : bind)
  }
}
