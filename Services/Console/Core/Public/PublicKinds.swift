import Casework
import Domain
import GridNetwork
import Platform
import PostgresClient

/// What residents report most, by district: counted at most every ten minutes, since anybody may ask for the page. From
/// any thread.
final class PublicKinds: Sendable {
  static let maxFrequent = 8
  static let keptMicroseconds: Int64 = 600 * 1_000_000
  /// Over how many days is counted.
  private static let countedDays: Int64 = 30

  private struct Held {
    let version: Int32
    let untilMicroseconds: Int64
    let kinds: [CategoryCode]
  }

  private let held = Locked<[UnitCode: Held]>([:])

  /// By the reports of residents, on whatever way they came; where there are too few, of everybody.
  private static let counted = Statement(
    "public_kinds",
    """
    SELECT category FROM rollup_daily
    WHERE district = $1 AND day >= DATE '1970-01-01' + $2 AND NOT part
    GROUP BY category HAVING sum(reported) > 0
    ORDER BY sum(reported) FILTER (WHERE source IN ('citizen', 'hotline')) DESC NULLS LAST, sum(reported) DESC, category
    LIMIT $3
    """)

  /// What the page takes, most reported first. Throws `PostgresError`.
  func frequent(_ visit: PublicVisit) async throws -> [CategoryCode] {
    let policy = visit.network.policy
    let now = MonotonicClock.microseconds
    if let known = held.withLock({ $0[visit.district] }), known.version == policy.version,
      known.untilMicroseconds > now
    {
      return known.kinds
    }
    let first = Int64(visit.asked.view.zone.date(of: visit.asked.now).dayNumber) - Self.countedDays
    // More than are shown, since not every kind is taken here.
    let rows = try await visit.console.pool.query(
      Self.counted, [.text(visit.district.text), .int32(Int32(first)), .int64(Int64(10 * Self.maxFrequent))])
    let kinds = try rows.map { CategoryCode(try $0.text(0)) }.filter {
      policy.catalogue[$0].map { visit.page.takes($0) } ?? false
    }
    let shown = Array(kinds.prefix(Self.maxFrequent))
    held.withLock {
      $0[visit.district] = Held(
        version: policy.version, untilMicroseconds: now + Self.keptMicroseconds, kinds: shown)
    }
    return shown
  }
}
