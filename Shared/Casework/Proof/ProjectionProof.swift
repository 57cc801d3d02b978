public import Domain
import GridNetwork
import Journal
public import PostgresClient
public import Wire

/// Proves of a whole district that `cases` and `case_parts` are nothing but what the journal says: folds every case from
/// its events and compares every column of its rows.
///
/// Reads some hundred cases at a time, each time rows and events as of one moment, so that it may run while services
/// write; its memory does not grow with the district. Changes nothing.
public struct ProjectionProof: Sendable {
  /// Cases read at once.
  public static let maxCasesPerRead: Int64 = 500
  /// Differences named at most; more are counted.
  public static let maxListedDifferences = 1_000

  /// One column in which a row is not what the events make of it.
  public struct Difference: Sendable, Hashable, CustomStringConvertible {
    public let caseID: CaseID
    public let table: String
    /// Of `case_parts` the department whose row it is. Nil where a case has no row or no events, or its events cannot be
    /// folded.
    public let column: String?
    /// What stands in the row; nil for NULL or where there is none.
    public let kept: String?
    /// What the events make of it.
    public let folded: String?

    public var description: String {
      let place = "\(caseID) \(table)" + (column.map { ".\($0)" } ?? "")
      return "\(place): kept \(kept ?? "nothing"), the journal says \(folded ?? "nothing")"
    }

    public var json: JSONValue {
      [
        "case_id": .string(caseID.description), "table": .string(table), "column": column.map { .string($0) } ?? .null,
        "kept": kept.map { .string($0) } ?? .null, "folded": folded.map { .string($0) } ?? .null,
      ]
    }
  }

  /// What was compared.
  public struct Report: Sendable {
    public let district: UnitCode
    public internal(set) var cases: Int64 = 0
    public internal(set) var parts: Int64 = 0
    public internal(set) var differences: Int64 = 0
    /// The first of them, in the order of the cases.
    public internal(set) var found: [Difference] = []

    public var holds: Bool { differences == 0 }

    mutating func add(_ difference: Difference) {
      differences += 1
      if found.count < ProjectionProof.maxListedDifferences { found.append(difference) }
    }
  }

  private let pool: PostgresPool
  private let policies: PolicyStore

  public init(pool: PostgresPool, policies: PolicyStore) {
    self.pool = pool
    self.policies = policies
  }

  private static let last = Statement(
    "projection_last",
    """
    SELECT greatest((SELECT last_case FROM journal_head WHERE district = $1),
      (SELECT max(number) FROM cases WHERE district = $1), (SELECT max(case_number) FROM journal WHERE district = $1),
      (SELECT max(case_number) FROM case_parts WHERE district = $1))
    """)

  private static let events = Statement(
    "projection_events",
    """
    SELECT case_number, kind, actor, body FROM journal
    WHERE district = $1 AND case_number BETWEEN $2 AND $3 ORDER BY case_number, seq
    """)

  private static let rows = Statement(
    "projection_rows",
    """
    SELECT \(CaseColumns.selected), snapshot, number FROM cases
    WHERE district = $1 AND number BETWEEN $2 AND $3 ORDER BY number
    """)

  private static let parts = Statement(
    "projection_parts",
    """
    SELECT case_number, department, state, facts FROM case_parts
    WHERE district = $1 AND case_number BETWEEN $2 AND $3 ORDER BY case_number, department
    """)

  /// - Parameter progress: called with the number of cases looked at so far.
  /// - Throws: `PostgresError`, or ``PolicyFault`` when a policy that a case was filed under is missing.
  public func run(_ district: UnitCode, progress: @Sendable (Int64) -> Void = { _ in }) async throws -> Report {
    let lastCase = try await pool.query(Self.last, [.text(district.text)]).onlyRow().int64OrNil(0) ?? 0
    var report = Report(district: district)
    var first: Int64 = 1
    while first <= lastCase {
      try Task.checkCancellation()
      let end = first + Self.maxCasesPerRead - 1
      let range: [PostgresParameter] = [.text(district.text), .int64(first), .int64(end)]
      let read = try await pool.transaction(.readOnlySnapshot) { transaction in
        try transaction.finalPipeline([
          PostgresCall(Self.events, range), PostgresCall(Self.rows, range), PostgresCall(Self.parts, range),
        ])
      }
      try await compare(try Self.fold(read[0], district), read[1], read[2], &report)
      first = end + 1
      progress(report.cases)
    }
    return report
  }

