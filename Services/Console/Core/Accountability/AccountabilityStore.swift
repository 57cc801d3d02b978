import Casework
import Domain
import Journal
import PostgresClient
import WebAuth

/// One step of a record.
struct AccountabilityStep: Sendable, Hashable {
  let step: Int32
  let action: String
  let actor: String
  let note: String
  let at: Instant
}

/// Which records a list is to hold.
struct AccountabilityFilter: Sendable {
  var states: [AccountabilityState] = []
  var unitPath: String?
  var department: DepartmentCode?
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
    c.category
    """

  private static let tables = """
    accountability a JOIN cases c ON c.district = a.district AND c.number = a.case_number
    """

  /// The records that the viewer may see, newest first.
  func page(
    _ view: CallerView, _ filter: AccountabilityFilter, after cursor: AccountabilityCursor?, limit: Int
  ) async throws -> (rows: [AccountabilityRow], next: AccountabilityCursor?) {
    var conditions = try Self.conditions(view)
    if !filter.states.isEmpty { conditions.add("a.state = ANY(?)", .texts(filter.states.map(\.rawValue))) }
    if let path = filter.unitPath { conditions.add(subtree: path) }
    if let department = filter.department { conditions.add("a.department = ?", .text(department.text)) }
    if let from = filter.openedFrom { conditions.add("a.opened_at >= ?", .timestamp(microseconds: from.microseconds)) }
    if let before = filter.openedBefore {
      conditions.add("a.opened_at < ?", .timestamp(microseconds: before.microseconds))
    }
    if let cursor {
      conditions.add(
        "(a.opened_at, a.id) < (?, ?)", .timestamp(microseconds: cursor.openedAt.microseconds), .text(cursor.id))
    }
    let rowLimit = conditions.bind(.int64(Int64(limit) + 1))
    let text = """
      SELECT \(Self.columns) FROM \(Self.tables) WHERE \(conditions.text)
      ORDER BY a.opened_at DESC, a.id DESC LIMIT \(rowLimit)
      """
    let rows = try await pool.query(.unprepared(text), conditions.parameters)
    let found = try rows.prefix(limit).map { try Self.row(view.caller.district, $0) }
    guard rows.count > limit, let last = found.last?.record else { return (found, nil) }
    return (found, AccountabilityCursor(openedAt: last.openedAt, id: last.id))
  }

  /// The record; nil when there is none or the viewer may not see it.
  func find(_ id: String, _ view: CallerView) async throws -> AccountabilityRow? {
    var conditions = try Self.conditions(view)
    conditions.add("a.id = ?", .text(id))
    let text = "SELECT \(Self.columns) FROM \(Self.tables) WHERE \(conditions.text)"
    return try await pool.query(.unprepared(text), conditions.parameters).first.map {
      try Self.row(view.caller.district, $0)
    }
  }

  /// The records of one district that the viewer may see: inspectors, auditors and administrators all in their unit,
  /// a centre those in its unit, a department its own.
  private static func conditions(_ view: CallerView) throws -> Conditions {
    var conditions = Conditions()
    conditions.add("a.district = ?", .text(view.caller.district.text))
    switch view.caller.role {
    case .inspector, .auditor, .admin, .supervisor, .dispatcher:
      conditions.add(subtree: view.policy.unitPath(view.caller.unit))
    case .handler:
      conditions.add("a.department = ?", .text(view.caller.department?.text))
    case .officer, .hotline, .source: conditions.add("false")
    }
    return conditions
  }

  private static func row(_ district: UnitCode, _ row: PostgresRow) throws -> AccountabilityRow {
    guard let state = AccountabilityState(rawValue: try row.text(9)) else { throw CaseRowUnreadable() }
    let record = AccountabilityRecord(
      id: try row.text(0), caseID: CaseID(district: district, number: try row.int64(1)), clock: try row.text(2),
      rung: try row.text(3), unit: UnitCode(try row.text(4)),
      department: try row.textOrNil(5).map { DepartmentCode($0) }, receivers: try row.texts(6),
      dueAt: try row.timestamp(7).instant, openedAt: try row.timestamp(8).instant, state: state,
      version: try row.int32(10))
    return AccountabilityRow(record: record, category: CategoryCode(try row.text(11)))
  }

  private static let readSteps = Statement(
    "accountability_steps_read",
    "SELECT step, action, actor, note, at FROM accountability_steps WHERE district = $1 AND id = $2 ORDER BY step")

  func steps(_ record: AccountabilityRecord) async throws -> [AccountabilityStep] {
    try await pool.query(Self.readSteps, [.text(record.caseID.district.text), .text(record.id)]).map { row in
      AccountabilityStep(
        step: try row.int32(0), action: try row.text(1), actor: try row.text(2), note: try row.text(3),
        at: try row.timestamp(4).instant)
    }
  }

  // The step is inserted from the row that was moved on, so that of two at once one moves it and writes its step, and
  // the other finds no row.
  private static let advance = Statement(
    "accountability_advance",
    """
    WITH moved AS (
      UPDATE accountability SET state = $4, version = version + 1
      WHERE district = $1 AND id = $2 AND version = $3 RETURNING district, id, version
    )
    INSERT INTO accountability_steps (district, id, step, action, actor, note, at)
    SELECT district, id, version - 1, $5, $6, $7, $8 FROM moved
    """)

  /// Moves the record on and writes the step. False when it has moved on meanwhile.
  func advance(
    _ record: AccountabilityRecord, to state: AccountabilityState, _ action: AccountabilityAction, note: String,
    by actor: Actor, at now: Instant
  ) async throws -> Bool {
    try await pool.execute(
      Self.advance,
      [
        .text(record.caseID.district.text), .text(record.id), .int32(record.version), .text(state.rawValue),
        .text(action.rawValue), .text(actor.text), .text(note), .timestamp(microseconds: now.microseconds),
      ]) > 0
  }
}
