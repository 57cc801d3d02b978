public import Domain
import Journal
public import PostgresClient
import Wire

/// A row of a list of cases: what the columns hold, without the case itself.
public struct CaseSummary: Sendable, Hashable {
  public let id: CaseID
  public let version: Int64
  public let state: CaseState
  public let unit: UnitCode
  public let category: CategoryCode
  public let source: ReportSource
  public let priority: Priority
  public let lead: DepartmentCode?
  public let filedAt: Instant
  /// The earliest due time of a running clock.
  public let dueAt: Instant?
  public let handleDueAt: Instant?
  public let closedAt: Instant?
  public let updatedAt: Instant
  public let point: GeoPoint?
  /// Nil when there is none or it was erased.
  public let description: String?
  public let address: String?
}

/// What a reporter wrote and who they are, as it stands in `reports`.
public struct ReportContent: Sendable, Hashable {
  public let description: String?
  public let address: String?
  public let reporterName: String?
  public let reporterPhone: String?
  public let isAnonymous: Bool
  public let subjectKind: String?
  public let subjectCode: String?
  public let subjectName: String?
  public let externalID: String?
  public let erasedAt: Instant?
}

/// Someone who reported a case, unmasked.
public struct Reporter: Sendable, Hashable {
  /// The case that the report was of, before it was merged.
  public let caseID: CaseID
  public let source: String
  public let receivedAt: Instant
  public let name: String?
  public let phone: String?
  public let isAnonymous: Bool
  public let externalID: String?
  public let erasedAt: Instant?
}

/// One page of a list.
public struct CasePage: Sendable {
  public let cases: [CaseSummary]
  /// Nil on the last page.
  public let next: CaseCursor?
}

/// Reads cases for people; changes nothing. Every function throws `PostgresError`, or a fault of what is stored.
public struct CaseQueries: Sendable {
  /// Cases on one page at most.
  public static let maxPageCases = 500

  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  private static let snapshots = Statement(
    "case_snapshots", "SELECT number, snapshot FROM cases WHERE district = $1 AND number = ANY($2)")

  /// The cases themselves, for whoever was shown their rows: what may be seen is not asked again.
  public func values(of ids: [CaseID]) async throws -> [CaseID: Case] {
    let numbers = Dictionary(grouping: ids, by: \.district).sorted { $0.key < $1.key }
    let found = try await pool.ask(
      numbers.map { PostgresCall(Self.snapshots, [.text($0.key.text), .int64s($0.value.map(\.number))]) })
    var values: [CaseID: Case] = [:]
    for (group, rows) in zip(numbers, found) {
      for row in rows {
        values[CaseID(district: group.key, number: try row.int64(0))] = try CaseCoding.decode(try row.bytes(1))
      }
    }
    return values
  }

  private static let columns = """
    c.number, c.version, c.state, c.unit, c.category, c.source, c.priority, c.lead, c.filed_at, c.due_at,
    c.handle_due_at, c.closed_at, c.updated_at, c.latitude, c.longitude, r.description, r.address
    """

  private static let tables = """
    cases c LEFT JOIN reports r ON r.district = c.district AND r.case_number = c.number AND r.part = 0
    """

  /// A page of the cases that the sight covers and the filter lets through.
  ///
  /// - Parameters:
  ///   - cursor: where the page before ended; its order goes before `order`.
  ///   - limit: 1 to `maxPageCases`.
  ///   - now: what "overdue" is asked of.
  public func page(
    _ sight: CaseSight, _ filter: CaseFilter, order: CaseOrder = .newestFirst, after cursor: CaseCursor? = nil,
    limit: Int, now: Instant
  ) async throws -> CasePage {
    precondition((1...Self.maxPageCases).contains(limit), "a page has 1 to \(Self.maxPageCases) cases")
    let order = cursor?.order ?? order
    let asked = sight.asked(by: filter)
    let found = try await pool.ask(
      asked.byDistrict.map { Self.page($0, filter, order: order, after: cursor, limit: limit, now: now) })
    let lists = try zip(asked.territory.districts, found).map { district, rows in
      try rows.map { (summary: try Self.summary(district, $0), key: try $0.timestamp(17).instant) }
    }
    let page = MergedPage(lists, limit: limit) { left, right in
      let (first, second) = order.isDescending ? (right, left) : (left, right)
      return (first.key, first.summary.id.district, first.summary.id.number)
        < (second.key, second.summary.id.district, second.summary.id.number)
    }
    let next = page.hasMore ? page.rows.last.map { CaseCursor(order: order, key: $0.key, id: $0.summary.id) } : nil
    return CasePage(cases: page.rows.map(\.summary), next: next)
  }

  /// What is asked of one district: its rows in order, one more than the page has so that it is known whether there are
  /// more.
  static func page(
    _ sight: CaseSight, _ filter: CaseFilter, order: CaseOrder, after cursor: CaseCursor?, limit: Int, now: Instant
  ) -> PostgresCall {
    var conditions = Conditions()
    conditions.add(sight)
    conditions.add(filter, now: now)
    var text = "SELECT \(columns), \(order.expression) FROM \(tables) WHERE \(conditions.text)"
    if let cursor, let district = sight.territory.districts.first {
      let key = conditions.bind(.timestamp(microseconds: cursor.key.microseconds))
      let number = conditions.bind(.int64(cursor.number(in: district)))
      text += " AND (\(order.expression), c.number) \(order.isDescending ? "<" : ">") (\(key), \(number))"
    }
    let direction = order.isDescending ? "DESC" : "ASC"
    let rowLimit = conditions.bind(.int64(Int64(limit) + 1))
    text += " ORDER BY \(order.expression) \(direction), c.number \(direction) LIMIT \(rowLimit)"
    return PostgresCall(.unprepared(text), conditions.parameters)
  }

