import Domain
import Hummingbird
import Journal
import Operations
import Platform
import PostgresClient
import WebAuth
import Wire

/// What the caller was told: notices to their role at their unit and, where the role has one, of their department.
struct InboxRoutes: Sendable {
  static let maxPageNotices = 500

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("inbox") { request, context in try await list(request, context) }
    group.post("inbox/:id/actions") { request, context in try await act(request, context) }
  }

  private static let read = Statement(
    "inbox_read",
    """
    SELECT seq, part, notice, case_number, at, read_at, read_by FROM inbox
    WHERE district = $1 AND unit = $2 AND role = $3 AND department = $4 AND (seq, part) < ($5, $6)
      AND ($7 OR read_at IS NULL)
    ORDER BY seq DESC, part DESC LIMIT $8
    """)

  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    let onlyUnread = fields.flag("unread") ?? false
    let cursor = fields.cursor(NoticePlace.init) ?? .end
    let limit = fields.limit(max: Self.maxPageNotices)
    try fields.finish()
    let rows = try await console.pool.query(
      Self.read,
      key(view) + [
        .int64(cursor.seq), .int32(cursor.part), .bool(!onlyUnread), .int64(Int64(limit) + 1),
      ])
    let district = view.caller.district
    let next =
      rows.count > limit ? try NoticePlace(seq: rows[limit - 1].int64(0), part: rows[limit - 1].int32(1)).text : nil
    return try .json { writer in
      try writer.page(rows.prefix(limit), next: next) { writer, row in
        let place = NoticePlace(seq: try row.int64(0), part: try row.int32(1))
        writer.beginObject()
        writer.member("id", place.text)
        writer.member("seq", place.seq)
        writer.member("notice", try row.text(2))
        writer.member("case_id", CaseID(district: district, number: try row.int64(3)).description)
        writer.member("at", try row.timestamp(4).instant, in: view.zone)
        writer.member("read_at", try row.timestampOrNil(5)?.instant, in: view.zone)
        writer.member("read_by", try row.textOrNil(6))
        writer.endObject()
      }
    }
  }

  private static let mark = Statement(
    "inbox_mark",
    """
    UPDATE inbox SET read_at = coalesce(read_at, $7), read_by = coalesce(read_by, $8)
    WHERE district = $1 AND unit = $2 AND role = $3 AND department = $4 AND seq = $5 AND part = $6
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
    let marked = try await console.pool.execute(
      Self.mark,
      key(view) + [
        .int64(place.seq), .int32(place.part), .timestamp(microseconds: console.now.microseconds),
        .text(view.actor.text),
      ])
    guard marked > 0 else { throw Problem.notFound("There is no such notice, or it is not for you.") }
    return Response(status: .noContent)
  }

  private func key(_ view: CallerView) -> [PostgresParameter] {
    [
      .text(view.caller.district.text), .text(view.caller.unit.text), .text(view.caller.role.rawValue),
      .text(view.caller.department?.text ?? ""),
    ]
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
