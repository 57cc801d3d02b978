public import Logging
import Platform

/// What a listener tells its consumer.
public enum PostgresListenerEvent: Hashable, Sendable {
  /// The connection stands for the first time and listens; what happened before was not heard.
  case connected
  /// The connection was lost and stands again; what happened between was not heard: read the state anew.
  case reconnected
  /// The consumer was too slow and notifications were dropped: read the state anew.
  case dropped
  /// A NOTIFY arrived.
  case notification(PostgresNotification)
}

/// Listens to channels on a connection of its own and keeps listening when the server restarts.
///
/// A notification is a hint: it can be lost with the connection, and the events say when. One consumer reads `events`;
/// `run()` must run meanwhile.
public final class PostgresListener: Sendable {
  /// The most events that wait for the consumer.
  public static let maxWaitingEvents = 1_024
  /// How often a silent connection is looked at, in milliseconds.
  private static let lookMilliseconds: Int64 = 30_000
  /// How often a consumer that was too slow is tried again, in milliseconds.
  private static let droppedRetryMilliseconds: Int64 = 100

  /// What was heard, in order. For one consumer; ends when `run()` ends.
  public let events: AsyncStream<PostgresListenerEvent>
  private let continuation: AsyncStream<PostgresListenerEvent>.Continuation
  private let configuration: PostgresConfiguration
  private let channels: [String]
  private let limits: PostgresPoolLimits
  private let logger: Logger
  private let dropped = Locked(0)

  /// How many events the consumer was too slow for, for metrics.
  public var droppedEvents: Int { dropped.withLock { $0 } }

  /// Makes a listener that does nothing until `run()`.
  /// - Parameters:
  ///   - configuration: of its connection.
  ///   - channels: names as given to NOTIFY, without quotes.
  ///   - limits: only the pauses between attempts to connect are used.
  public init(
    _ configuration: PostgresConfiguration, channels: [String], limits: PostgresPoolLimits = .init(), logger: Logger
  ) {
    precondition(!channels.isEmpty, "a listener needs at least one channel")
    self.configuration = configuration
    self.channels = channels
    self.limits = limits
    self.logger = logger
    (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maxWaitingEvents))
  }

  /// Listens until the task is cancelled, then ends `events` and returns. Call it once.
  public func run() async {
    defer { continuation.finish() }
    var backoff = Backoff(
      initialMilliseconds: limits.minReconnectMilliseconds, maximumMilliseconds: limits.maxReconnectMilliseconds)
    var delivery = Delivery(continuation: continuation, dropped: dropped)
    var greeting = PostgresListenerEvent.connected
    while !Task.isCancelled {
      do {
        let connection = try await listen()
        backoff.reset()
        delivery.send(greeting)
        greeting = .reconnected
        try await forward(from: connection, &delivery)
      } catch {
        guard !Task.isCancelled else { return }
        logger.warning("the database listener is not connected", metadata: ["reason": "\(error)"])
        let pause = backoff.next(random: .random(in: .min ... .max))
        try? await MonotonicClock.wait(until: MonotonicClock.microseconds + pause)
      }
    }
  }

  private func listen() async throws -> PostgresConnection {
    let connection = try await PostgresConnection.connect(configuration, threadName: "postgres-listen")
    let calls = channels.map { channel in
      PostgresCall(.unprepared("LISTEN \(PostgresConfiguration.quoted(identifier: channel))"))
    }
    _ = try await connection.pipeline(calls)
    return connection
  }

  private func forward(from connection: PostgresConnection, _ delivery: inout Delivery) async throws {
    while true {
      let pause = delivery.hasDropped ? Self.droppedRetryMilliseconds : Self.lookMilliseconds
      for notification in try await connection.notifications(timeoutMilliseconds: pause) {
        delivery.send(.notification(notification))
      }
      delivery.confess()
    }
  }

  /// Hands events to the consumer and remembers when it had no room for one.
  private struct Delivery {
    let continuation: AsyncStream<PostgresListenerEvent>.Continuation
    let dropped: Locked<Int>
    var hasDropped = false

    mutating func send(_ event: PostgresListenerEvent) {
      confess()
      if !hasDropped, case .enqueued = continuation.yield(event) { return }
      hasDropped = true
      dropped.withLock { $0 += 1 }
    }

    /// Tells the consumer of a loss as soon as it has room.
    mutating func confess() {
      guard hasDropped else { return }
      if case .enqueued = continuation.yield(.dropped) { hasDropped = false }
    }
  }
}
