import Domain
import Platform
import PostgresClient

/// Notes when each case's `dispatched` event can be read by others than its writer.
final class DispatchWatch: Sendable {
  /// Between two reads of the journal; what is measured is late by so much at most.
  static let pollMilliseconds: Int64 = 5

  struct Latencies {
    /// In microseconds, ascending.
    let values: [Int64]
    var count: Int { values.count }

    /// In milliseconds; nil without a sample.
    func percentile(_ percent: Int) -> Double? {
      guard !values.isEmpty else { return nil }
      return Double(values[min(values.count * percent / 100, values.count - 1)]) / 1e3
    }
  }

  private let pool: PostgresPool
  private let district: UnitCode
  private let seen = Locked<[Int64: Int64]>([:])

  init(pool: PostgresPool, district: UnitCode) {
    self.pool = pool
    self.district = district
  }

  private static let end = Statement("gridctl_watch_end", "SELECT last_seq FROM journal_head WHERE district = $1")

  private static let read = Statement(
    "gridctl_watch",
    "SELECT seq, case_number, kind FROM journal WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT 5000")

  /// Watches until the task is cancelled.
  func run() async throws {
    var seq = try await pool.query(Self.end, [.text(district.text)]).onlyRow().int64(0)
    while !Task.isCancelled {
      let rows = try await pool.query(Self.read, [.text(district.text), .int64(seq)])
      let now = MonotonicClock.microseconds
      for row in rows {
        seq = try row.int64(0)
        let kind = try row.text(2)
        guard kind == "dispatched" || kind == "desked" else { continue }
        let number = try row.int64(1)
        seen.withLock { $0[number] = $0[number] ?? now }
      }
      try await MonotonicClock.wait(until: now + Self.pollMilliseconds * 1_000)
    }
  }

  /// From the moment a report was due to its case being dispatched, or put before a person.
  func latency(of acknowledgements: [(caseNumber: Int64, scheduledAt: Int64)]) -> Latencies {
    let seen = seen.withLock { $0 }
    return Latencies(
      values: acknowledgements.compactMap { item in
        seen[item.caseNumber].map { max($0 - item.scheduledAt, 0) }
      }.sorted())
  }
}
