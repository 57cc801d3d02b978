import Glibc
import Logging
import MessageBus
import Platform
import PostgresClient
import ServiceLifecycle

/// Closes the pool at the end.
struct PoolPart: Service {
  let pool: PostgresPool

  func run() async throws {
    try? await gracefulShutdown()
    await pool.close()
  }
}

/// Stops the bus at the end, sending what was accepted.
struct BusPart: Service {
  let bus: any Bus

  func run() async throws {
    try? await gracefulShutdown()
    await bus.stop()
  }
}

/// The service's own parts, made when the database can be used, in a group of their own.
struct WorkPart: Service {
  let gate: DatabaseGate
  let context: ServiceContext
  let check: Readiness.Check
  let makeServices: @Sendable (ServiceContext) async throws -> [any Service]

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await gate.pass() }
    } catch {
      guard Task.isShuttingDownGracefully, !(error is SchemaRefused) else { throw error }
      return
    }
    let services = try await makeServices(context)
    check.pass()
    context.logger.info("working", metadata: ["version": .string(Version.text)])
    try await ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: context.logger)).run()
  }
}

/// Hears first that the process shall stop: says so on `/readyz` and ends the process if the rest takes too long.
struct StopPart: Service {
  /// From the signal to the end of the process, whatever hangs.
  static let maxStopMilliseconds: Int64 = 9_500

  let readiness: Readiness
  let logger: Logger

  func run() async throws {
    try? await gracefulShutdown()
    readiness.beginStopping()
    logger.info("stopping")
    let deadline = MonotonicClock.microseconds + Self.maxStopMilliseconds * 1_000
    Task.detached { [logger] in
      try? await MonotonicClock.wait(until: deadline)
      logger.critical("did not stop in time")
      _exit(ExitStatus.failed.rawValue)
    }
  }
}

func getProcessID() -> Int32 { Glibc.getpid() }
