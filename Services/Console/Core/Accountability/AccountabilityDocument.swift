import Domain
import Wire

/// Records of discipline inspection as JSON and as a table.
struct AccountabilityDocument {
  let view: CallerView
  let now: Instant

  init(_ view: CallerView, now: Instant) {
    self.view = view
    self.now = now
  }

  func writeMembers(of row: AccountabilityRow, to writer: inout JSONWriter) {
    let record = row.record
    writer.member("id", record.id)
    writer.member("version", record.version)
    writer.member("state", record.state.rawValue)
    writer.member("case_id", record.caseID.description)
    writer.member("category", row.category.text)
    writer.member("clock", record.clock)
    writer.member("rung", record.rung)
    writer.member("unit", unit: record.unit, policy: view.policy)
    writer.member("department", record.department?.text)
    writer.member("to", texts: record.receivers)
    writer.member("due_at", record.dueAt, in: view.zone)
    writer.member("opened_at", record.openedAt, in: view.zone)
    writer.member("acknowledged_at", record.acknowledgedAt, in: view.zone)
    writer.member("statement_due_at", record.statementDueAt, in: view.zone)
    writer.member("statement_at", record.statementAt, in: view.zone)
    writer.member("statement_late", record.statementLate)
    writer.member("finding", record.finding?.rawValue)
    writer.member("decided_at", record.decidedAt, in: view.zone)
    writer.member("closed_at", record.closedAt, in: view.zone)
    let allowed = AccountabilityMachine(actor: view.actor, units: view.policy.units, now: now).allowed(record)
    writer.member("allowed_actions", texts: allowed.map(\.rawValue))
  }
}

/// Comma-separated values (RFC 4180), marked as UTF-8 so that spreadsheets read Chinese names.
struct AccountabilityTable {
  /// Rows of one export at most.
  static let maxRows = 20_000

  private let view: CallerView
  private(set) var bytes: [UInt8]
  private(set) var rowCount = 0

  init(_ view: CallerView) {
    self.view = view
    bytes = [0xEF, 0xBB, 0xBF]
    write([
      "id", "case_id", "state", "clock", "rung", "unit", "unit_name", "department", "department_name", "category",
      "category_name", "due_at", "opened_at", "acknowledged_at", "statement_due_at", "statement_at", "statement_late",
      "finding", "decided_at", "closed_at",
    ])
  }

  mutating func add(_ row: AccountabilityRow) {
    guard rowCount < Self.maxRows else { return }
    rowCount += 1
    let (record, policy) = (row.record, view.policy)
    write([
      record.id, record.caseID.description, record.state.rawValue, record.clock, record.rung, record.unit.text,
      policy.units[record.unit]?.nameZh ?? "", record.department?.text ?? "",
      record.department.flatMap { policy.departments[$0]?.nameZh } ?? "", row.category.text,
      policy.catalogue[row.category]?.nameZh ?? "", record.dueAt.rfc3339(in: view.zone),
      record.openedAt.rfc3339(in: view.zone), text(record.acknowledgedAt), text(record.statementDueAt),
      text(record.statementAt), record.statementLate ? "true" : "false", record.finding?.rawValue ?? "",
      text(record.decidedAt), text(record.closedAt),
    ])
  }

  private func text(_ moment: Instant?) -> String { moment?.rfc3339(in: view.zone) ?? "" }

  private mutating func write(_ cells: [String]) {
    bytes += cells.map(Self.cell).joined(separator: ",").utf8
    bytes += "\r\n".utf8
  }

  /// A cell that a spreadsheet would take for a formula is led by an apostrophe.
  static func cell(_ text: String) -> String {
    let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
    let text = isFormula ? "'" + text : text
    guard text.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
