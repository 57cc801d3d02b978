import Operations

/// What the dispatcher counts.
struct DispatcherMetrics: Sendable {
  let unreadableWakeUps: Counter
  private let dispatched: Counter
  private let toDesk: Counter
  private let batch: Histogram
  private let wait: Histogram

  init(_ registry: MetricsRegistry) {
    unreadableWakeUps = registry.counter(
      "gridloop_dispatcher_unreadable_wakeups_total", help: "Wake-ups that could not be read.")
    dispatched = registry.counter(
      "gridloop_dispatcher_dispatched_total", help: "Cases sent to the department that a rule names.")
    toDesk = registry.counter(
      "gridloop_dispatcher_desked_total", help: "Cases that no rule covers, laid before a person.")
    batch = registry.histogram(
      "gridloop_dispatcher_batch_cases", help: "Cases dispatched in one commit.",
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500])
    wait = registry.histogram(
      "gridloop_dispatcher_wait_seconds", help: "How long the oldest case of a batch had waited since it was filed.")
  }

  func record(_ outcome: DispatchBatch.Outcome) {
    dispatched.increment(by: outcome.claimed - outcome.toDesk)
    toDesk.increment(by: outcome.toDesk)
    batch.record(Double(outcome.claimed))
    wait.record(microseconds: outcome.oldestWaitMicroseconds)
  }
}
