import Logging
import PostgresClient

extension Stack {
  /// Connections of one command at once, at most.
  static let maxConnections = 4

  /// Lends the stack's database to `body` and lets it go afterwards.
  func withDatabase<Result: Sendable>(_ body: (PostgresPool) async throws -> Result) async throws -> Result {
    try await Self.withPool(databaseConfiguration(), body)
  }

  static func withPool<Result: Sendable>(
    _ configuration: PostgresConfiguration, _ body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    var limits = PostgresPoolLimits(maxConnections: maxConnections)
    limits.leaseTimeoutMilliseconds = 10_000
    return try await PostgresPool.lend(configuration, limits: limits, logger: .silent, to: body)
  }
}

extension Logger {
  /// Says nothing: what an operator must know stands in a command's answer.
  static let silent = Logger(label: "gridctl") { _ in SwiftLogNoOpLogHandler() }
}
