import Operations

/// What escalation counts.
struct EscalationMetrics: Sendable {
  private let fired: Counter
  private let flagged: Counter
  private let lateness: Histogram

  init(_ registry: MetricsRegistry) {
    fired = registry.counter("gridloop_escalation_fired_total", help: "Rungs fired.")
    flagged = registry.counter(
      "gridloop_escalation_flagged_total", help: "Accountability records opened at discipline inspection.")
    lateness = registry.histogram(
      "gridloop_escalation_lateness_seconds", help: "How much later than its time a rung fired.",
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600, 3_600])
  }

  func record(_ outcome: FiringBatch.Outcome) {
    fired.increment(by: outcome.fired)
    flagged.increment(by: outcome.flagged)
    for microseconds in outcome.lateness { lateness.record(microseconds: microseconds) }
  }
}
