public import TestSupport

/// A server that this process started itself, for tests that stand between it and its clients.
public enum OwnServer {
  private static let start = Task { try await TestPostgres.start() }

  public static var shared: TestPostgres {
    get async throws { try await start.value }
  }
}
