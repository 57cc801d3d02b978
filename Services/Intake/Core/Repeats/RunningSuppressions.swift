import Casework
import Domain
import Logging
import Platform
import PostgresClient

/// What this process knows of the suppressions of every district. Thread-safe.
///
/// It only finds candidates: whether one still holds is asked of its row, under its lock, when a report is taken under
/// it. So one that was ended takes no report any more, and a new one begins within ``refreshMilliseconds``.
final class RunningSuppressions: Sendable {
  static let refreshMilliseconds: Int64 = 2_000

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let clock: any WallClock
  private let logger: Logger
  private let held = Locked<[UnitCode: [Suppression]]>([:])

  init(pool: PostgresPool, policies: PolicyStore, clock: any WallClock, logger: Logger) {
    self.pool = pool
    self.policies = policies
    self.clock = clock
    self.logger = logger
  }

  /// The suppression under which the report is taken: of several the one made first.
  func match(_ request: FilingRequest, now: Instant) -> Suppression? {
    let known = held.withLock { $0[request.district] ?? [] }
    return known.first { $0.matches(request.report, policy: request.policy, now: now) }
  }

  /// Reads them once. Throws `PostgresError`.
  func refresh() async throws {
    let store = SuppressionStore(pool: pool)
    let now = Instant(microseconds: clock.microseconds)
    for district in policies.districts {
      let found = try await store.list(district, onlyOpenAt: now, limit: SuppressionStore.maxRunning)
      held.withLock { $0[district] = found.reversed() }
    }
  }

  /// Keeps reading until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      do {
        try await refresh()
      } catch {
        if !Task.isCancelled {
          logger.warning("the suppressions cannot be read", metadata: ["fault": "\(error)"])
        }
      }
      try? await MonotonicClock.wait(until: MonotonicClock.microseconds + Self.refreshMilliseconds * 1_000)
    }
  }
}
