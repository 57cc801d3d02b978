public import ServiceLifecycle

/// A part of a service that is one loop, cancelled when the service stops.
public struct LoopService: Service {
  private let loop: @Sendable () async throws -> Void

  /// - Parameter loop: runs until its task is cancelled; returning earlier ends the service, a throw too.
  public init(_ loop: @escaping @Sendable () async throws -> Void) { self.loop = loop }

  public func run() async throws {
    try await cancelWhenGracefulShutdown { try await loop() }
  }
}
