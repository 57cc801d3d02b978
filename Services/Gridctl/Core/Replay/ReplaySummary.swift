import Platform
import Wire

/// What became of all reports of a replay.
struct ReplaySummary: Sendable {
  /// Rejections listed at most; the rest is counted.
  static let maxListedRejections = 1_000

  var created: Int64 = 0
  var repeated: Int64 = 0
  var merged: Int64 = 0
  var rejected: Int64 = 0
  var retries: Int64 = 0
  var rejections: [(line: Int, externalID: String, rejection: ReplayRejection)] = []
  var elapsedMicroseconds: Int64 = 0
  var seed: UInt64?
  /// Why the replay was broken off.
  var failure: String?

  var sent: Int64 { created + repeated + merged + rejected }
  var isGood: Bool { rejected == 0 && failure == nil }
  private var perSecond: Double { elapsedMicroseconds > 0 ? Double(sent) * 1e6 / Double(elapsedMicroseconds) : 0 }

  /// What a replay has brought together when it ends, also where a fault ended it.
  /// - Parameter replay: gets the summary to add to, and when it began.
  static func gathering(
    _ replay: (_ summary: Locked<ReplaySummary>, _ startedMicroseconds: Int64) async throws -> Void
  ) async -> ReplaySummary {
    let summary = Locked(ReplaySummary())
    let started = MonotonicClock.microseconds
    do {
      try await replay(summary, started)
    } catch {
      summary.withLock { $0.failure = "\(error)" }
    }
    return summary.withLock { summary in
      summary.elapsedMicroseconds = MonotonicClock.microseconds - started
      return summary
    }
  }

  mutating func add(_ report: OutgoingReport, _ result: ReportSender.Result) {
    retries += Int64(result.retries)
    switch result.outcome {
    case .created: created += 1
    case .repeated: repeated += 1
    case .merged: merged += 1
    case .rejected(let rejection): reject(report.line, report.externalID, rejection)
    }
  }

  mutating func reject(_ line: Int, _ externalID: String, _ rejection: ReplayRejection) {
    rejected += 1
    guard rejections.count < Self.maxListedRejections else { return }
    rejections.append((line, externalID, rejection))
  }

  var answer: Answer {
    var json: JSONObject = [
      "sent": .integer(sent), "created": .integer(created), "repeated": .integer(repeated), "merged": .integer(merged),
      "rejected": .integer(rejected), "retries": .integer(retries),
      "seconds": .number(Double(elapsedMicroseconds) / 1e6), "per_second": .number(perSecond.rounded()),
    ]
    if let seed { json["seed"] = .string(String(seed)) }
    if let failure { json["failure"] = .string(failure) }
    json["rejections"] = .array(
      rejections.sorted { $0.line < $1.line }.map { item in
        [
          "line": .integer(Int64(item.line)), "external_id": .string(item.externalID),
          "status": .integer(Int64(item.rejection.status)), "code": .string(item.rejection.code),
          "detail": .string(item.rejection.detail),
        ]
      })
    return Answer(.object(json), text: text, isGood: isGood)
  }

  private var text: String {
    var lines = [
      "sent \(Figures.grouped(sent)): \(Figures.grouped(created)) created, \(Figures.grouped(repeated)) repeated, "
        + "\(Figures.grouped(merged)) merged, \(Figures.grouped(rejected)) rejected",
      "\(Figures.decimal(perSecond, digits: 0))/s in \(Figures.duration(microseconds: elapsedMicroseconds)), "
        + "\(Figures.grouped(retries)) sent again" + (seed.map { ", seed \($0)" } ?? ""),
    ]
    for item in rejections.sorted(by: { $0.line < $1.line }) {
      lines.append("  line \(item.line), \(item.externalID): \(item.rejection.code): \(item.rejection.detail)")
    }
    if let failure { lines.append("broken off: \(failure)") }
    return lines.joined(separator: "\n")
  }
}
