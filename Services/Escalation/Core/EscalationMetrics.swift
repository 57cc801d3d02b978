import Operations

/// What escalation counts.
struct EscalationMetrics: Sendable {
  private let fired: Counter
  private let flagged: Counter
  private let woken: Counter
  private let recalculated: Counter
  private let statementsLate: Counter
  private let lateness: Histogram

  init(_ registry: MetricsRegistry) {
    fired = registry.counter("gridloop_escalation_fired_total", help: "Rungs fired.")
    flagged = registry.counter(
      "gridloop_escalation_flagged_total", help: "Accountability records opened at discipline inspection.")
    woken = registry.counter("gridloop_escalation_woken_total", help: "Cases whose suspension ended by itself.")
    recalculated = registry.counter(
      "gridloop_escalation_recalculated_total", help: "Cases whose provisional due times were computed again.")
    statementsLate = registry.counter(
      "gridloop_escalation_statements_late_total",
      help: "Statements to discipline inspection that did not come in time.")
    lateness = registry.histogram(
      "gridloop_escalation_lateness_seconds", help: "How much later than its time a rung fired.",
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600, 3_600])
  }

  func record(_ outcome: FiringBatch.Outcome) {
    fired.increment(by: outcome.fired)
    flagged.increment(by: outcome.flagged)
    woken.increment(by: outcome.woken)
    for microseconds in outcome.lateness { lateness.record(microseconds: microseconds) }
  }

  func recordRecalculated(_ cases: Int) { recalculated.increment(by: cases) }

  func recordStatementsLate(_ records: Int) { statementsLate.increment(by: records) }
}
