public import Hummingbird
public import Logging
public import MessageBus
public import Platform
public import PostgresClient
public import ServiceLifecycle

/// What a service is put together from. Everything in it may be used from any thread.
public struct ServiceContext: Sendable {
  /// The service's name, e.g. `dispatcher`.
  public let service: String
  /// What tells this process from others of its service.
  public let instance: String
  public let settings: Settings
  public let logger: Logger
  public let metrics: MetricsRegistry
  public let readiness: Readiness
  /// The time that cases live in, real or simulated.
  public let clock: any WallClock
  /// Reachable, with a known schema, when the service's own parts are made.
  public let database: PostgresPool
  /// For connections outside the pool, such as a listener's. Secret: it holds the URL.
  public let databaseConfiguration: PostgresConfiguration
  /// For what consumers make of the journal: its commits do not wait for the disk. A crash of the database takes an effect
  /// back together with its position, and both are made again from the journal, which does wait.
  public let followingDatabase: PostgresPool
  /// `SilentBus` where the bus is switched off.
  public let bus: any Bus
  let card: InstanceCard

  /// Middleware that stands around every request, with the access log and bounds of the settings; see `DoorMiddleware`.
  /// Once for each process. The service must have declared `DoorKeys.all`.
  public func doorMiddleware<Context: DoorRequestContext>(_: Context.Type = Context.self) -> DoorMiddleware<Context> {
    DoorMiddleware(
      metrics: DoorMetrics(metrics), logger: logger, accessLog: settings[DoorKeys.accessLog],
      maxConcurrentRequests: settings[DoorKeys.maxConcurrentRequests])
  }

  /// The HTTP server of `router` on the bound address; ready once it listens, and made known in `instances`.
  ///
  /// The service must have declared `DoorKeys.all`.
  public func door<Builder: HTTPResponderBuilder>(router: Builder, port: Int) -> any Service
  where Builder.Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    let check = readiness.check("http")
    var limits = HTTPLimits()
    limits.maxConnections = settings[DoorKeys.maxConnections]
    return HTTPDoor.service(
      router: router, host: settings[CommonKeys.bind], port: port, limits: limits, logger: logger
    ) { [card, logger] bound in
      let endpoint = card.endpoint(port: bound)
      card.update { $0.httpEndpoint = endpoint }
      logger.info("door open", metadata: ["endpoint": .string(endpoint)])
      check.pass()
    }
  }

  /// Says something about this process that `gridctl status` shows, e.g. how far it is behind. Written with the next
  /// heartbeat; nil takes it back.
  public func note(_ name: String, _ value: String?) { card.update { $0.details[name] = value } }
}
