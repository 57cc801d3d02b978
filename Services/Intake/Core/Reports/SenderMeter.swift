import HTTPTypes
import Operations
import Platform
import WebAuth
import Wire

/// Keeps each key to what it may hand in in a minute. Whatever arrives counts, also what is refused or known already; who
/// has no limit passes without a look at the counts. Counts are this process's own. From any thread.
final class SenderMeter: Sendable {
  static let windowSeconds: Int64 = 60

  private struct Counts {
    var reports = AttemptLedger<String>()
    var images = AttemptLedger<String>()
  }

  private let counts = Locked(Counts())

  /// Counts a report; nil where it may be handed in, else `Problem` 429.
  func beginReport(
    of caller: Caller, now: @autoclosure () -> Int64 = MonotonicClock.microseconds
  ) -> Problem? {
    guard let allowance = caller.allowance else { return nil }
    let limit = Self.limit(allowance)
    return counts.withLock { $0.reports.begin(allowance.key, limit, now: now()) }
      .map { Self.tooMany("reports", limit, wait: $0) }
  }

  /// Whether a report could be handed in now; counts nothing.
  func refusal(
    of caller: Caller, now: @autoclosure () -> Int64 = MonotonicClock.microseconds
  ) -> Problem? {
    guard let allowance = caller.allowance else { return nil }
    let limit = Self.limit(allowance)
    return counts.withLock { $0.reports.wait(for: allowance.key, limit, now: now()) }
      .map { Self.tooMany("reports", limit, wait: $0) }
  }

  /// Counts an image that comes by itself: as many as so many reports may have.
  func beginImage(
    of caller: Caller, now: @autoclosure () -> Int64 = MonotonicClock.microseconds
  ) -> Problem? {
    guard let allowance = caller.allowance else { return nil }
    let limit = AttemptLimit(
      count: Self.limit(allowance).count * ReportLimits.maxAttachments, seconds: Self.windowSeconds)
    return counts.withLock { $0.images.begin(allowance.key, limit, now: now()) }
      .map { Self.tooMany("images", limit, wait: $0) }
  }

  private static func limit(_ allowance: ReportAllowance) -> AttemptLimit {
    AttemptLimit(count: Int(allowance.reportsPerMinute), seconds: windowSeconds)
  }

  private static func tooMany(_ what: String, _ limit: AttemptLimit, wait seconds: Int) -> Problem {
    // In the document, too: a line of a bulk request has no headers.
    Problem(
      .tooManyRequests, code: "too_many_\(what)",
      detail: "This key may hand in \(limit.count) \(what) a minute. Send this one again in \(seconds) seconds; an "
        + "administrator can raise the limit.",
      extensions: ["retry_after_seconds": .integer(Int64(seconds))], headers: [.retryAfter: "\(seconds)"])
  }
}
