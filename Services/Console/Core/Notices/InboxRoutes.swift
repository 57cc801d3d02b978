import Domain
import Hummingbird
import Journal
import Operations
import Platform
import PostgresClient
import WebAuth
import Wire

/// What the caller was told: by name, as holder of their post, or as one who is on duty.
struct InboxRoutes: Sendable {
  static let maxPageNotices = 500
  /// Unread notices that are counted; there may be more.
  static let maxCountedNotices = 1_000

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("inbox") { request, context in try await list(request, context) }
    group.post("inbox/:id/actions") { request, context in try await act(request, context) }
  }

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

  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    let onlyUnread = fields.flag("unread") ?? false
    let cursor = fields.cursor(NoticePlace.init) ?? .end
    let limit = fields.limit(max: Self.maxPageNotices)
    try fields.finish()
    let sight = try await InboxSight.of(view, console.pool, now: console.now)
    let found = try await console.pool.pipeline([
      PostgresCall(
        Self.read,
        sight.parameters + [
          .int64(cursor.seq), .int32(cursor.part), .bool(!onlyUnread), .int64(Int64(limit) + 1),
        ]),
      PostgresCall(Self.count, sight.parameters + [.int64(Int64(Self.maxCountedNotices))]),
    ])
    let rows = found[0]
    let counts = try found[1].map { (notice: try $0.text(0), count: try $0.int64(1)) }
    let next =
      rows.count > limit ? try NoticePlace(seq: rows[limit - 1].int64(0), part: rows[limit - 1].int32(1)).text : nil
    return try .json { writer in
      writer.beginObject()
      writer.key("items")
      writer.beginArray()
      for row in rows.prefix(limit) { try write(row, view, to: &writer) }
      writer.endArray()
      writer.member("next_cursor", next.map(OpaqueCursor.encode))
      writer.member("unread", counts.reduce(0) { $0 + $1.count })
      writer.object("unread_by_notice") { writer in
        for entry in counts { writer.member(entry.notice, entry.count) }
      }
      writer.endObject()
    }
  }

  private func write(_ row: PostgresRow, _ view: CallerView, to writer: inout JSONWriter) throws {
    let place = NoticePlace(seq: try row.int64(0), part: try row.int32(1))
    let caseNumber = try row.int64(3)
    let isToPerson = try !row.text(10).isEmpty
    writer.beginObject()
    writer.member("id", place.text)
    writer.member("seq", place.seq)
    writer.member("notice", try row.text(2))
    // A list is of no one case.
    let caseID = caseNumber > 0 ? CaseID(district: view.caller.district, number: caseNumber).description : nil
    writer.member("case_id", caseID)
    writer.member("at", try row.timestamp(4).instant, in: view.zone)
    writer.member("read_at", try row.timestampOrNil(5)?.instant, in: view.zone)
    writer.member("read_by", try row.textOrNil(6))
    writer.member("role", isToPerson ? nil : try row.text(7))
    writer.member("unit", isToPerson ? nil : try row.text(8))
    writer.member("department", try row.text(9).isEmpty ? nil : row.text(9))
    if try !row.isNull(11) { writer.member("on_duty", texts: try row.texts(11)) }
    writer.member("fallback_from", try row.textOrNil(12))
    if let details = try row.bytesOrNil(13) {
      writer.key("details")
      writer.raw(details)
    }
    writer.endObject()
  }

  private static let mark = Statement(
    "inbox_mark",
    """
    UPDATE inbox AS i SET read_at = coalesce(read_at, $13), read_by = coalesce(read_by, $14)
    WHERE i.district = $1 AND i.seq = $11 AND i.part = $12 AND \(InboxSight.condition)
    """)

  /// `{action: "read"}`; a notice that was read before stays as it was.
  private func act(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    let action = fields.requiredText("action")
    if !action.isEmpty, action != "read" { fields.fault("action", "unknown_action", "Known is read.") }
    try fields.finish()
    guard let place = context.parameters.get("id").flatMap({ NoticePlace($0) }) else {
      throw Problem.notFound("There is no such notice.")
    }
    let sight = try await InboxSight.of(view, console.pool, now: console.now)
    let marked = try await console.pool.execute(
      Self.mark,
      sight.parameters + [
        .int64(place.seq), .int32(place.part), .timestamp(microseconds: console.now.microseconds),
        .text(view.actor.text),
      ])
    guard marked > 0 else { throw Problem.notFound("There is no such notice, or it is not for you.") }
    return Response(status: .noContent)
  }
}

/// A notice by the event that it tells of and its place among that event's.
struct NoticePlace: Sendable, Hashable {
  static let end = NoticePlace(seq: .max, part: .max)

  let seq: Int64
  let part: Int32

  init(seq: Int64, part: Int32) {
    self.seq = seq
    self.part = part
  }

  /// `<seq>.<part>`
  var text: String { "\(seq).\(part)" }

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let seq = Int64(parts[0]), let part = Int32(parts[1]) else { return nil }
    self.init(seq: seq, part: part)
  }
}
