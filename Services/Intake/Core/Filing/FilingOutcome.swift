import Domain
import HTTPTypes
import Operations

/// What became of a report that was filed, now or before.
struct FilingOutcome: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// It began a case.
    case created
    /// It joined a case that was open.
    case merged
    /// It had been filed before, under the same key and with the same bytes.
    case repeated
  }

  var kind: Kind
  let caseID: CaseID
  /// As this report left the case.
  let state: CaseState
  let unit: UnitCode
  /// Of the last event that this report caused.
  let seq: Int64
  /// Whether the case is another report's.
  let isDuplicate: Bool

  init(kind: Kind, caseID: CaseID, state: CaseState, unit: UnitCode, seq: Int64, isDuplicate: Bool) {
    self.kind = kind
    self.caseID = caseID
    self.state = state
    self.unit = unit
    self.seq = seq
    self.isDuplicate = isDuplicate
  }
}

/// What only the database could tell of a report.
enum FilingRefusal: ProblemConvertible, Equatable {
  /// The same identity was used for other bytes; the field that names it.
  case otherBody(field: String)
  /// Not uploaded by this sender, or bound to a case already; its place in the list.
  case unknownAttachment(position: Int)
  /// The case that it should add to is closed, or there is none.
  case notOpen

  var problem: Problem {
    switch self {
    case .otherBody(let field):
      return Problem(
        .unprocessableContent, code: "idempotency_mismatch",
        detail: "Another report was sent under this \(field).",
        errors: [.init(field: field, code: "idempotency_mismatch", detail: "It stands for another report.")])
    case .unknownAttachment(let position):
      var faults = FaultCollector()
      faults.add(
        "attachments.\(position)", "unknown_attachment",
        "There is no such attachment of this sender, or it belongs to a report already.")
      return faults.problem
    case .notOpen:
      return .conflict(code: "case_not_open", "The case is not open any more. Send a new report.")
    }
  }
}
