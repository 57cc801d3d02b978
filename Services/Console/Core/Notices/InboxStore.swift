import Domain
import Journal
import PostgresClient
import WebAuth

/// A notice as its receiver finds it.
struct InboxNotice: Sendable {
  let place: NoticePlace
  let notice: String
  /// Nil of a list, which is of no one case.
  let caseID: CaseID?
  let at: Instant
  let readAt: Instant?
  let readBy: String?
  /// The post that it is to; nil of a notice to a person.
  let role: String?
  let unit: UnitCode?
  let department: DepartmentCode?
  let onDuty: [String]?
  let fallbackFrom: String?
  /// A JSON object.
  let details: [UInt8]?
}

/// Reads what callers were told.
struct InboxStore: Sendable {
  /// Unread notices that are counted; there may be more.
  static let maxCountedNotices = 1_000

  struct Page: Sendable {
    let notices: [InboxNotice]
    let next: InboxCursor?
    /// How many are unread, by kind of notice.
    let unread: [(notice: String, count: Int64)]
  }

  let pool: PostgresPool

  private static let columns = """
    i.seq, i.part, i.notice, i.case_number, i.at, i.read_at, i.read_by, i.role, i.unit, i.department, i.username,
    i.duty, i.fallback_from, i.details
    """

  private static let read = Statement(
    "inbox_read",
    """
    SELECT \(columns) FROM (
    \(InboxSight.rows(columns, where: "(i.seq, i.part) < ($11, $12) AND ($13 OR i.read_at IS NULL)", limit: "$14"))
    ) AS i ORDER BY seq DESC, part DESC LIMIT $14
    """)

  private static let count = Statement(
    "inbox_count",
    """
    SELECT notice, count(*) FROM (SELECT * FROM (
    \(InboxSight.rows("i.seq, i.part, i.notice", where: "i.read_at IS NULL", limit: "$11"))
    ) AS i ORDER BY seq DESC, part DESC LIMIT $11) AS i GROUP BY notice ORDER BY notice
    """)

  /// A page of the caller's notices, newest first, and how many they have not read.
  func page(
    _ view: CallerView, after cursor: InboxCursor = .start, onlyUnread: Bool, limit: Int, now: Instant
  ) async throws -> Page {
    let sight = try await InboxSight.of(view, pool, now: now)
    let districts = sight.districts
    guard !districts.isEmpty else { return Page(notices: [], next: nil, unread: []) }
    let found = try await pool.pipeline(
      districts.flatMap { district in
        let parameters = sight.parameters(in: district)
        let place = cursor.place(in: district)
        return [
          PostgresCall(
            Self.read,
            parameters + [.int64(place.seq), .int32(place.part), .bool(!onlyUnread), .int64(Int64(limit) + 1)]),
          PostgresCall(Self.count, parameters + [.int64(Int64(Self.maxCountedNotices))]),
        ]
      })
    var lists: [[InboxNotice]] = []
    var unread: [String: Int64] = [:]
    for (index, district) in districts.enumerated() {
      lists.append(try found[2 * index].map { try Self.notice($0, district: district) })
      for row in found[2 * index + 1] { unread[try row.text(0), default: 0] += try row.int64(1) }
    }
    let (notices, rest) = Self.merge(lists, limit: limit)
    let isOver = rest.allSatisfy(\.isEmpty)
    return Page(
      notices: notices, next: isOver ? nil : InboxCursor(districts: districts, rest: rest),
      unread: unread.sorted { $0.key < $1.key }.map { (notice: $0.key, count: $0.value) })
  }

  /// The newest of several lists, each newest first by its own numbers, and what is left of each.
  private static func merge(
    _ lists: [[InboxNotice]], limit: Int
  ) -> (taken: [InboxNotice], rest: [ArraySlice<InboxNotice>]) {
    var rest = lists.map { $0[...] }
    var taken: [InboxNotice] = []
    while taken.count < limit {
      var newest: Int?
      for index in rest.indices {
        guard let next = rest[index].first else { continue }
        if newest.flatMap({ rest[$0].first }).map({ next.at > $0.at }) ?? true { newest = index }
      }
      guard let newest, let next = rest[newest].popFirst() else { break }
      taken.append(next)
    }
    return (taken, rest)
  }

  private static func notice(_ row: PostgresRow, district: UnitCode) throws -> InboxNotice {
    let caseNumber = try row.int64(3)
    let isToPerson = try !row.text(10).isEmpty
    return InboxNotice(
      place: NoticePlace(district: district, seq: try row.int64(0), part: try row.int32(1)), notice: try row.text(2),
      caseID: caseNumber > 0 ? CaseID(district: district, number: caseNumber) : nil,
      at: try row.timestamp(4).instant, readAt: try row.timestampOrNil(5)?.instant, readBy: try row.textOrNil(6),
      role: isToPerson ? nil : try row.text(7), unit: isToPerson ? nil : UnitCode(try row.text(8)),
      department: try row.text(9).isEmpty ? nil : DepartmentCode(try row.text(9)),
      onDuty: try row.isNull(11) ? nil : try row.texts(11), fallbackFrom: try row.textOrNil(12),
      details: try row.bytesOrNil(13))
  }
}

/// Where a list of notices goes on in each district: what comes meanwhile is numbered higher, so that it neither repeats
/// nor moves a notice.
struct InboxCursor: Sendable, Hashable {
  static let start = InboxCursor(next: [:])

  /// The first notice of each district that was not shown; none where there is no more.
  private let next: [UnitCode: NoticePlace?]

  private init(next: [UnitCode: NoticePlace?]) { self.next = next }

  init(districts: [UnitCode], rest: [ArraySlice<InboxNotice>]) {
    next = Dictionary(uniqueKeysWithValues: zip(districts, rest.map { $0.first?.place }))
  }

  /// What the next page of a district lies below.
  fileprivate func place(in district: UnitCode) -> (seq: Int64, part: Int32) {
    guard let known = next[district] else { return (.max, .max) }
    return known.map { ($0.seq, $0.part + 1) } ?? (.min, .min)
  }

  /// Places with commas between, `<district>.0.0` where there is no more.
  var text: String {
    next.sorted { $0.key < $1.key }.map { $1?.text ?? "\($0).0.0" }.joined(separator: ",")
  }

  init?(_ text: String) {
    var next: [UnitCode: NoticePlace?] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let place = NoticePlace(String(part), in: nil) else { return nil }
      next[place.district] = .some(place.seq == 0 ? nil : place)
    }
    self.init(next: next)
  }
}
