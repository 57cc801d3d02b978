import Casework
import Domain
import Hummingbird
import Operations
import WebAuth
import Wire

/// What waits for verification in the caller's unit: reports that must be checked before they count, and results that
/// departments handed in. A task has the id of its case and is over when the case has moved on.
struct TaskRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("tasks") { request, context in try await list(request, context) }
    group.post("tasks/:id/actions") { request, context in
      try await CaseActions(console: console, only: [.verifyReport, .verify]).act(request, context)
    }
  }

  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    guard [.officer, .hotline, .dispatcher, .supervisor].contains(view.caller.role) else {
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    var fields = try QueryFields(request)
    var filter = view.filter(&fields)
    let cursor = fields.cursor(CaseCursor.init)
    let limit = fields.limit(max: CaseQueries.maxPageCases)
    try fields.finish()
    filter.waiting = .verification(by: view.actor.text)
    let now = console.now
    let page = try await console.cases.page(
      view.sight, filter, order: .dueFirst, after: cursor, limit: limit, now: now)
    let document = CaseDocument(view, now: now)
    return .json { writer in
      writer.page(page.cases, next: page.next?.text) { writer, summary in
        let isReport = summary.state == .reported
        writer.beginObject()
        writer.member("id", summary.id.description)
        writer.member("kind", isReport ? "verify_report" : "verify_result")
        writer.member("action", isReport ? "verify_report" : "verify")
        writer.member("due_at", summary.dueAt, in: view.zone)
        writer.key("case")
        document.write(summary, to: &writer)
        writer.endObject()
      }
    }
  }
}
