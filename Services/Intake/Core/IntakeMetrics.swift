import Operations

/// What the door counts.
final class IntakeMetrics: Sendable {
  /// What became of a report.
  enum Outcome: String, Sendable, CaseIterable {
    case created, merged, repeated, rejected, unavailable
  }

  private let outcomes: [Outcome: Counter]
  /// Reports whose bytes were no JSON.
  let malformed: Counter
  /// Reports in one commit.
  let batchReports: Histogram
  /// Seconds from the begin of a commit to its answer.
  let commitSeconds: Histogram
  /// Commits whose outcome had to be looked up.
  let unknownOutcomes: Counter
  /// Cases that the index of open cases had no room for.
  let unindexed: Counter
  let attachments: LabeledMetric<Counter>
  let attachmentSeconds: Histogram

  init(_ registry: MetricsRegistry) {
    let reports = registry.counters(
      "gridloop_intake_reports_total", help: "Reports, by what became of them.", labels: ["outcome"])
    outcomes = Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0, reports.with($0.rawValue)) })
    malformed = registry.counter(
      "gridloop_intake_malformed_reports_total", help: "Reports that could not be read at all.")
    batchReports = registry.histogram(
      "gridloop_intake_batch_reports", help: "Reports in one commit.", buckets: Histogram.sizeBuckets)
    commitSeconds = registry.histogram("gridloop_intake_commit_seconds", help: "Seconds that a commit of reports took.")
    unknownOutcomes = registry.counter(
      "gridloop_intake_unknown_commits_total", help: "Commits whose outcome had to be looked up.")
    unindexed = registry.counter(
      "gridloop_intake_unindexed_cases_total", help: "Open cases that repeats are not recognised of, for want of room.")
    attachments = registry.counters(
      "gridloop_intake_attachments_total", help: "Attachments, by what became of them.", labels: ["outcome"])
    attachmentSeconds = registry.histogram(
      "gridloop_intake_attachment_seconds", help: "Seconds that cleaning an image took.")
  }

  func count(_ outcome: Outcome, by amount: Int = 1) { outcomes[outcome]?.increment(by: amount) }
}
