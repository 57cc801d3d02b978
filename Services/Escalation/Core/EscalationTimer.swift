public import Casework
import Domain
import GridNetwork
public import Journal
public import Logging
public import Operations
public import Platform
public import PostgresClient

/// Fires the rungs of every clock's ladder, each once, never early, and says how late.
public actor EscalationTimer {
  /// The longest it sleeps; also how soon it sees a simulated clock move.
  public static let tickMilliseconds = 100
  /// How long after a fault before the next try.
  public static let retryMilliseconds = 250

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let publisher: JournalPublisher
  private let clock: any WallClock
  private let logger: Logger
  private let metrics: EscalationMetrics
  private let check: Readiness.Check
  /// The policy version that each district's timers were last laid out by, in this process.
  private var laidOut: [UnitCode: Int32] = [:]

  public init(
    pool: PostgresPool, policies: PolicyStore, publisher: JournalPublisher, clock: any WallClock, logger: Logger,
    metrics: MetricsRegistry, readiness: Readiness
  ) {
    self.pool = pool
    self.policies = policies
    self.publisher = publisher
    self.clock = clock
    self.logger = logger
    self.metrics = EscalationMetrics(metrics)
    check = readiness.check("fire")
  }

  /// Works until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      var fault: String?
      for district in policies.districts {
        do {
          try await layOutAnew(district)
          try await drain(district)
        } catch {
          fault = String(describing: error)
          logger.warning("rungs cannot be fired", metadata: ["district": "\(district)", "fault": "\(error)"])
        }
      }
      if let fault { check.fail(fault) } else { check.pass() }
      try? await Task.sleep(for: .milliseconds(fault == nil ? Self.tickMilliseconds : Self.retryMilliseconds))
    }
  }

  /// Fires all that is due, a batch at a time, oldest first.
  private func drain(_ district: UnitCode) async throws {
    let batch = FiringBatch(district: district, pool: pool, policies: policies, clock: clock)
    while !Task.isCancelled, let outcome = try await batch.run() {
      if let append = outcome.append { publisher.publish(append.run) }
      metrics.record(outcome)
      if outcome.timers < FiringBatch.maxFiredTimers { return }
    }
  }

  private static let reconsider = Statement(
    "timers_reconsider",
    """
    WITH version AS (
      INSERT INTO timer_policies (district, version) VALUES ($1, $2)
      ON CONFLICT (district) DO UPDATE SET version = EXCLUDED.version WHERE timer_policies.version <> EXCLUDED.version
      RETURNING 1)
    UPDATE timers SET fire_at = least(fire_at, $3) WHERE district = $1 AND EXISTS (SELECT FROM version)
    """)

  /// A new policy may have other ladders: every timer is woken once, fires what is due by then, and waits for its next
  /// rung under the new policy.
  private func layOutAnew(_ district: UnitCode) async throws {
    guard let version = policies.current(district)?.policy.version, laidOut[district] != version else { return }
    let woken = try await pool.query(
      Self.reconsider,
      [.text(district.text), .int32(version), .timestamp(microseconds: clock.microseconds)]
    ).affectedRows
    laidOut[district] = version
    if woken > 0 {
      logger.notice(
        "timers are laid out anew for a new policy",
        metadata: ["district": "\(district)", "version": "\(version)", "timers": "\(woken)"])
    }
  }
}
