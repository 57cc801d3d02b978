import Casework
import Domain
import PostgresClient
import WebAuth

/// What an officer handed in, and the cases that came of it.
struct OfficerReport: Sendable {
  /// The case as it stands; of a report that told of a known matter the case that it joined.
  let summary: CaseSummary
  let isJoined: Bool
  let receivedAt: Instant
}

enum OfficerReports {
  private static let newest = Statement(
    "officer_reports",
    """
    SELECT district, case_number, part, received_at FROM reports WHERE district = ANY($1) AND submitter = $2
    ORDER BY received_at DESC, case_number DESC LIMIT $3
    """)

  /// The newest first, as far as the officer sees their cases: one that was sent to another street is not theirs to see.
  static func newest(_ limit: Int, _ request: PageRequest) async throws -> [OfficerReport] {
    let (console, view) = (request.console, request.view)
    let rows = try await console.pool.query(
      Self.newest,
      [.texts(view.territory.districts.map(\.text)), .text(view.actor.text), .int64(Int64(limit))])
    let reports = try rows.map { row in
      (
        id: CaseID(district: UnitCode(try row.text(0)), number: try row.int64(1)), isJoined: try row.int64(2) > 0,
        receivedAt: Instant(microseconds: try row.timestamp(3).microseconds)
      )
    }
    guard !reports.isEmpty else { return [] }
    var filter = CaseFilter()
    filter.cases = reports.map(\.id)
    let page = try await console.cases.page(view.sight, filter, limit: limit, now: request.now)
    let summaries = Dictionary(page.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return reports.compactMap { report in
      summaries[report.id].map {
        OfficerReport(summary: $0, isJoined: report.isJoined, receivedAt: report.receivedAt)
      }
    }
  }
}
