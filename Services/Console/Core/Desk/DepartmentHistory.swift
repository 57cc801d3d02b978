import Casework
import Domain
import Journal
import PostgresClient
import Wire

/// How departments fared on cases like one: of the same category and, beside it, of its whole class.
struct DepartmentHistory: Sendable {
  /// Local days of filing that are looked at, today among them.
  static let days: Int32 = 90
  /// The newest cases of a district in which returns are looked for: figures do not know who returned a case, its
  /// journal does.
  static let maxSearchedCases: Int64 = 20_000

  /// What a department did with cases of some categories.
  struct Record: Sendable, Hashable {
    var dispatched: Int64 = 0
    var inTime: Int64 = 0
    var late: Int64 = 0
    var returned: Int64 = 0

    /// Of a hundred whose handling came to an end those in time; nil where none has.
    var percentInTime: Int64? { inTime + late > 0 ? (inTime * 100 + (inTime + late) / 2) / (inTime + late) : nil }

    fileprivate mutating func add(_ tally: IndicatorTally) {
      dispatched += tally.count("dispatched")
      inTime += tally.count("on_time_handle")
      late += tally.count("late_handle")
    }
  }

  private(set) var ofCategory: [DepartmentCode: Record] = [:]
  private(set) var ofClass: [DepartmentCode: Record] = [:]

  private static let returns = Statement(
    "desk_returns",
    """
    SELECT j.kind, j.body, c.category FROM (
      SELECT number, category, facts, unit_path FROM cases WHERE district = $1 AND filed_at >= $2
      ORDER BY filed_at DESC, number DESC LIMIT $3) AS c
    JOIN journal AS j ON j.district = $1 AND j.case_number = c.number AND j.kind = 'returned'
    WHERE c.facts & \(CaseFacts.returned.rawValue) <> 0 AND c.category = ANY($4)
      AND c.unit_path >= $5 AND c.unit_path < $6
    """)

  /// What happened under the caller's unit.
  static func read(
    like category: CategoryCode, view: CallerView, pool: PostgresPool, now: Instant
  ) async throws -> DepartmentHistory {
    let categories = view.policy.catalogue.classmates(of: category)
    let query = "category=" + categories.map { PercentEncoding.encode($0.text) }.joined(separator: ",")
    var fields = try QueryFields(text: query)
    let scope = try StatisticsScope(view, &fields, defaultDays: days, now: now)
    let key = "d.department || chr(31) || d.category"
    async let figures = StatisticsStore(pool: pool).rollups(scope, key) { try $0.text(0) }
    async let returns = returns(of: categories, view: view, pool: pool, now: now)
    var history = DepartmentHistory()
    for (key, tally) in try await figures {
      let parts = key.split(separator: "\u{1F}", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else { continue }
      let department = DepartmentCode(String(parts[0]))
      history.change(department, of: parts[1] == category.text) { $0.add(tally) }
    }
    for (department, returned) in try await returns {
      history.change(department, of: returned == category) { $0.returned += 1 }
    }
    return history
  }

  private mutating func change(_ department: DepartmentCode, of isSame: Bool, _ body: (inout Record) -> Void) {
    body(&ofClass[department, default: Record()])
    if isSame { body(&ofCategory[department, default: Record()]) }
  }

  private static func returns(
    of categories: [CategoryCode], view: CallerView, pool: PostgresPool, now: Instant
  ) async throws -> [(department: DepartmentCode, category: CategoryCode)] {
    let ground = view.territory
    let since = now - Int64(days) * 86_400
    let found = try await pool.ask(
      ground.districts.map { district in
        let path = ground.unitPath.isEmpty ? "\(district)/" : ground.unitPath
        return PostgresCall(
          returns,
          [
            .text(district.text), .timestamp(microseconds: since.microseconds), .int64(maxSearchedCases),
            .texts(categories.map(\.text)), .text(path), .text(path.dropLast() + "0"),
          ])
      })
    return try found.joined().compactMap { row in
      let outline = try EventCoding.outline(kind: try row.text(0), body: try row.bytes(1), withClocks: false)
      // A part that is given back leaves the case with its lead, whose return it is not.
      guard let outline, let lead = outline.before?.lead, outline.after.state == .desk else { return nil }
      return (lead, CategoryCode(try row.text(2)))
    }
  }
}
