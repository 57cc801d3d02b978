import Platform
import Transfer
import Wire

/// Sends the reports of a feed as streams of lines, some hundred to a request. Each source has a stream of its own,
/// since each has a key of its own.
struct BulkRun: Sendable {
  static let linesPerRequest = 500
  /// Reports made at once to be sorted by source.
  static let reportsAtOnce = 4_000

  let feed: any ReportFeed
  let sender: ReportSender
  let inFlight: Int
  /// Reports a second at most; nil for as many as go.
  let rate: Double?
  let acknowledgements: AckLog?

  func run(_ progress: Progress) async -> ReplaySummary {
    await ReplaySummary.gathering { summary, started in
      try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        for first in stride(from: 0, to: feed.count, by: Self.reportsAtOnce) {
          if let rate { try await MonotonicClock.wait(until: started + Int64(Double(first) * 1e6 / rate)) }
          for batch in batches(first..<min(first + Self.reportsAtOnce, feed.count)) {
            if running >= inFlight {
              try await group.next()
              running -= 1
            }
            running += 1
            group.addTask {
              for (report, result) in try await send(batch) {
                acknowledgements?.add(report, result.outcome)
                summary.withLock { $0.add(report, result) }
                progress.add()
              }
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  /// The reports by source, in requests of a limited length.
  private func batches(_ indices: Range<Int>) -> [[OutgoingReport]] {
    let bySource = Dictionary(grouping: indices.map(feed.report), by: \.source)
    return bySource.sorted { $0.key < $1.key }.flatMap { _, reports in
      stride(from: 0, to: reports.count, by: Self.linesPerRequest).map {
        Array(reports[$0..<min($0 + Self.linesPerRequest, reports.count)])
      }
    }
  }

  private func send(_ reports: [OutgoingReport]) async throws -> [(OutgoingReport, ReportSender.Result)] {
    var writer = JSONWriter(capacity: reports.count * 400)
    for report in reports {
      report.write(place: 0, to: &writer)
      writer.newLine()
    }
    var request = OutgoingRequest(
      method: "POST", url: sender.address + "/v1/reports/bulk",
      headers: [
        .init("Content-Type", "application/x-ndjson"),
        .init("Authorization", sender.authorization[reports[0].source] ?? ""),
      ], body: writer.bytes)
    request.totalTimeoutMilliseconds = 120_000
    let (outcomes, retries) = try await sender.persist(request) { response in
      response.status == 200 ? Self.outcomes(response.body, count: reports.count) : nil
    }
    var results: [(OutgoingReport, ReportSender.Result)] = []
    for (report, outcome) in zip(reports, outcomes) {
      if case .rejected(let rejection) = outcome, rejection.isPlace, report.places.count > 1 {
        results.append((report, try await sender.send(report, fromPlace: 1)))
      } else {
        results.append((report, ReportSender.Result(outcome: outcome, retries: retries)))
      }
    }
    return results
  }

  /// One outcome for each line; nil when lines are missing or one could not be taken now, and all is sent again: what
  /// is filed comes back as repeated.
  static func outcomes(_ body: [UInt8], count: Int) -> [ReplayOutcome]? {
    var outcomes: [ReplayOutcome] = []
    for line in body.split(separator: UInt8(ascii: "\n")) {
      guard let value = try? JSONParser.parse(Array(line)), let name = value["outcome"]?.stringValue else { return nil }
      let id = value["case_id"]?.stringValue ?? ""
      switch name {
      case "created": outcomes.append(.created(caseID: id))
      case "repeated": outcomes.append(.repeated(caseID: id))
      case "merged": outcomes.append(.merged(caseID: id))
      default:
        let problem = value["error"] ?? .null
        let status = Int(problem["status"]?.integerValue ?? 422)
        guard status < 500, status != 429 else { return nil }
        outcomes.append(.rejected(ReplayRejection(status: status, problem: problem)))
      }
    }
    return outcomes.count == count ? outcomes : nil
  }
}
