import Logging
import Platform
import PostgresClient
import ServiceLifecycle

/// What a service makes of the schema it finds.
public enum SchemaVerdict: Sendable, Equatable {
  /// The service knows it.
  case known
  /// Not yet what the service needs, as before a migration: it waits, live but not ready. The text says why.
  case wait(String)
  /// Newer than the service or none of ours: it must not touch it and ends. The text says why.
  case refuse(String)
}

/// The database holds a schema that this service does not know.
struct SchemaRefused: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}

/// Waits for a database that answers and holds a known schema.
struct DatabaseGate: Sendable {
  let pool: PostgresPool
  let schemaCheck: @Sendable (PostgresPool) async throws -> SchemaVerdict
  let check: Readiness.Check
  let logger: Logger

  /// Returns when the schema is known; tries again, with growing pauses, as long as the database is away or not migrated.
  ///
  /// - Throws: `SchemaRefused`; `CancellationError` when the process shall stop.
  func pass() async throws {
    var backoff = Backoff(initialMilliseconds: 100, maximumMilliseconds: 5_000)
    var said: String?
    while true {
      let obstacle = try await obstacle()
      guard let obstacle else {
        check.pass()
        return
      }
      check.fail(obstacle)
      if obstacle != said { logger.error("not ready: \(obstacle); trying again") }
      said = obstacle
      let pause = backoff.next(random: .random(in: .min ... .max))
      try await MonotonicClock.wait(until: MonotonicClock.microseconds + pause)
    }
  }

  private func obstacle() async throws -> String? {
    do {
      switch try await schemaCheck(pool) {
      case .known: return nil
      case .wait(let reason): return reason
      case .refuse(let reason): throw SchemaRefused(reason: reason)
      }
    } catch let error as PostgresError where error != .cancelled {
      return "the database cannot be used: \(error)"
    }
  }
}
