import Logging
import Platform
import PostgresClient
import TestSupport

/// A logger that says nothing.
let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// A pool on a fresh database of the shared server, closed when `body` ends.
func withPool<Result: Sendable>(
  _ limits: PostgresPoolLimits = .init(),
  adjust: (inout PostgresConfiguration) -> Void = { _ in },
  _ body: (PostgresPool) async throws -> Result
) async throws -> Result {
  var configuration = try await TestPostgres.shared.database(named: "client")
  adjust(&configuration)
  return try await PostgresPool.lend(configuration, limits: limits, logger: silent, to: body)
}
