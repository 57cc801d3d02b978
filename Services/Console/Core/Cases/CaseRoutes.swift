import Casework
import Domain
import HTTPTypes
import Hummingbird
import Journal
import Operations
import PostgresClient
import WebAuth
import Wire

/// Lists of cases, single cases and their journals.
struct CaseRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("cases") { request, context in try await list(request, context) }
    group.get("cases/:id") { _, context in try await show(context) }
    group.get("cases/:id/events") { _, context in try await events(context) }
    group.post("cases/:id/actions") { request, context in
      try await CaseActions(console: console).act(request, context)
    }
  }

  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    var filter = view.filter(&fields)
    let asOf = fields.moment("as_of")
    let order = fields.choice("sort", of: CaseOrder.self) ?? .newestFirst
    let cursor = fields.cursor(CaseCursor.init)
    let limit = fields.limit(max: CaseQueries.maxPageCases)
    try fields.finish()
    if let asOf {
      filter = try await PastCases(console: console).filter(filter, as: asOf, view: view)
    }
    let now = console.now
    let page = try await console.cases.page(view.sight, filter, order: order, after: cursor, limit: limit, now: now)
    let document = CaseDocument(view, now: now)
    return .json { writer in
      writer.page(page.cases, next: page.next?.text) { document.write($1, to: &$0) }
    }
  }

  private func show(_ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let found = try await console.findCase(context, view)
    return console.response(found.loaded, report: found.report, view: view)
  }

  private func events(_ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let id = try await console.findCase(context, view).loaded.id
    let events = try await console.reader.events(of: id)
    let document = EventDocument(view.policy)
    return try .json { writer in
      try writer.page(events, next: nil) { writer, item in
        document.write(item.event, try item.event.decoded(), hash: item.hash, to: &writer)
      }
    }
  }
}

extension Console {
  /// The case that the path names.
  ///
  /// - Throws: 404 when there is none or the caller may not see it: which of the two is not told.
  func findCase(
    _ context: AuthenticatedContext, _ view: CallerView
  ) async throws -> (loaded: LoadedCase, report: ReportContent) {
    guard let id = context.caseID, let found = try await cases.find(id, view.sight) else { throw Problem.noSuchCase }
    return found
  }

  /// The case as the caller sees it, with its version as entity tag.
  ///
  /// - Parameter reporters: who reported it, unmasked; given only to a caller whose `revealed` event was committed.
  func response(
    _ loaded: LoadedCase, report: ReportContent?, reporters: [Reporter]? = nil, view: CallerView
  ) -> Response {
    let document = CaseDocument(view, now: now)
    var headers: HTTPFields = [.eTag: entityTag(loaded.value.version)]
    if reporters != nil { headers[.cacheControl] = "no-store" }
    return .json(headers: headers) {
      document.write(loaded, report: report, reporters: reporters, to: &$0)
    }
  }
}

extension AuthenticatedContext {
  /// What the path names; nil when it is no number of a case.
  var caseID: CaseID? { parameters.get("id").flatMap { CaseID($0) } }
}

extension Problem {
  static var noSuchCase: Problem { .notFound("There is no such case, or it is not for you to see.") }
}
