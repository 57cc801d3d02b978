import Casework
import Domain
import Journal
import PostgresClient
import WebAuth
import Wire

/// What discipline inspection found, as lists are filtered by it.
enum AccountabilityFinding: String, CaseIterable, Sendable {
  case upheld, waived
}

/// Which records a list is to hold.
struct AccountabilityFilter: Sendable {
  var states: [AccountabilityState] = []
  var clocks: [ClockName] = []
  var findings: [AccountabilityFinding] = []
  var statementLate: Bool?
  var unit: UnitCode?
  var territory: Territory?
  /// This unit alone, without what lies under it.
  var exactUnit: UnitCode?
  /// Of a department, or of none.
  var lead: CaseFilter.Lead?
  var openedFrom: Instant?
  var openedBefore: Instant?
}

/// A record with the case's place, as lists show it.
struct AccountabilityRow: Sendable {
  let record: AccountabilityRecord
  let category: CategoryCode
}

/// The place after which the next page begins.
struct AccountabilityCursor: Sendable {
  let openedAt: Instant
  let id: String

  init(openedAt: Instant, id: String) {
    self.openedAt = openedAt
    self.id = id
  }

  var text: String { "\(openedAt.microseconds).\(id)" }

  init?(_ text: String) {
    guard let dot = text.firstIndex(of: "."), let key = Int64(text[..<dot]),
      abs(key) < 253_402_300_800_000_000
    else { return nil }
    self.init(openedAt: Instant(microseconds: key), id: String(text[text.index(after: dot)...]))
  }
}

/// Reads and moves on the records of discipline inspection.
struct AccountabilityStore: Sendable {
  static let maxPageRecords = 500

  let pool: PostgresPool

  private static let columns = """
    a.id, a.case_number, a.clock, a.rung, a.unit, a.department, a.receivers, a.due_at, a.opened_at, a.state, a.version,
    c.category, a.acknowledged_at, a.statement_due_at, a.statement_at, a.statement_late, a.finding, a.decided_at,
    a.closed_at, a.chain, c.snapshot,
    ARRAY(SELECT s.actor FROM accountability_steps AS s
          WHERE s.district = a.district AND s.id = a.id AND s.action = 'statement')
    """

  private static let tables = """
    accountability a JOIN cases c ON c.district = a.district AND c.number = a.case_number
    """

  /// The records that the viewer may see, newest first.
  func page(
    _ view: CallerView, _ filter: AccountabilityFilter, after cursor: AccountabilityCursor?, limit: Int
  ) async throws -> (rows: [AccountabilityRow], next: AccountabilityCursor?) {
    let districts = Self.districts(view, filter)
    let found = try await pool.ask(
      districts.map { district in
        var conditions = Self.conditions(view, filter, in: [district])
        if let cursor {
          conditions.add(
            "(a.opened_at, a.id) < (?, ?)", .timestamp(microseconds: cursor.openedAt.microseconds), .text(cursor.id))
        }
        let rowLimit = conditions.bind(.int64(Int64(limit) + 1))
        let text = """
          SELECT \(Self.columns) FROM \(Self.tables) WHERE \(conditions.text)
          ORDER BY a.opened_at DESC, a.id DESC LIMIT \(rowLimit)
          """
        return PostgresCall(.unprepared(text), conditions.parameters)
      })
    let lists = try zip(districts, found).map { district, rows in try rows.map { try Self.row(district, $0) } }
    let page = MergedPage(lists, limit: limit) {
      ($1.record.openedAt, $1.record.id) < ($0.record.openedAt, $0.record.id)
    }
    let next =
      page.hasMore ? page.rows.last.map { AccountabilityCursor(openedAt: $0.record.openedAt, id: $0.record.id) } : nil
    return (page.rows, next)
  }

