import Casework
import Domain
import PostgresClient

/// A case as a map shows it.
struct CasePoint: Sendable, Hashable {
  let id: CaseID
  let state: CaseState
  let unit: UnitCode
  let category: CategoryCode
  let lead: DepartmentCode?
  let isUrgent: Bool
  /// Nil where only the unit is known.
  let point: GeoPoint?
  let due: CaseDue?
}

/// When a case is due, and from when on that is soon.
struct CaseDue: Sendable, Hashable {
  let at: Instant
  let soonFrom: Instant

  init(at: Instant, filedAt: Instant) {
    self.at = at
    soonFrom = DueTone.soonFrom(due: at, start: filedAt)
  }

  func tone(_ now: Instant) -> DueTone { at < now ? .late : soonFrom < now ? .soon : .fine }
}

/// How many open cases one department has in one unit, by how pressing they are.
struct OpenTally: Sendable, Hashable {
  let unit: UnitCode
  let lead: DepartmentCode?
  var counts = ToneCounts()
}

/// Open cases by the colour of their clocks.
struct ToneCounts: Sendable, Hashable {
  var fine: Int64 = 0
  var soon: Int64 = 0
  var late: Int64 = 0

  var open: Int64 { fine + soon + late }

  static func += (sum: inout ToneCounts, other: ToneCounts) {
    sum.fine += other.fine
    sum.soon += other.soon
    sum.late += other.late
  }
}

/// Reads what maps and their tables show of the cases that are open now. Throws `PostgresError`.
struct CasePointStore: Sendable {
  /// Cases on one map at most; of more the newest are shown.
  static let maxPoints = 50_000

  let pool: PostgresPool

  /// The cases that the sight covers and the filter lets through, the newest first, and whether there are more.
  func points(_ sight: CaseSight, _ filter: CaseFilter, now: Instant) async throws -> (points: [CasePoint], more: Bool)
  {
    let call = Self.points(sight, filter, now: now)
    let rows = try await pool.query(call.statement, call.parameters)
    return (try rows.prefix(Self.maxPoints).map(Self.point), rows.count > Self.maxPoints)
  }

  static func points(_ sight: CaseSight, _ filter: CaseFilter, now: Instant) -> PostgresCall {
    var conditions = conditions(sight, filter, now: now)
    let limit = conditions.bind(.int64(Int64(maxPoints) + 1))
    let text = """
      SELECT c.district, c.number, c.state, c.unit, c.category, c.lead, c.priority, c.latitude, c.longitude,
        c.due_at, c.filed_at
      FROM \(source(filter)) WHERE \(conditions.text) ORDER BY c.filed_at DESC, c.number DESC LIMIT \(limit)
      """
    return PostgresCall(.unprepared(text), conditions.parameters)
  }

  /// Open cases of each unit and department. Soon is what ``DueTone`` calls so.
  func tallies(_ sight: CaseSight, _ filter: CaseFilter, now: Instant) async throws -> [OpenTally] {
    let call = Self.tallies(sight, filter, now: now)
    return try await pool.query(call.statement, call.parameters).map { row in
      let (lead, all, late, soon) = (try row.text(1), try row.int64(2), try row.int64(3), try row.int64(4))
      return OpenTally(
        unit: UnitCode(try row.text(0)), lead: lead.isEmpty ? nil : DepartmentCode(lead),
        counts: ToneCounts(fine: all - late - soon, soon: soon, late: late))
    }
  }

  static func tallies(_ sight: CaseSight, _ filter: CaseFilter, now: Instant) -> PostgresCall {
    var filter = filter
    filter.states = CaseState.allCases.filter(\.isOpen)
    var conditions = conditions(sight, filter, now: now)
    let moment = conditions.bind(.timestamp(microseconds: now.microseconds))
    let text = """
      SELECT c.unit, coalesce(c.lead, ''), count(*), count(*) FILTER (WHERE c.due_at < \(moment)),
        count(*) FILTER (WHERE c.due_at >= \(moment)
          AND c.due_at - \(moment) < greatest((c.due_at - c.filed_at) / 5, interval '2 hours'))
      FROM \(source(filter)) WHERE \(conditions.text) GROUP BY 1, 2
      """
    return PostgresCall(.unprepared(text), conditions.parameters)
  }

  private static func conditions(_ sight: CaseSight, _ filter: CaseFilter, now: Instant) -> Conditions {
    let sight = sight.asked(by: filter)
    var conditions = Conditions()
    conditions.add(sight)
    conditions.add(filter, now: now)
    return conditions
  }

  /// What was written is read only where something is searched in it.
  private static func source(_ filter: CaseFilter) -> String {
    filter.text == nil
      ? "cases c" : "cases c LEFT JOIN reports r ON r.district = c.district AND r.case_number = c.number AND r.part = 0"
  }

  private static func point(_ row: PostgresRow) throws -> CasePoint {
    guard let state = CaseState(rawValue: try row.text(2)) else { throw CaseRowUnreadable() }
    var point: GeoPoint?
    if let latitude = try row.doubleOrNil(7), let longitude = try row.doubleOrNil(8) {
      point = GeoPoint(latitude: latitude, longitude: longitude)
    }
    let filedAt = Instant(microseconds: try row.timestamp(10).microseconds)
    return CasePoint(
      id: CaseID(district: UnitCode(try row.text(0)), number: try row.int64(1)), state: state,
      unit: UnitCode(try row.text(3)), category: CategoryCode(try row.text(4)),
      lead: try row.textOrNil(5).map { DepartmentCode($0) }, isUrgent: try row.text(6) == Priority.urgent.rawValue,
      point: point,
      due: try row.timestampOrNil(9).map { CaseDue(at: Instant(microseconds: $0.microseconds), filedAt: filedAt) })
  }
}
