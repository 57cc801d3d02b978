import Casework
import Domain
import Journal
import Logging
import Operations
import Platform
import PostgresClient
import Wire

/// Commits batches of reports of one district: one transaction for each, in one round trip where no report has a key,
/// an attachment or a case to join.
struct FilingCommit: Sendable {
  /// Reports in one transaction at most; each makes one event or two.
  static let maxBatchReports = 400
  /// How often a batch is tried where that is safe: nothing of it was kept, or what was kept is found by its key.
  static let maxAttempts = 4

  let district: UnitCode
  let pool: PostgresPool
  let publisher: JournalPublisher
  let openCases: OpenCases
  let suppressions: RunningSuppressions
  let clock: any WallClock
  let metrics: IntakeMetrics
  let logger: Logger

  /// Answers each report, in order.
  func commit(_ requests: [FilingRequest]) async -> [Result<FilingOutcome, any Error>] {
    var results: [Result<FilingOutcome, any Error>] = []
    results.reserveCapacity(requests.count)
    var start = 0
    while start < requests.count {
      let end = min(start + Self.maxBatchReports, requests.count)
      let batch = Array(requests[start..<end])
      start = end
      do {
        results += try await commitOrResolve(batch)
      } catch {
        results += batch.map { _ in .failure(error) }
      }
    }
    return results
  }

  /// Tries until the outcome is known.
  ///
  /// A commit whose outcome is unknown is never guessed: its transaction may even be under way still. So the head row
  /// is asked for, which that transaction holds until it ends, and then every report is looked up by its key. Those
  /// that another copy of the service filed first (a unique violation) are found the same way.
  private func commitOrResolve(_ requests: [FilingRequest]) async throws -> [Result<FilingOutcome, any Error>] {
    var backoff = Backoff(initialMilliseconds: 20, maximumMilliseconds: 1_000)
    var isUnknown = false
    var looksUpEverything = false
    // What was known before this process tried for the first time: everything found later is its own work.
    let knownBefore = Locked<Set<Int>?>(nil)
    for attempt in 1... {
      do {
        if looksUpEverything { try await awaitWriters() }
        let results = try await commitOnce(requests, everyKey: looksUpEverything, knownBefore: knownBefore)
        return isUnknown ? Self.asOwn(results, except: knownBefore.withLock { $0 } ?? []) : results
      } catch let error as PostgresError {
        if error == .commitOutcomeUnknown {
          isUnknown = true
          metrics.unknownOutcomes.increment()
          logger.warning("the outcome of a commit is unknown; its reports are looked up by their keys")
        }
        let isForestalled = error.sqlState == .uniqueViolation
        guard attempt < Self.maxAttempts, isUnknown || isForestalled || error.isRetriable else {
          throw isUnknown ? .commitOutcomeUnknown : error
        }
        looksUpEverything = looksUpEverything || isUnknown || isForestalled
        let pause = backoff.next(random: .random(in: .min ... .max))
        try await MonotonicClock.wait(until: MonotonicClock.microseconds + pause)
      }
    }
    throw PostgresError.commitOutcomeUnknown
  }

  private static let writers = Statement(
    "intake_await_writers", "SELECT last_seq FROM journal_head WHERE district = $1 FOR UPDATE")

  private func awaitWriters() async throws {
    _ = try await pool.query(Self.writers, [.text(district.text)])
  }

  private static func asOwn(
    _ results: [Result<FilingOutcome, any Error>], except knownBefore: Set<Int>
  ) -> [Result<FilingOutcome, any Error>] {
    results.enumerated().map { place, result in
      guard case .success(var outcome) = result, outcome.kind == .repeated, !knownBefore.contains(place) else {
        return result
      }
      outcome.kind = outcome.isDuplicate ? .merged : .created
      return .success(outcome)
    }
  }

  private func commitOnce(
    _ requests: [FilingRequest], everyKey: Bool, knownBefore: Locked<Set<Int>?>
  ) async throws -> [Result<FilingOutcome, any Error>] {
    let watch = Stopwatch()
    let now = Instant(microseconds: clock.microseconds)
    let found = requests.map { target(of: $0, now: now) }
    var survivors: [Int64: Int64] = [:]
    for round in 0... {
      let attempt = FilingAttempt(
        requests: requests, found: found, survivors: survivors, followsOn: round < SentReports.maxMerges,
        everyKey: everyKey, knownBefore: knownBefore, district: district, now: now)
      let outcome = try await pool.transaction { try attempt.run(in: $0) }
      switch outcome {
      case .merged(let more):
        survivors.merge(more) { _, new in new }
        openCases.redirect(more, in: district)
      case .committed(let committed):
        metrics.commitSeconds.record(microseconds: watch.elapsedMicroseconds)
        metrics.batchReports.record(Double(requests.count))
        for number in committed.stale { openCases.remove(number, in: district) }
        if let append = committed.append { tell(committed.plan, requests, append) }
        return committed.plan.outcomes(committed.append, district: district)
      }
    }
    preconditionFailure("an endless loop ended")
  }

  private func target(of request: FilingRequest, now: Instant) -> FilingTarget {
    if let named = request.joins { return FilingTarget(number: named) }
    let suppression = suppressions.match(request, now: now)
    guard
      let rule = RepeatDecision.rule(
        for: request.report, description: request.content.description, policy: request.policy, now: now)
    else { return FilingTarget(suppression: suppression) }
    let target = openCases.target(
      for: request.report, subject: SubjectMark(request.content.subjectCode), rule: rule, policy: request.policy,
      in: district, now: now)
    return FilingTarget(number: target?.joins, rule: rule, suppression: suppression)
  }

  /// Tells everyone who can be quicker for it.
  private func tell(_ plan: FilingPlan, _ requests: [FilingRequest], _ append: AppendResult) {
    var filed: [Int64] = []
    var open: [OpenCase] = []
    var subjects = [SubjectMark?](repeating: nil, count: plan.changes.count)
    for (place, part) in plan.placed where part.part == 0 {
      subjects[part.slot] = SubjectMark(requests[place].content.subjectCode)
    }
    for (slot, (change, number)) in zip(plan.changes, append.caseNumbers).enumerated()
    where change.expectedVersion == 0 {
      if change.value.state == .filed { filed.append(number) }
      guard change.value.state.isOpen, let point = change.value.filing.point else { continue }
      open.append(
        OpenCase(
          number: number, category: change.value.subject.category, point: point,
          reportedAt: change.value.subject.filedAt, subject: subjects[slot]))
    }
    // Known here before anybody hears of it: what comes of it afterwards finds it.
    openCases.insert(open, in: district)
    let joined = plan.changes.lazy.filter { $0.expectedVersion > 0 }.map(\.number)
    openCases.touch(Array(joined), at: append.run.at, in: district)
    publisher.publish(append.run)
    if !filed.isEmpty { publisher.wakeDispatcher(district, caseNumbers: filed) }
  }
}
