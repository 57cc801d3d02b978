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
    let elsewhere = try CityIdentities.claim(requests, for: district, in: transaction)
    var calls: [PostgresCall] = []
    if let bring = bringAttachments(requests, to: district) { _ = try transaction.pipeline([bring]) }
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
    if !calls.isEmpty {
      for (rows, read) in zip(try transaction.pipeline(calls), readers) { try read(&known, rows) }
    }
    for (other, claims) in elsewhere {
      try known.read(requests, claimedBy: other, claims, for: district, in: transaction)
    }
    return known
  }

  /// Reports of a city's sender whose identities another district has; an identity under which that district holds
  /// nothing comes over to this one.
  private mutating func read(
    _ requests: [FilingRequest], claimedBy other: UnitCode, _ claims: Set<CityIdentities.Claim>,
    for district: UnitCode, in transaction: Transaction
  ) throws {
    func isClaimed(_ place: Int, _ identity: String) -> Bool {
      let request = requests[place]
      return request.city != nil
        && claims.contains(CityIdentities.Claim(submitter: request.actor.text, identity: identity))
    }
    let keyed = requests.indices.filter { place in
      let identity = requests[place].identity
      return identity.isKeyGiven && isClaimed(place, CityIdentities.key(identity.key))
    }
    let external = requests.indices.filter { place in
      requests[place].identity.externalID.map { isClaimed(place, CityIdentities.externalID($0)) } ?? false
    }
    let rows = try transaction.pipeline([
      Self.identityCall(Self.byKey, keyed, requests, other) { $0.identity.key },
      Self.identityCall(Self.byExternalID, external, requests, other) { $0.identity.externalID ?? "" },
    ])
    for row in rows[0] { byKey[Int(try row.int32(0))] = try Self.known(row, other) }
    for row in rows[1] { byExternalID[Int(try row.int32(0))] = try Self.known(row, other) }
    let found = Set(
      keyed.filter { byKey[$0] != nil }.map { claim(requests[$0], CityIdentities.key(requests[$0].identity.key)) }
        + external.filter { byExternalID[$0] != nil }.map {
          claim(requests[$0], CityIdentities.externalID(requests[$0].identity.externalID ?? ""))
        })
    try CityIdentities.move(claims.subtracting(found), of: requests, to: district, in: transaction)
  }

  private func claim(_ request: FilingRequest, _ identity: String) -> CityIdentities.Claim {
    CityIdentities.Claim(submitter: request.actor.text, identity: identity)
  }

  /// Images of a city's sender wait under the city, or where a report that was refused had brought them.
  private static func bringAttachments(_ requests: [FilingRequest], to district: UnitCode) -> PostgresCall? {
    let bringing = requests.filter { $0.city != nil && !$0.attachments.isEmpty }
    guard let first = bringing.first, let city = first.city else { return nil }
    let places = [city] + first.policy.units.roots.map(\.code)
    return PostgresCall(
      bring,
      [
        .texts(places.map(\.text)), .text(district.text), .texts(Set(bringing.flatMap(\.attachments)).sorted()),
        .texts(Set(bringing.map(\.actor.text)).sorted()),
      ])
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

  private static let bring = Statement(
    "intake_bring_attachments",
    """
    WITH moved AS (
      DELETE FROM attachments
      WHERE district = ANY($1) AND district <> $2 AND id = ANY($3) AND uploaded_by = ANY($4) AND case_number IS NULL
      RETURNING id, media_type, width, height, sha256, content, uploaded_by, uploaded_at)
    INSERT INTO attachments (district, id, media_type, width, height, sha256, content, uploaded_by, uploaded_at)
    SELECT $2, id, media_type, width, height, sha256, content, uploaded_by, uploaded_at FROM moved
    """)

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
