import CPostgres
import Platform

/// One NOTIFY that arrived.
public struct PostgresNotification: Hashable, Sendable {
  /// The channel it was sent to.
  public let channel: String
  /// What was sent with it, perhaps nothing; at most 8000 bytes (the server's limit).
  public let payload: String

  /// Makes one, as tests of a consumer need it.
  public init(channel: String, payload: String) {
    self.channel = channel
    self.payload = payload
  }
}

extension Session {
  /// Waits for notifications until the bounds are reached; returns as soon as there is one. None after the deadline.
  func notifications(_ bounds: OperationBounds) throws(PostgresError) -> [PostgresNotification] {
    while true {
      guard !isBroken else { throw .connectionLost }
      let arrived = takeNotifications()
      guard arrived.isEmpty else { return arrived }
      switch wait(writing: false, deadline: bounds.deadlineMicroseconds, interruption: bounds.interruption) {
      case .deadline: return []
      case .interrupted: throw .cancelled
      case .socket:
        guard isAlive() else { throw .connectionLost }
      }
    }
  }

  private func takeNotifications() -> [PostgresNotification] {
    var taken: [PostgresNotification] = []
    while let notify = PQnotifies(handle) {
      taken.append(
        PostgresNotification(
          channel: String(cString: notify.pointee.relname), payload: String(cString: notify.pointee.extra)))
      PQfreemem(notify)
    }
    return taken
  }
}
