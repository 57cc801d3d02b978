public import Casework
import Domain
public import Journal
public import Logging
public import MessageBus
public import Operations
public import Platform
public import PostgresClient
import Wire

/// Sends filed cases to their departments: at once when intake wakes it, and by a sweep of its own for what no wake-up
/// told it of.
public actor Dispatcher {
  /// How often it looks without being woken. With the bus off this is the whole delay.
  public static let sweepMilliseconds = 500
  /// How long after a fault before the next try.
  public static let retryMilliseconds = 250
  /// The least time from one batch of a district to the next: under load, cases that come together share a commit.
  public static let paceMicroseconds: Int64 = 5_000
  /// The same after a batch of so many cases, as thousands come in a second: fewer commits then stand in intake's way.
  public static let busyPaceMicroseconds: Int64 = 10_000
  static let busyClaimedCases = 12
  private static let maxDrainedWakeUps = 1_024

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let publisher: JournalPublisher
  private let bus: any Bus
  private let clock: any WallClock
  private let logger: Logger
  private let metrics: DispatcherMetrics
  private let check: Readiness.Check
  private let sweepMilliseconds: Int
  /// Districts that are being swept, and whether they were woken meanwhile.
  private var sweeping: [UnitCode: Bool] = [:]

  /// - Parameter sweepMilliseconds: how often it looks without being woken.
  public init(
    pool: PostgresPool, policies: PolicyStore, publisher: JournalPublisher, bus: any Bus, clock: any WallClock,
    logger: Logger, metrics: MetricsRegistry, readiness: Readiness,
    sweepMilliseconds: Int = Dispatcher.sweepMilliseconds
  ) {
    self.pool = pool
    self.policies = policies
    self.publisher = publisher
    self.bus = bus
    self.clock = clock
    self.logger = logger
    self.metrics = DispatcherMetrics(metrics)
    check = readiness.check("dispatch")
    self.sweepMilliseconds = sweepMilliseconds
  }

  /// Works until the task is cancelled.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.followWakeUps() }
      group.addTask { await self.sweepRegularly() }
    }
  }

  private func followWakeUps() async {
    while !Task.isCancelled {
      let batch = await bus.pulled.nextBatch(maxEvents: Self.maxDrainedWakeUps)
      if batch.isEmpty { return }
      var districts: Set<UnitCode> = []
      for case .message(let message) in batch {
        guard let frame = message.frames.first, let wakeUp = try? WakeUp(decoding: frame) else {
          metrics.unreadableWakeUps.increment()
          continue
        }
        districts.insert(wakeUp.district)
      }
      for district in districts { wake(district) }
    }
  }

  private func sweepRegularly() async {
    while !Task.isCancelled {
      for district in policies.districts { wake(district) }
      try? await Task.sleep(for: .milliseconds(sweepMilliseconds))
    }
  }

  private static func paceMicroseconds(claimed: Int) -> Int64 {
    claimed < busyClaimedCases ? paceMicroseconds : busyPaceMicroseconds
  }

  /// One sweep per district at a time; a wake-up that comes meanwhile makes it look once more.
  private func wake(_ district: UnitCode) {
    if sweeping[district] != nil {
      sweeping[district] = true
      return
    }
    sweeping[district] = false
    Task { await self.sweep(district) }
  }

  private func sweep(_ district: UnitCode) async {
    defer { sweeping[district] = nil }
    let batch = DispatchBatch(district: district, pool: pool, policies: policies, clock: clock)
    while !Task.isCancelled {
      sweeping[district] = false
      let began = MonotonicClock.microseconds
      do {
        let outcome = try await batch.run()
        check.pass()
        if let outcome {
          publisher.publish(outcome.append.run)
          metrics.record(outcome)
          try await MonotonicClock.wait(until: began + Self.paceMicroseconds(claimed: outcome.claimed))
          continue
        }
        if sweeping[district] == false { return }
      } catch is CancellationError {
        return
      } catch {
        check.fail(String(describing: error))
        logger.warning(
          "cases cannot be dispatched", metadata: ["district": "\(district)", "fault": "\(error)"])
        try? await Task.sleep(for: .milliseconds(Self.retryMilliseconds))
        return
      }
    }
  }
}
