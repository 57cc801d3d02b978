import Casework
import CaseworkSupport
import Domain
import PostgresClient
import TestSupport

/// A server that this process started itself, for tests that stand between it and its clients.
enum OwnServer {
  private static let start = Task { try await TestPostgres.start() }

  static var shared: TestPostgres {
    get async throws { try await start.value }
  }
}

extension CaseworkFixture {
  func lock(_ numbers: [Int64], in transaction: Transaction) throws -> [LoadedCase] {
    try CaseLocks.lock(district, numbers, in: transaction)
  }
}
