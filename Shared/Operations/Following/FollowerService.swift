import Domain
public import Journal
public import ServiceLifecycle

/// Runs a follower of the journals as a part of a service, with its lag in the metrics and its faults in `/readyz`.
public struct FollowerService: Service {
  /// How often lag and faults are told.
  public static let reportMilliseconds = 1_000

  private let name: String
  private let follower: JournalFollower
  private let context: ServiceContext

  /// - Parameter name: what follows, e.g. the consumer's name.
  public init(name: String, follower: JournalFollower, context: ServiceContext) {
    self.name = name
    self.follower = follower
    self.context = context
  }

  public func run() async throws {
    let check = context.readiness.check("follow.\(name)")
    let lag = context.metrics.gauges(
      "gridloop_follow_lag_events", help: "Events known of and not yet applied, by district.",
      labels: ["consumer", "district"])
    let position = context.metrics.gauges(
      "gridloop_follow_position_seq", help: "The last event applied, by district.", labels: ["consumer", "district"])
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await follower.run() }
        group.addTask {
          while !Task.isCancelled {
            await report(check, lag, position)
            try? await Task.sleep(for: .milliseconds(Self.reportMilliseconds))
          }
        }
      }
    }
  }

  private func report(
    _ check: Readiness.Check, _ lag: LabeledMetric<Gauge>, _ position: LabeledMetric<Gauge>
  ) async {
    for (district, events) in await follower.lags { lag.with(name, district.text).set(Double(events)) }
    for (district, reached) in await follower.positions { position.with(name, district.text).set(Double(reached.seq)) }
    if let halt = await follower.halts.min(by: { $0.key < $1.key }) {
      check.fail("\(halt.key): \(halt.value)")
    } else if let fault = await follower.fault {
      check.fail(fault)
    } else {
      check.pass()
    }
  }
}
