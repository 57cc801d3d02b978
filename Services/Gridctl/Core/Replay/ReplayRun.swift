import Platform

/// Sends every report of a feed, many at once, and counts what became of them.
struct ReplayRun: Sendable {
  let feed: any ReportFeed
  let sender: ReportSender
  /// Reports under way at once.
  let inFlight: Int
  /// Reports a second at most; nil for as many as go.
  let rate: Double?
  let acknowledgements: AckLog?

  func run(_ progress: Progress) async -> ReplaySummary {
    let next = Locked(0)
    return await ReplaySummary.gathering { summary, started in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<min(inFlight, max(feed.count, 1)) {
          group.addTask {
            while true {
              let index = next.withLock { next in
                defer { next += 1 }
                return next
              }
              guard index < feed.count else { return }
              if let rate { try await MonotonicClock.wait(until: started + Int64(Double(index) * 1e6 / rate)) }
              try Task.checkCancellation()
              let report = feed.report(index)
              let result = try await sender.send(report)
              acknowledgements?.add(report, result.outcome)
              summary.withLock { $0.add(report, result) }
              progress.add()
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
