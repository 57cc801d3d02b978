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

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("inbox") { request, context in try await list(request, context) }
    group.post("inbox/:id/actions") { request, context in try await act(request, context) }
  }

  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    let onlyUnread = fields.flag("unread") ?? false
    let cursor = fields.cursor(InboxCursor.init) ?? .start
    let limit = fields.limit(max: Self.maxPageNotices)
    try fields.finish()
    let page = try await InboxStore(pool: console.pool).page(
      view, after: cursor, onlyUnread: onlyUnread, limit: limit, now: console.now)
    return .json { writer in
      writer.beginObject()
      writer.key("items")
      writer.beginArray()
      for notice in page.notices { write(notice, view, to: &writer) }
      writer.endArray()
      writer.member("next_cursor", page.next.map { OpaqueCursor.encode($0.text) })
      writer.member("unread", page.unread.reduce(0) { $0 + $1.count })
      writer.object("unread_by_notice") { writer in
        for entry in page.unread { writer.member(entry.notice, entry.count) }
      }
      writer.endObject()
    }
  }

  private func write(_ notice: InboxNotice, _ view: CallerView, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", notice.place.text)
    writer.member("seq", notice.place.seq)
    writer.member("notice", notice.notice)
    writer.member("case_id", notice.caseID?.description)
    writer.member("at", notice.at, in: view.zone)
    writer.member("read_at", notice.readAt, in: view.zone)
    writer.member("read_by", notice.readBy)
    writer.member("role", notice.role)
    writer.member("unit", notice.unit?.text)
    writer.member("department", notice.department?.text)
    if let onDuty = notice.onDuty { writer.member("on_duty", texts: onDuty) }
    writer.member("fallback_from", notice.fallbackFrom)
    if let details = notice.details {
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
    let sight = try await InboxSight.of(view, console.pool, now: console.now)
    let only = sight.districts.count == 1 ? sight.districts.first : nil
    guard let place = context.parameters.get("id").flatMap({ NoticePlace($0, in: only) }),
      sight.districts.contains(place.district)
    else { throw Problem.notFound("There is no such notice, or it is not for you.") }
    let marked = try await console.pool.execute(
      Self.mark,
      sight.parameters(in: place.district) + [
        .int64(place.seq), .int32(place.part), .timestamp(microseconds: console.now.microseconds),
        .text(view.actor.text),
      ])
    guard marked > 0 else { throw Problem.notFound("There is no such notice, or it is not for you.") }
    return Response(status: .noContent)
  }
}

/// A notice by the event that it tells of and its place among that event's.
struct NoticePlace: Sendable, Hashable {
  let district: UnitCode
  let seq: Int64
  let part: Int32

  init(district: UnitCode, seq: Int64, part: Int32) {
    self.district = district
    self.seq = seq
    self.part = part
  }

  /// `<district>.<seq>.<part>`
  var text: String { "\(district).\(seq).\(part)" }

  /// - Parameter only: the district that is meant where the text names none.
  init?(_ text: String, in only: UnitCode?) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let seq = Int64(parts[parts.count - 2]),
      let part = Int32(parts[parts.count - 1]),
      part < .max, let district = parts.count == 3 ? UnitCode(String(parts[0])) : only
    else { return nil }
    self.init(district: district, seq: seq, part: part)
  }
}