  /// The record; nil when there is none or the viewer may not see it.
  func find(_ id: String, _ view: CallerView) async throws -> AccountabilityRow? {
    let districts = view.territory.districts
    let found = try await pool.ask(
      districts.map { district in
        var conditions = Self.conditions(view, in: [district])
        conditions.add("a.id = ?", .text(id))
        let text = "SELECT \(Self.columns) FROM \(Self.tables) WHERE \(conditions.text)"
        return PostgresCall(.unprepared(text), conditions.parameters)
      })
    for (district, rows) in zip(districts, found) {
      if let row = rows.first { return try Self.row(district, row) }
    }
    return nil
  }

  /// How many records a filter holds, by unit, department, clock and the quarter of an hour of their opening: what a
  /// summary of any kind is added up from.
  func cells(_ view: CallerView, _ filter: AccountabilityFilter) async throws -> [AccountabilityCell] {
    let districts = Self.districts(view, filter)
    guard !districts.isEmpty else { return [] }
    let conditions = Self.conditions(view, filter, in: districts)
    let text = """
      SELECT a.unit, a.department, a.clock, to_timestamp(floor(extract(epoch FROM a.opened_at) / 900) * 900), a.state,
        a.finding, a.statement_late, count(*)
      FROM \(Self.tables) WHERE \(conditions.text) GROUP BY 1, 2, 3, 4, 5, 6, 7
      """
    return try await pool.query(.unprepared(text), conditions.parameters).map { row in
      guard let state = AccountabilityState(rawValue: try row.text(4)) else { throw CaseRowUnreadable() }
      return AccountabilityCell(
        unit: UnitCode(try row.text(0)), department: try row.textOrNil(1).map { DepartmentCode($0) },
        clock: try row.text(2), openedAt: try row.timestamp(3).instant, state: state,
        finding: try row.textOrNil(5).flatMap { AccountabilityFinding(rawValue: $0) },
        statementLate: try row.bool(6), count: try row.int64(7))
    }
  }

  /// The districts that a list is asked of.
  private static func districts(_ view: CallerView, _ filter: AccountabilityFilter) -> [UnitCode] {
    guard let asked = filter.territory?.districts else { return view.territory.districts }
    return view.territory.districts.filter { asked.contains($0) }
  }

  private static func conditions(
    _ view: CallerView, _ filter: AccountabilityFilter, in districts: [UnitCode]
  ) -> Conditions {
    var conditions = conditions(view, in: districts)
    if !filter.states.isEmpty { conditions.add("a.state = ANY(?)", .texts(filter.states.map(\.rawValue))) }
    if !filter.clocks.isEmpty { conditions.add("a.clock = ANY(?)", .texts(filter.clocks.map(\.rawValue))) }
    if !filter.findings.isEmpty { conditions.add("a.finding = ANY(?)", .texts(filter.findings.map(\.rawValue))) }
    if let late = filter.statementLate { conditions.add("a.statement_late = ?", .bool(late)) }
    if let territory = filter.territory { conditions.add(subtree: territory.unitPath) }
    if let unit = filter.exactUnit { conditions.add("a.unit = ?", .text(unit.text)) }
    switch filter.lead {
    case .department(let department): conditions.add("a.department = ?", .text(department.text))
    case .some(.none): conditions.add("a.department IS NULL")
    case nil: break
    }
    if let from = filter.openedFrom { conditions.add("a.opened_at >= ?", .timestamp(microseconds: from.microseconds)) }
    if let before = filter.openedBefore {
      conditions.add("a.opened_at < ?", .timestamp(microseconds: before.microseconds))
    }
    return conditions
  }

  /// The records of some of the viewer's districts that they may see: discipline inspection, auditors and administrators all in
  /// their unit, an inspector of another body (the procuratorate) those addressed to it, a centre those in its unit, a
  /// department its own.
  private static func conditions(_ view: CallerView, in districts: [UnitCode]) -> Conditions {
    var conditions = Conditions()
    conditions.add("a.district", among: districts)
    switch view.caller.role {
    case .inspector, .auditor, .admin, .supervisor, .dispatcher:
      conditions.add(subtree: view.territory.unitPath)
      if view.caller.role == .inspector, let department = view.caller.department {
        conditions.add(
          """
          EXISTS (SELECT FROM unnest(a.receivers) AS r
                  WHERE starts_with(r, 'inspector@') AND split_part(r, '/', 2) = ?)
          """, .text(department.text))
      }
    case .handler:
      conditions.add("a.department = ?", .text(view.caller.department?.text))
    case .officer, .hotline, .source: conditions.add("false")
    }
    return conditions
  }

