import Domain
import Journal
import PostgresClient

/// What was told of a case, to whom, and whether it arrived.
struct CaseNotices: Sendable {
  struct Notice: Sendable {
    let place: NoticePlace
    let notice: String
    let role: String
    let unit: UnitCode
    let department: DepartmentCode?
    /// Set for a notice to one person.
    let username: String?
    let at: Instant
    let readAt: Instant?
    let readBy: String?
  }

  /// A message on its way over a channel.
  struct Delivery: Sendable {
    let place: NoticePlace
    let channel: String
    let notice: String
    /// `pending`, `delivered` or `failed`.
    let state: String
    let attempts: Int32
    let createdAt: Instant
    let deliveredAt: Instant?
  }

  let notices: [Notice]
  let deliveries: [Delivery]

  private static let readNotices = Statement(
    "case_notices",
    """
    SELECT seq, part, notice, role, unit, department, username, at, read_at, read_by FROM inbox
    WHERE district = $1 AND case_number = $2 ORDER BY seq, part
    """)

  private static let readDeliveries = Statement(
    "case_deliveries",
    """
    SELECT seq, part, channel, notice, state, attempts, created_at, delivered_at FROM deliveries
    WHERE district = $1 AND case_number = $2 ORDER BY seq, part, channel
    """)

  /// Of a case that the caller may see; oldest first.
  static func of(_ id: CaseID, pool: PostgresPool) async throws -> CaseNotices {
    let key: [PostgresParameter] = [.text(id.district.text), .int64(id.number)]
    let found = try await pool.pipeline([PostgresCall(readNotices, key), PostgresCall(readDeliveries, key)])
    return CaseNotices(
      notices: try found[0].map { row in
        let (department, username) = (try row.text(5), try row.text(6))
        return Notice(
          place: NoticePlace(district: id.district, seq: try row.int64(0), part: try row.int32(1)),
          notice: try row.text(2),
          role: try row.text(3), unit: UnitCode(try row.text(4)),
          department: department.isEmpty ? nil : DepartmentCode(department),
          username: username.isEmpty ? nil : username, at: try row.timestamp(7).instant,
          readAt: try row.timestampOrNil(8)?.instant, readBy: try row.textOrNil(9))
      },
      deliveries: try found[1].map { row in
        Delivery(
          place: NoticePlace(district: id.district, seq: try row.int64(0), part: try row.int32(1)),
          channel: try row.text(2),
          notice: try row.text(3), state: try row.text(4), attempts: try row.int32(5),
          createdAt: try row.timestamp(6).instant, deliveredAt: try row.timestampOrNil(7)?.instant)
      })
  }
}
