import Domain
import Journal
import PostgresClient
import Wire

/// The columns of a row of `cases` as texts that can be compared and shown, in one order for what is kept and for what
/// the events make.
struct CaseColumns: Equatable {
  /// Every column but the key; what it is made from stands in ``init(_:policy:)``.
  static let names = [
    "version", "state", "unit", "unit_path", "category", "source", "priority", "finder", "lead", "facts", "filed_at",
    "filed_day", "latitude", "longitude", "due_at", "handle_due_at", "dispatched_at", "handled_at", "closed_at",
    "updated_at", "policy_version", "marks", "owes_answer", "merged_into",
  ]
  /// `filed_day` is read as days since 1970.
  static let selected = names.map { $0 == "filed_day" ? "filed_day - DATE '1970-01-01'" : $0 }.joined(separator: ", ")

  let texts: [String?]

  /// What the events made of the case.
  /// - Parameter policy: the version that the case was filed under, which gave it its place in the tree and its day.
  init(_ value: Case, policy: NetworkPolicy) {
    let (subject, marks) = (value.subject, CaseMarks(value))
    texts = [
      "\(value.version)", value.state.rawValue, subject.unit.text, policy.unitPath(subject.unit),
      subject.category.text, subject.source.rawValue, subject.priority.rawValue, subject.finder,
      value.lead?.department.text, "\(Int32(bitPattern: value.facts.rawValue))", subject.filedAt.rfc3339(),
      "\(policy.filedDay(subject.filedAt))", value.filing.point.map { "\($0.latitude)" },
      value.filing.point.map { "\($0.longitude)" }, value.nextDueAt?.rfc3339(), value.handleDueAt?.rfc3339(),
      value.dispatchedAt?.rfc3339(), value.handledAt?.rfc3339(), value.closedAt?.rfc3339(),
      value.updatedAt.rfc3339(), "\(value.policyVersion)", "\(marks.bits.rawValue)",
      marks.owesAnswer.map(\.text).joined(separator: ","), marks.mergedInto.map { "\($0)" },
    ]
  }

  /// A row that begins with the columns ``selected``.
  init(_ row: PostgresRow) throws(PostgresError) {
    texts = [
      "\(try row.int64(0))", try row.text(1), try row.text(2), try row.text(3), try row.text(4), try row.text(5),
      try row.text(6), try row.text(7), try row.textOrNil(8), "\(try row.int32(9))", try row.moment(10),
      "\(try row.int32(11))", try row.doubleOrNil(12).map { "\($0)" }, try row.doubleOrNil(13).map { "\($0)" },
      try row.moment(14), try row.moment(15), try row.moment(16), try row.moment(17), try row.moment(18),
      try row.moment(19), "\(try row.int32(20))", "\(try row.int32(21))",
      try row.texts(22).joined(separator: ","), try row.int64OrNil(23).map { "\($0)" },
    ]
  }
}

extension PostgresRow {
  fileprivate func moment(_ column: Int) throws(PostgresError) -> String? {
    try timestampOrNil(column)?.instant.rfc3339()
  }
}
