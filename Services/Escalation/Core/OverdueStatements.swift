import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient

/// Tells, once for each record of discipline inspection, that the unit's statement did not come in time: the record is
/// marked by a step of its own and those concerned find it in their inboxes, in one transaction.
struct OverdueStatements: Sendable {
  /// Records told of in one transaction at most.
  static let maxRecords = 100

  let district: UnitCode
  let pool: PostgresPool
  let clock: any WallClock

  private struct Record {
    let id: String
    let version: Int32
    let caseNumber: Int64
    let hearers: [ReceiverAddress]
  }

  private static let due = Statement(
    "statements_due",
    """
    SELECT id, version, case_number, unit, department, receivers FROM accountability
    WHERE district = $1 AND state = 'acknowledged' AND NOT statement_late AND statement_due_at <= $2
    ORDER BY statement_due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    """)

  private static let mark = Statement(
    "statements_mark",
    "SELECT accountability_advance($1, $2, $3, 'acknowledged', 'statement_late', $4, $5, $6, NULL)")

  /// How many records were marked.
  func tell(_ policy: NetworkPolicy) async throws -> Int {
    let now = PostgresParameter.timestamp(microseconds: clock.microseconds)
    let district = district
    return try await pool.transaction { transaction in
      let rows = try transaction.query(Self.due, [.text(district.text), now, .int64(Int64(Self.maxRecords))])
      guard !rows.isEmpty else { return 0 }
      let records = try rows.map { try Self.record($0, district: district, policy: policy) }
      let marks = records.map { record in
        PostgresCall(
          Self.mark,
          [
            .text(district.text), .text(record.id), .int32(record.version), .text(Actor.service("escalation").text),
            .text(record.hearers.map(\.text).joined(separator: " ")), now,
          ])
      }
      let notices = records.flatMap { record in
        record.hearers.map {
          InboxNotice(hearer: $0, notice: NoticeKind.statementDue.rawValue, caseNumber: record.caseNumber)
        }
      }
      _ = try transaction.finalPipeline(marks + InboxNotice.calls(notices, district: district, at: now))
      return records.count
    }
  }

  /// The department that owes the statement, the head of the centre above the place, and whoever opened the record.
  private static func record(
    _ row: PostgresRow, district: UnitCode, policy: NetworkPolicy
  ) throws -> Record {
    let unit = UnitCode(try row.text(3))
    var hearers = try row.texts(5).compactMap { ReceiverAddress($0) }
    hearers.append(ReceiverAddress(role: Role.supervisor.rawValue, unit: centre(over: unit, district, policy)))
    if let department = try row.textOrNil(4).map({ DepartmentCode($0) }) {
      let home = policy.departments[department]?.unit ?? district
      hearers.append(ReceiverAddress(role: Role.handler.rawValue, unit: home, department: department))
      hearers.append(ReceiverAddress(role: Role.supervisor.rawValue, unit: home))
    }
    var told: Set<ReceiverAddress> = []
    return Record(
      id: try row.text(0), version: try row.int32(1), caseNumber: try row.int64(2),
      hearers: hearers.filter { told.insert($0).inserted })
  }

  /// Grids have no centre of their own.
  private static func centre(over unit: UnitCode, _ district: UnitCode, _ policy: NetworkPolicy) -> UnitCode {
    policy.units.path(to: unit).last { $0.tier != policy.units.finestTier }?.code ?? district
  }
}

/// A notice that no event of the journal tells: it stands in the inbox beside the journal's end of that moment.
struct InboxNotice: Sendable {
  let hearer: ReceiverAddress
  let notice: String
  let caseNumber: Int64

  /// Below it are the places of an event's own notices.
  private static let firstPart: Int32 = 1_000_000

  private static let insert = Statement(
    "inbox_beside",
    """
    INSERT INTO inbox (district, seq, part, role, unit, department, notice, case_number, at)
    SELECT $1, h.last_seq,
      greatest($2, (SELECT coalesce(max(part), 0) FROM inbox AS i WHERE i.district = $1 AND i.seq = h.last_seq))
        + n.place::integer,
      n.role, n.unit, n.department, n.notice, n.case_number, $3
    FROM journal_head AS h, unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[]) WITH ORDINALITY
      AS n(role, unit, department, notice, case_number, place)
    WHERE h.district = $1
    """)

  static func calls(_ notices: [InboxNotice], district: UnitCode, at now: PostgresParameter) -> [PostgresCall] {
    guard !notices.isEmpty else { return [] }
    return [
      PostgresCall(
        insert,
        [
          .text(district.text), .int32(firstPart), now, .texts(notices.map(\.hearer.role)),
          .texts(notices.map(\.hearer.unit.text)), .texts(notices.map { $0.hearer.department?.text ?? "" }),
          .texts(notices.map(\.notice)), .int64s(notices.map(\.caseNumber)),
        ])
    ]
  }
}