  private func compare(
    _ folds: [Int64: Fold], _ rows: PostgresRows, _ parts: PostgresRows, _ report: inout Report
  ) async throws {
    let stored = try Self.stored(rows, parts)
    for number in Set(folds.keys).union(stored.keys).sorted() {
      let id = CaseID(district: report.district, number: number)
      let kept = stored[number] ?? Stored()
      report.cases += 1
      report.parts += Int64(kept.parts.count)
      switch folds[number] {
      case nil: report.add(Difference(caseID: id, table: "cases", column: nil, kept: "a row", folded: nil))
      case .broken(let fault)?:
        report.add(Difference(caseID: id, table: "journal", column: nil, kept: nil, folded: fault))
      case .case(let value)?:
        let policy = try await policies.policy(report.district, version: value.filing.policyVersion)
        Self.compare(value, CaseColumns(value, policy: policy), kept, id, &report)
      }
    }
  }

  private static func compare(
    _ value: Case, _ folded: CaseColumns, _ kept: Stored, _ id: CaseID, _ report: inout Report
  ) {
    if let columns = kept.columns {
      for (name, (left, right)) in zip(CaseColumns.names, zip(columns.texts, folded.texts)) where left != right {
        report.add(Difference(caseID: id, table: "cases", column: name, kept: left, folded: right))
      }
      if (try? CaseCoding.decode(kept.snapshot)) != value {
        report.add(
          Difference(caseID: id, table: "cases", column: "snapshot", kept: "another case", folded: "this case"))
      }
    } else {
      report.add(Difference(caseID: id, table: "cases", column: nil, kept: nil, folded: value.state.rawValue))
    }
    let parts = Dictionary(uniqueKeysWithValues: value.parts.map { ($0.department.text, PartColumns($0)) })
    for department in Set(parts.keys).union(kept.parts.keys).sorted() where parts[department] != kept.parts[department]
    {
      report.add(
        Difference(
          caseID: id, table: "case_parts", column: department, kept: kept.parts[department]?.text,
          folded: parts[department]?.text))
    }
  }
}

/// A row of `case_parts` beyond its key.
private struct PartColumns: Equatable {
  let state: String
  let facts: Int32

  init(_ part: CasePart) {
    state = part.state.rawValue
    facts = Int32(bitPattern: part.facts.rawValue)
  }

  init(state: String, facts: Int32) {
    self.state = state
    self.facts = facts
  }

  var text: String { "\(state) with facts \(facts)" }
}

/// What the tables keep of one case.
private struct Stored {
  var columns: CaseColumns?
  var snapshot: [UInt8] = []
  var parts: [String: PartColumns] = [:]
}

/// What the events of one case make.
private enum Fold {
  case `case`(Case)
  /// Why they make nothing.
  case broken(String)

  /// Each event continues the one before it, and the first begins the case.
  mutating func add(_ event: CaseEvent) {
    guard case .case(var value) = self else { return }
    guard event.before == value.standing else {
      self = .broken("event \(value.version + 1), \(event.kind.rawValue), does not continue the one before it")
      return
    }
    value.apply(event)
    self = .case(value)
  }

  static func begin(_ event: CaseEvent) -> Fold {
    guard event.before == nil, event.kind == .filed || event.kind == .reported else {
      return .broken("its first event is \(event.kind.rawValue)")
    }
    return .case(Case(beginning: event))
  }
}

extension ProjectionProof {
  private static func fold(_ rows: PostgresRows, _ district: UnitCode) throws -> [Int64: Fold] {
    var folds: [Int64: Fold] = [:]
    for row in rows {
      let (number, kind) = (try row.int64(0), try row.text(1))
      do {
        guard let event = try EventCoding.decode(kind: kind, actor: try row.text(2), body: try row.bytes(3)) else {
          folds[number] = .broken("this version does not know the kind \(kind)")
          continue
        }
        if folds[number]?.add(event) == nil { folds[number] = .begin(event) }
      } catch let fault as CanonicalFault {
        folds[number] = .broken("an event of kind \(kind) is unreadable: \(fault)")
      }
    }
    return folds
  }

  private static func stored(_ rows: PostgresRows, _ parts: PostgresRows) throws -> [Int64: Stored] {
    var stored: [Int64: Stored] = [:]
    let count = CaseColumns.names.count
    for row in rows {
      stored[try row.int64(count + 1)] = Stored(columns: try CaseColumns(row), snapshot: try row.bytes(count))
    }
    for row in parts {
      stored[try row.int64(0), default: Stored()].parts[try row.text(1)] = PartColumns(
        state: try row.text(2), facts: try row.int32(3))
    }
    return stored
  }
}