  /// How many cases the sight covers and the filter lets through.
  public func count(_ sight: CaseSight, _ filter: CaseFilter, now: Instant) async throws -> Int64 {
    let calls = sight.asked(by: filter).byDistrict.map { Self.count($0, filter, now: now) }
    return try await pool.ask(calls).reduce(0) { $0 + (try $1.onlyRow().int64(0)) }
  }

  static func count(_ sight: CaseSight, _ filter: CaseFilter, now: Instant) -> PostgresCall {
    var conditions = Conditions()
    conditions.add(sight)
    conditions.add(filter, now: now)
    return PostgresCall(
      .unprepared("SELECT count(*) FROM \(tables) WHERE \(conditions.text)"), conditions.parameters)
  }

  /// The case with what its first reporter wrote; nil when there is none or the sight does not cover it.
  public func find(_ id: CaseID, _ sight: CaseSight) async throws -> (loaded: LoadedCase, report: ReportContent)? {
    let sight = sight.among([id.district])
    guard !sight.territory.districts.isEmpty else { return nil }
    var conditions = Conditions()
    conditions.add(sight)
    conditions.add("c.number = ?", .int64(id.number))
    let text = """
      SELECT c.snapshot, r.description, r.address, r.reporter_name, r.reporter_phone, coalesce(r.anonymous, false),
        r.subject_kind, r.subject_code, r.subject_name, r.external_id, r.erased_at
      FROM \(Self.tables) WHERE \(conditions.text)
      """
    guard let row = try await pool.query(.unprepared(text), conditions.parameters).first else { return nil }
    let report = ReportContent(
      description: try row.textOrNil(1), address: try row.textOrNil(2), reporterName: try row.textOrNil(3),
      reporterPhone: try row.textOrNil(4), isAnonymous: try row.bool(5), subjectKind: try row.textOrNil(6),
      subjectCode: try row.textOrNil(7), subjectName: try row.textOrNil(8), externalID: try row.textOrNil(9),
      erasedAt: try row.timestampOrNil(10)?.instant)
    return (LoadedCase(id: id, value: try CaseCoding.decode(try row.bytes(0))), report)
  }

  private static let allReports = Statement(
    "case_reporters",
    """
    SELECT r.case_number, r.source, r.received_at, r.reporter_name, r.reporter_phone, r.anonymous, r.external_id,
      r.erased_at
    FROM merged_cases($1, $2) AS m JOIN reports r ON r.district = $1 AND r.case_number = m.number
    ORDER BY r.received_at, r.case_number, abs(r.part)
    """)

  /// Who reported the case, or a case that was merged into it, oldest first. For the eyes of those who may see it.
  public func reporters(of id: CaseID) async throws -> [Reporter] {
    try await pool.query(Self.allReports, [.text(id.district.text), .int64(id.number)]).map { row in
      Reporter(
        caseID: CaseID(district: id.district, number: try row.int64(0)), source: try row.text(1),
        receivedAt: try row.timestamp(2).instant, name: try row.textOrNil(3), phone: try row.textOrNil(4),
        isAnonymous: try row.bool(5), externalID: try row.textOrNil(6), erasedAt: try row.timestampOrNil(7)?.instant)
    }
  }

  private static func summary(_ district: UnitCode, _ row: PostgresRow) throws -> CaseSummary {
    let stored = (
      state: CaseState(rawValue: try row.text(2)), source: ReportSource(rawValue: try row.text(5)),
      priority: Priority(rawValue: try row.text(6))
    )
    guard let state = stored.state, let source = stored.source, let priority = stored.priority else {
      throw CaseRowUnreadable()
    }
    var point: GeoPoint?
    if let latitude = try row.doubleOrNil(13), let longitude = try row.doubleOrNil(14) {
      point = GeoPoint(latitude: latitude, longitude: longitude)
    }
    return CaseSummary(
      id: CaseID(district: district, number: try row.int64(0)), version: try row.int64(1), state: state,
      unit: UnitCode(try row.text(3)), category: CategoryCode(try row.text(4)), source: source, priority: priority,
      lead: try row.textOrNil(7).map { DepartmentCode($0) }, filedAt: try row.timestamp(8).instant,
      dueAt: try row.timestampOrNil(9)?.instant, handleDueAt: try row.timestampOrNil(10)?.instant,
      closedAt: try row.timestampOrNil(11)?.instant, updatedAt: try row.timestamp(12).instant, point: point,
      description: try row.textOrNil(15), address: try row.textOrNil(16))
  }
}

/// A row of `cases` holds a state, source or priority that this version does not know.
public struct CaseRowUnreadable: Error, Sendable, CustomStringConvertible {
  public init() {}

  public var description: String { "a case is stored in words that this version does not know" }
}
