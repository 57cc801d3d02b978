import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import Wire

/// Tells, once for each record of discipline inspection, that the unit's statement did not come in time: the record is
/// marked by a step of its own, and the notice to those concerned is asked for, in one transaction.
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
    let unit: UnitCode
    let department: DepartmentCode?
    let clock: String
    let dueAt: Instant
    let hearers: [ReceiverAddress]

    func notice(at now: Instant) -> AskedNotice {
      AskedNotice(
        id: "\(NoticeKind.statementDue.rawValue)/\(id)", kind: .statementDue, caseNumber: caseNumber, unit: unit,
        department: department, hearers: hearers, askedAt: now,
        details: [
          "accountability_id": .string(id), "clock": .string(clock),
          "due_at_microseconds": .integer(dueAt.microseconds),
        ])
    }
  }

  private static let due = Statement(
    "statements_due",
    """
    SELECT id, version, case_number, unit, department, receivers, clock, statement_due_at FROM accountability
    WHERE district = $1 AND state = 'acknowledged' AND NOT statement_late AND statement_due_at <= $2
    ORDER BY statement_due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    """)

  private static let mark = Statement(
    "statements_mark",
    "SELECT accountability_advance($1, $2, $3, 'acknowledged', 'statement_late', $4, $5, $6, NULL)")

  /// How many records were marked.
  func tell(_ policy: NetworkPolicy) async throws -> Int {
    let moment = Instant(microseconds: clock.microseconds)
    let now = PostgresParameter.timestamp(microseconds: moment.microseconds)
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
      _ = try transaction.finalPipeline(marks + records.map { $0.notice(at: moment).asking(in: district) })
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
    let department = try row.textOrNil(4).map { DepartmentCode($0) }
    if let department {
      let home = policy.departments[department]?.unit ?? district
      hearers.append(ReceiverAddress(role: Role.handler.rawValue, unit: home, department: department))
      hearers.append(ReceiverAddress(role: Role.supervisor.rawValue, unit: home))
    }
    var told: Set<ReceiverAddress> = []
    return Record(
      id: try row.text(0), version: try row.int32(1), caseNumber: try row.int64(2), unit: unit,
      department: department, clock: try row.text(6), dueAt: try row.timestamp(7).instant,
      hearers: hearers.filter { told.insert($0).inserted })
  }

  /// Grids have no centre of their own.
  private static func centre(over unit: UnitCode, _ district: UnitCode, _ policy: NetworkPolicy) -> UnitCode {
    policy.units.path(to: unit).last { $0.tier != policy.units.finestTier }?.code ?? district
  }
}
