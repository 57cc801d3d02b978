import Domain
import GridNetwork
import Journal
import PostgresClient

/// A report that its sender asks for by the id that it gave it, and what has become of it.
struct SentReport: Sendable, Equatable {
  /// The case that the report began or joined, as the sender was answered.
  let caseID: CaseID
  let isDuplicate: Bool
  /// Of the event that took the report in.
  let seq: Int64
  let receivedAt: Instant
  let unit: UnitCode
  /// The case in which the matter now lies: `caseID`, or the one into which it was merged.
  let current: CaseID
  /// Of the current case.
  let state: CaseState
  let closedAt: Instant?
  /// What was done, in the words of the last result, once the case is closed.
  let result: String?
}

/// Looks reports up by their senders' own ids. Reads only; throws `PostgresError`.
struct SentReports: Sendable {
  /// Cases merged into one another, at most.
  static let maxMerges = 16

  let pool: PostgresPool

  /// Nil when the sender has reported nothing under that id.
  func report(externalID: String, of sender: ReportSender) async throws -> SentReport? {
    var district = sender.home
    if let city = sender.city {
      let rows = try await pool.query(
        Self.inCity, [.text(city.code.text), .text(sender.actor.text), .text(CityIdentities.externalID(externalID))])
      guard let row = rows.first else { return nil }
      district = UnitCode(try row.text(0))
    }
    let rows = try await pool.query(
      Self.byExternalID, [.text(district.text), .text(sender.actor.text), .text(externalID)])
    guard let row = rows.first else { return nil }
    let number = try row.int64(0)
    let current = try await self.current(number, in: district)
    let isClosed = current.state == .closed
    return SentReport(
      caseID: CaseID(district: district, number: number), isDuplicate: try row.int64(1) > 0, seq: try row.int64(2),
      receivedAt: Instant(microseconds: try row.timestamp(3).microseconds), unit: UnitCode(try row.text(4)),
      current: CaseID(district: district, number: current.number), state: current.state, closedAt: current.closedAt,
      result: isClosed ? try await result(of: current.number, in: district) : nil)
  }

  private struct Current {
    let number: Int64
    let state: CaseState
    let closedAt: Instant?
  }

  private func current(_ first: Int64, in district: UnitCode) async throws -> Current {
    var number = first
    for _ in 0..<Self.maxMerges {
      let row = try await pool.query(Self.standing, [.text(district.text), .int64(number)]).onlyRow()
      guard let next = try row.int64OrNil(2), next != number else {
        return Current(
          number: number, state: CaseState(rawValue: try row.text(0)) ?? .filed,
          closedAt: try row.timestampOrNil(1).map { Instant(microseconds: $0.microseconds) })
      }
      number = next
    }
    return Current(number: number, state: .merged, closedAt: nil)
  }

  /// The words of the last result of the whole case; of one that was settled on the spot, what was done there.
  private func result(of number: Int64, in district: UnitCode) async throws -> String? {
    let rows = try await pool.query(Self.results, [.text(district.text), .int64(number)])
    for row in rows {
      let event = JournalEvent(
        district: district, seq: 0, epoch: 0, at: Instant(microseconds: 0), caseNumber: number,
        kind: try row.text(0), actor: try row.text(1), body: try row.bytes(2))
      switch try event.decoded()?.detail {
      case .handled(let handed) where handed.part == nil: return handed.result
      case .closed(.onSpot(let action, let note)): return note.isEmpty ? action : "\(action): \(note)"
      default: continue
      }
    }
    return nil
  }
}

extension SentReports {
  private static let inCity = Statement(
    "intake_city_report", "SELECT target FROM city_reports WHERE district = $1 AND submitter = $2 AND identity = $3")

  private static let byExternalID = Statement(
    "intake_sent_report",
    """
    SELECT r.case_number, r.part, r.seq, r.received_at, c.unit FROM reports AS r
    JOIN cases AS c ON c.district = r.district AND c.number = r.case_number
    WHERE r.district = $1 AND r.submitter = $2 AND r.external_id = $3
    """)

  private static let standing = Statement(
    "intake_case_standing",
    "SELECT state, closed_at, merged_into FROM cases WHERE district = $1 AND number = $2")

  private static let results = Statement(
    "intake_case_results",
    """
    SELECT kind, actor, body FROM journal
    WHERE district = $1 AND case_number = $2 AND kind IN ('handled', 'closed') ORDER BY seq DESC LIMIT 20
    """)
}
