import Domain
import Wire

/// What the caller was told.
enum InboxPage: Page {
  static let route = PageRoute(
    "inbox", template: "inbox", menu: PageMenu(order: 90, icon: "inbox", text: "menu.inbox"))

  static let pageNotices = 50

  static func content(_ request: PageRequest) async throws -> PageContent {
    var fields = try request.query()
    let onlyUnread = fields.flag("unread") ?? false
    let cursor = fields.cursor(InboxCursor.init) ?? .start
    try fields.finish()
    let page = try await InboxStore(pool: request.console.pool).page(
      request.view, after: cursor, onlyUnread: onlyUnread, limit: pageNotices, now: request.now)
    let address = PageAddress(request.request)
    var data: PageData = [
      "notices": page.notices.map { notice($0, request) }, "onlyUnread": onlyUnread, "isAll": !onlyUnread,
      "allPath": address.with(["unread": nil, "cursor": nil]),
      "unreadPath": address.with(["unread": "true", "cursor": nil]),
      "unreadCount": "\(page.unread.reduce(0) { $0 + $1.count })",
    ]
    data["next"] = page.next.map { address.with(["cursor": OpaqueCursor.encode($0.text)]) }
    return PageContent(request.texts("inbox.title"), data)
  }

  private static func notice(_ notice: InboxNotice, _ request: PageRequest) -> PageData {
    var data: PageData = [
      "id": notice.place.text, "name": request.texts.word("notice", notice.notice),
      "at": request.times.data(notice.at), "isUnread": notice.readAt == nil, "tone": tone(notice.notice),
    ]
    data["case"] = notice.caseID?.description
    data["casePath"] = notice.caseID.map { "/cases/\($0)" }
    data["read"] = request.times.data(notice.readAt)
    data["readBy"] = notice.readBy.map { request.names.actor($0) }
    if let role = notice.role, let unit = notice.unit {
      data["to"] =
        (notice.department.map { request.names.department($0) } ?? request.names.unit(unit)) + " "
        + request.texts.word("role", role)
    }
    data["from"] = notice.fallbackFrom.map { request.names.receiver($0) }
    return data
  }

  private static func tone(_ notice: String) -> String {
    switch notice {
    case "red", "flag": "late"
    case "yellow", "remind", "supervise", "must_supervise": "soon"
    default: "plain"
    }
  }
}
