import Domain
import Wire

/// Rows of lists of records, and the facts of one.
struct RecordRows: Sendable {
  private let request: PageRequest

  init(_ request: PageRequest) { self.request = request }

  func data(_ row: AccountabilityRow) -> PageData {
    let record = row.record
    let (names, times, texts) = (request.names, request.times, request.texts)
    var data: PageData = [
      "id": record.id, "path": "/inspection/\(PercentEncoding.encode(record.id))",
      "case": record.caseID.description, "state": record.state.rawValue,
      "stateName": texts.word("record_state", record.state.rawValue), "clock": texts.word("clock", record.clock),
      "rung": names.rung(record.rung, of: record.clock),
      "place": names.place(record.unit), "category": names.category(row.category),
      "department": record.department.map { names.department($0) } ?? texts("cases.no_lead"),
      "due": times.data(record.dueAt), "opened": times.data(record.openedAt), "version": "\(record.version)",
      "statementLate": record.statementLate,
    ]
    data["acknowledged"] = times.data(record.acknowledgedAt)
    data["statement"] = times.data(record.statementAt)
    data["decided"] = times.data(record.decidedAt)
    data["closed"] = times.data(record.closedAt)
    data["finding"] = record.finding.map { texts.word("record_state", $0.rawValue) }
    data["findingTone"] = record.finding.map { $0 == .upheld ? "late" : "fine" }
    if let due = record.statementDueAt {
      data["statementDue"] = times.data(due)
      // While the unit has not spoken, its time runs.
      let isWaiting = record.statementAt == nil && record.state == .acknowledged
      let tone = DueTone.of(due, from: record.acknowledgedAt ?? due, now: request.now)
      data["statementTone"] = isWaiting ? tone.rawValue : nil
      data["waits"] = isWaiting && due > request.now
    }
    return data
  }
}
