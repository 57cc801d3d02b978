public import Casework
import Domain
public import Logging
public import Operations
public import Platform
public import PostgresClient

/// Brings approved changes of grids into force on their day, also when that day passed while nobody was there, and ends
/// those that a level did not decide in its time.
public actor GridChangeWatch {
  /// How often it looks whether the time of a change has come; also how soon it sees a simulated clock move.
  public static let lookMilliseconds = 500

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let clock: any WallClock
  private let logger: Logger
  private let ended: LabeledMetric<Counter>

  public init(
    pool: PostgresPool, policies: PolicyStore, clock: any WallClock, logger: Logger, metrics: MetricsRegistry
  ) {
    self.pool = pool
    self.policies = policies
    self.clock = clock
    self.logger = logger
    ended = metrics.counters(
      "gridloop_grid_changes_total", help: "Changes of grids whose time came, by what became of them.",
      labels: ["outcome"])
  }

  /// Works until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      do {
        try await settle()
      } catch {
        if !Task.isCancelled {
          logger.warning("changes of grids cannot be brought into force", metadata: ["fault": "\(error)"])
        }
      }
      try? await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
    }
  }

  /// Everything whose time has come; how many changes were ended by it.
  @discardableResult
  func settle() async throws -> Int {
    let now = Instant(microseconds: clock.microseconds)
    let settled = try await GridChangeDay(pool: pool).settle(policies.districts, at: now)
    if settled.isEmpty { return 0 }
    var count = 0
    var hasNewNetwork = false
    for (change, outcome) in settled {
      var metadata: Logger.Metadata = ["change": "\(change.id)", "kind": "\(change.plan.kind.rawValue)"]
      switch outcome {
      case .inForce(let version):
        hasNewNetwork = true
        metadata["version"] = "\(version)"
        logger.notice("a change of grids is in force", metadata: metadata)
      case .lapsed:
        logger.warning("a change of grids was not approved in time", metadata: metadata)
      case .conflicted(let reason):
        metadata["reason"] = "\(reason)"
        logger.error("a change of grids could not come into force", metadata: metadata)
      case .moved: continue
      }
      count += 1
      ended.with(outcome.label).increment()
    }
    if hasNewNetwork { try await policies.refresh() }
    return count
  }
}

extension GridChangeDay.Outcome {
  fileprivate var label: String {
    switch self {
    case .inForce: "in_force"
    case .lapsed: "lapsed"
    case .conflicted: "conflicted"
    case .moved: "moved"
    }
  }
}