  private static func row(_ district: UnitCode, _ row: PostgresRow) throws -> AccountabilityRow {
    guard let state = AccountabilityState(rawValue: try row.text(9)) else { throw CaseRowUnreadable() }
    var record = AccountabilityRecord(
      id: try row.text(0), caseID: CaseID(district: district, number: try row.int64(1)), clock: try row.text(2),
      rung: try row.text(3), unit: UnitCode(try row.text(4)),
      department: try row.textOrNil(5).map { DepartmentCode($0) }, receivers: try row.texts(6),
      dueAt: try row.timestamp(7).instant, openedAt: try row.timestamp(8).instant, state: state,
      version: try row.int32(10))
    record.acknowledgedAt = try row.timestampOrNil(12)?.instant
    record.statementDueAt = try row.timestampOrNil(13)?.instant
    record.statementAt = try row.timestampOrNil(14)?.instant
    record.statementLate = try row.bool(15)
    record.finding = try row.textOrNil(16).flatMap { AccountabilityState(rawValue: $0) }
    record.decidedAt = try row.timestampOrNil(17)?.instant
    record.closedAt = try row.timestampOrNil(18)?.instant
    record.chain = try row.bytesOrNil(19)
    let value = try CaseCoding.decode(try row.bytes(20))
    record.participants = Set(try row.texts(21) + [value.handledBy, value.lead?.officer].compactMap { $0 })
      .union(value.parts.flatMap { [$0.officer, $0.handledBy].compactMap { $0 } })
    return AccountabilityRow(record: record, category: CategoryCode(try row.text(11)))
  }

  private static let readSteps = Statement(
    "accountability_steps_read",
    "SELECT step, action, actor, note, at, hash FROM accountability_steps WHERE district = $1 AND id = $2 ORDER BY step"
  )

  func steps(_ record: AccountabilityRecord) async throws -> [AccountabilityChain.Step] {
    try await pool.query(Self.readSteps, [.text(record.caseID.district.text), .text(record.id)]).map { row in
      AccountabilityChain.Step(
        step: try row.int32(0), action: try row.text(1), actor: try row.text(2), note: try row.text(3),
        at: try row.timestamp(4).instant, hash: try row.bytes(5))
    }
  }

  // Of two at once one moves the row and writes its step, and the other finds that it has moved on.
  private static let advance = Statement(
    "accountability_advance", "SELECT accountability_advance($1, $2, $3, $4, $5, $6, $7, $8, $9)")

  /// Moves the record on and writes the step. False when it has moved on meanwhile.
  ///
  /// - Parameter statementDueAt: set where the action starts the time for the unit's statement.
  func advance(
    _ record: AccountabilityRecord, to state: AccountabilityState, _ action: AccountabilityAction, note: String,
    by actor: Actor, at now: Instant, statementDueAt: Instant?
  ) async throws -> Bool {
    try await pool.query(
      Self.advance,
      [
        .text(record.caseID.district.text), .text(record.id), .int32(record.version), .text(state.rawValue),
        .text(action.rawValue), .text(actor.text), .text(note), .timestamp(microseconds: now.microseconds),
        .timestamp(statementDueAt.map { PostgresTimestamp($0) }),
      ]
    ).onlyRow().bool(0)
  }
}

/// So many records that are alike in what summaries group by.
struct AccountabilityCell: Sendable {
  let unit: UnitCode
  let department: DepartmentCode?
  let clock: String
  /// To the quarter of an hour.
  let openedAt: Instant
  let state: AccountabilityState
  let finding: AccountabilityFinding?
  let statementLate: Bool
  let count: Int64
}
