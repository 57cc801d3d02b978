import Casework
import Domain
import PostgresClient

/// How many notices the caller has not read.
enum InboxCount {
  private static let maxCounted: Int64 = 100

  private static let count = Statement(
    "inbox_unread",
    """
    SELECT count(*) FROM (SELECT 1 FROM (
    \(InboxSight.rows("i.seq, i.part", where: "i.read_at IS NULL", limit: "$11"))
    ) AS i LIMIT $11) AS i
    """)

  /// At most a hundred, which is as far as anybody is told.
  static func unread(_ view: CallerView, console: Console, now: Instant) async throws -> Int64 {
    let sight = try await InboxSight.of(view, console.pool, now: now)
    let found = try await console.pool.ask(
      sight.districts.map { PostgresCall(Self.count, sight.parameters(in: $0) + [.int64(maxCounted)]) })
    return try found.reduce(0) { min($0 + (try $1.onlyRow().int64(0)), maxCounted) }
  }
}
