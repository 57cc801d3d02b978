import Domain
import Journal
import PostgresClient

/// A daily proof that every clock which ran over has its rungs.
struct SelfCheck: Sendable {
  let district: UnitCode
  /// The local day it was made on, `2026-03-04`.
  let day: String
  let asOf: Instant
  let seq: Int64
  let hash: [UInt8]
  let policyVersion: Int32
  let cases: Int64
  let clocks: Int64
  let rungs: Int64
  let gaps: Int64
  /// The gaps found first, as JSON.
  let findings: String
}

/// Reads the daily self-checks.
struct SelfCheckStore: Sendable {
  let pool: PostgresPool

  private static let read = Statement(
    "self_checks_read",
    """
    SELECT to_char(day, 'YYYY-MM-DD'), as_of, seq, hash, policy_version, cases, clocks, rungs, gaps, findings::text,
      district
    FROM self_checks WHERE district = ANY($1) ORDER BY day DESC, district LIMIT $2
    """)

  /// The newest first.
  func newest(_ districts: [UnitCode], limit: Int) async throws -> [SelfCheck] {
    try await pool.query(Self.read, [.texts(districts.map(\.text)), .int64(Int64(limit))]).map { row in
      SelfCheck(
        district: UnitCode(try row.text(10)), day: try row.text(0), asOf: try row.timestamp(1).instant,
        seq: try row.int64(2), hash: try row.bytes(3), policyVersion: try row.int32(4), cases: try row.int64(5),
        clocks: try row.int64(6), rungs: try row.int64(7), gaps: try row.int64(8), findings: try row.text(9))
    }
  }
}
