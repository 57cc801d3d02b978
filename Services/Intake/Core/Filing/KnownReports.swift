import Domain
import Journal
import PostgresClient

/// What the database already holds of the reports of one batch, read at its begin.
struct KnownReports {
  /// A report that was filed before.
  struct Known: Sendable {
    let outcome: FilingOutcome
    let bodyHash: [UInt8]
  }

  /// By the request's place in the batch.
  private(set) var byKey: [Int: Known] = [:]
  private(set) var byExternalID: [Int: Known] = [:]
  /// Attachments that may be bound, each with who uploaded it; locked until the transaction ends.
  private(set) var attachments: [String: String] = [:]
  /// What cases are about, by number, where the report that began them says so.
  private(set) var subjects: [Int64: String] = [:]

  /// - Parameters:
  ///   - everyKey: look also for keys that this process made itself: after a commit whose outcome is unknown, or one
  ///     that another copy of the service forestalled.
  ///   - targets: the cases that requests may join.
  static func load(
    _ requests: [FilingRequest], targets: [Int64?], district: UnitCode, everyKey: Bool, in transaction: Transaction
  ) throws -> KnownReports {
    var calls: [PostgresCall] = []
    var readers: [(inout KnownReports, PostgresRows) throws -> Void] = []
    let asked = requests.indices.filter { everyKey || requests[$0].identity.isKeyGiven }
    if !asked.isEmpty {
      calls.append(identityCall(byKey, asked, requests, district) { $0.identity.key })
      readers.append { known, rows in
        for row in rows { known.byKey[Int(try row.int32(0))] = try Self.known(row, district) }
      }
    }
    let external = requests.indices.filter { requests[$0].identity.externalID != nil }
    if !external.isEmpty {
      calls.append(identityCall(byExternalID, external, requests, district) { $0.identity.externalID ?? "" })
      readers.append { known, rows in
        for row in rows { known.byExternalID[Int(try row.int32(0))] = try Self.known(row, district) }
      }
    }
    let attachments = requests.flatMap(\.attachments)
    if !attachments.isEmpty {
      calls.append(PostgresCall(freeAttachments, [.text(district.text), .texts(Array(Set(attachments)).sorted())]))
      readers.append { known, rows in
        for row in rows { known.attachments[try row.text(0)] = try row.text(1) }
      }
    }
    let compared = Set(requests.indices.compactMap { requests[$0].content.subjectCode == nil ? nil : targets[$0] })
    if !compared.isEmpty {
      calls.append(PostgresCall(subjectCodes, [.text(district.text), .int64s(compared.sorted())]))
      readers.append { known, rows in
        for row in rows { known.subjects[try row.int64(0)] = try row.text(1) }
      }
    }
    var known = KnownReports()
    guard !calls.isEmpty else { return known }
    for (rows, read) in zip(try transaction.pipeline(calls), readers) { try read(&known, rows) }
    return known
  }

  private static func identityCall(
    _ statement: Statement, _ places: [Int], _ requests: [FilingRequest], _ district: UnitCode,
    _ identity: (FilingRequest) -> String
  ) -> PostgresCall {
    PostgresCall(
      statement,
      [
        .text(district.text), .int32s(places.map(Int32.init)), .texts(places.map { requests[$0].actor.text }),
        .texts(places.map { identity(requests[$0]) }),
      ])
  }

  private static func known(_ row: PostgresRow, _ district: UnitCode) throws -> Known {
    let event = JournalEvent(
      district: district, seq: try row.int64(2), epoch: 0, at: Instant(microseconds: 0),
      caseNumber: try row.int64(1), kind: try row.text(4), actor: try row.text(5), body: try row.bytes(6))
    guard let decoded = try event.decoded() else { throw PostgresError.transactionAborted }
    return Known(
      outcome: FilingOutcome(
        kind: .repeated, caseID: event.caseID, state: decoded.after.state, unit: decoded.subject.unit, seq: event.seq,
        isDuplicate: decoded.kind == .merged),
      bodyHash: try row.bytes(3))
  }
}

extension KnownReports {
  // A look-up per element, whatever the planner thinks of the tables' sizes.
  private static func identityText(_ column: String) -> String {
    """
    SELECT n.place, r.case_number, r.seq, r.body_hash, j.kind, j.actor, j.body
    FROM unnest($2::int4[], $3::text[], $4::text[]) AS n(place, submitter, identity)
    CROSS JOIN LATERAL (
      SELECT case_number, seq, body_hash FROM reports
      WHERE district = $1 AND submitter = n.submitter AND \(column) = n.identity LIMIT 1) AS r
    CROSS JOIN LATERAL (
      SELECT kind, actor, body FROM journal WHERE district = $1 AND seq = r.seq LIMIT 1) AS j
    """
  }

  private static let byKey = Statement("intake_known_by_key", identityText("idempotency_key"))
  private static let byExternalID = Statement("intake_known_by_external_id", identityText("external_id"))

  private static let freeAttachments = Statement(
    "intake_free_attachments",
    """
    SELECT id, uploaded_by FROM attachments
    WHERE district = $1 AND id = ANY($2) AND case_number IS NULL ORDER BY id FOR UPDATE
    """)

  private static let subjectCodes = Statement(
    "intake_subject_codes",
    """
    SELECT case_number, subject_code FROM reports
    WHERE district = $1 AND case_number = ANY($2) AND part = 0 AND subject_code IS NOT NULL
    """)
}
