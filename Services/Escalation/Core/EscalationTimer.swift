public import Casework
import Domain
import GridNetwork
public import Journal
public import Logging
public import Operations
public import Platform
public import PostgresClient

/// Fires the rungs of every clock's ladder, each once, never early, and says how late; wakes the cases whose suspension
/// has ended; brings timers under a new policy; tells of statements that did not come.
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
  /// The policy version that each district's timers were begun to be laid out by, as this process knows it.
  private var laidOut: [UnitCode: Int32] = [:]
  /// Since when each district's backlog is being drained; none while everything is fired in one batch.
  private var drainBegan: [UnitCode: Instant] = [:]

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
      let fault = await round()
      if let fault { check.fail(fault) } else { check.pass() }
      try? await Task.sleep(for: .milliseconds(fault == nil ? Self.tickMilliseconds : Self.retryMilliseconds))
    }
  }

  /// One batch of each district after the other until none has more to do, so that the backlog of one does not hold up
  /// another. Returns the last fault, if any.
  private func round() async -> String? {
    var fault: String?
    var waiting = policies.districts
    while !Task.isCancelled, !waiting.isEmpty {
      var more: [UnitCode] = []
      for district in waiting {
        do {
          let isFiring = try await fire(district)
          let isLayingOut = try await layOut(district)
          if isFiring || isLayingOut { more.append(district) }
        } catch {
          fault = String(describing: error)
          logger.warning("rungs cannot be fired", metadata: ["district": "\(district)", "fault": "\(error)"])
        }
      }
      waiting = more
    }
    return fault
  }

  /// Fires one batch; whether more is due.
  private func fire(_ district: UnitCode) async throws -> Bool {
    let batch = FiringBatch(district: district, pool: pool, policies: policies, clock: clock)
    let began = drainBegan[district] ?? Instant(microseconds: clock.microseconds)
    guard let outcome = try await batch.run(drainBegan: began) else {
      drainBegan[district] = nil
      return false
    }
    if let append = outcome.append { publisher.publish(append.run) }
    metrics.record(outcome)
    let hasMore = outcome.timers >= DueShares.maxOldestTimers
    drainBegan[district] = hasMore ? began : nil
    return hasMore
  }

  /// A new policy may have other ladders and a calendar that knows more: one batch of the pass that brings timers and
  /// due times under it. Whether more of it is to come.
  private func layOut(_ district: UnitCode) async throws -> Bool {
    guard let policy = policies.current(district)?.policy else { return false }
    let layout = PolicyLayout(district: district, pool: pool, clock: clock)
    if laidOut[district] != policy.version {
      if try await layout.begin(policy) {
        logger.notice(
          "timers are laid out anew for a new policy",
          metadata: ["district": "\(district)", "version": "\(policy.version)"])
      }
      laidOut[district] = policy.version
    }
    guard let step = try await layout.step(policy) else {
      let late = try await OverdueStatements(district: district, pool: pool, clock: clock).tell(policy)
      metrics.recordStatementsLate(late)
      return late == OverdueStatements.maxRecords
    }
    if let append = step.append { publisher.publish(append.run) }
    metrics.recordRecalculated(step.recalculated)
    if step.isLast {
      logger.notice(
        "timers and due times are under the policy in force",
        metadata: ["district": "\(district)", "version": "\(policy.version)"])
    }
    return !step.isLast
  }
}
