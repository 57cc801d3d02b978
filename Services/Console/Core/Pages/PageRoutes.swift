import CDocuments
import Domain
import HTTPTypes
import Hummingbird
import Logging
import Operations
import WebAuth
import Wire

/// The pages for browsers: sign-in, every page of `all`, and the description of the interface.
struct PageRoutes: Sendable {
  /// Every page behind the sign-in. A new one is added here.
  static let all: [any Page.Type] = [
    HomePage.self, CaseListPage.self, CasePage.self, DeskPage.self, DepartmentPage.self, InboxPage.self,
    InspectionPage.self, RecordPage.self, IndicatorPage.self,
    AdministrationOverview.self, UnitsPage.self, UsersPage.self, KeysPage.self, RostersPage.self, PoliciesPage.self,
    PolicyDifferencePage.self, CalendarPage.self,
    ChannelsPage.self, DeliveriesPage.self, QuarantinePage.self, ServicesPage.self, SuppressionsPage.self, LogPage.self,
    OfficerPage.self, OfficerTaskPage.self, GridChangesPage.self, GridChangePage.self,
    CommandPage.self, SuppressionDeskPage.self,
  ]

  let console: Console

  func add(to router: Hummingbird.Router<AuthenticatedContext>) {
    let pages = router.group("")
      .add(
        middleware: AuthenticationMiddleware(console.authenticator, options: [.anonymous, .formToken]))
    for page in Self.all {
      pages.get(RouterPath(page.route.path)) { request, context in await answer(page, request, context) }
    }
    CaseFormRoute(console: console).add(to: pages)
    RecordFormRoute(console: console).add(to: pages)
    SignInRoutes(console: console).add(to: pages)
    AssetRoutes(site: console.site).add(to: router)
    router.get("openapi.yaml") { _, _ in
      Response.of(
        contentType: "application/yaml", headers: [.cacheControl: "public, max-age=3600"],
        bytes: Array(UnsafeBufferPointer(start: gl_openapi_text(), count: gl_openapi_length())))
    }
  }

  /// The page; whatever is thrown on the way is shown as a page, too.
  private func answer(_ page: any Page.Type, _ request: Request, _ context: AuthenticatedContext) async -> Response {
    let renderer = PageRenderer(files: console.site.files, request: request)
    guard context.authentication != nil else {
      return SignInRoutes(console: console).ask(renderer, page.route, request)
    }
    do {
      let view = try console.view(context)
      return await console.page(request, context, view, route: page.route, template: page.route.template) { asked in
        guard page.route.roles.contains(asked.role) else {
          throw Problem.forbidden(code: "role", "This page is for other roles than \(asked.role.rawValue).")
        }
        return try await page.content(asked)
      }
    } catch {
      return renderer.response(FaultContent.of(error, renderer.texts), template: "fault", frame: renderer.frame())
    }
  }
}

extension Console {
  /// A page for someone who is signed in, with the frame around it.
  ///
  /// - Parameters:
  ///   - route: whose entry of the navigation is marked; nil for none.
  ///   - content: what it shows; whatever it throws is shown as a page of that status.
  func page(
    _ request: Request, _ context: AuthenticatedContext, _ view: CallerView, route: PageRoute? = nil, template: String,
    _ content: (PageRequest) async throws -> PageContent
  ) async -> Response {
    let renderer = PageRenderer(files: site.files, request: request)
    let asked = PageRequest(
      console: self, view: view, texts: renderer.texts, request: request, context: context, now: now,
      place: feed.place(of: view.territory.districts))
    async let unread = InboxCount.unread(view, console: self, now: asked.now)
    var shown: PageContent
    do {
      shown = try await content(asked)
    } catch {
      let problem = Problem(error: error)
      if problem.status.code >= 500 { logger.error("page failed", metadata: ["reason": "\(error)"]) }
      shown = FaultContent.of(problem, asked.texts)
    }
    // A page is not refused for want of the number of unread notices; it says that it does not know it.
    let known: Int64?
    do {
      known = try await unread
    } catch {
      logger.error("unread notices not counted", metadata: ["reason": "\(error)"])
      known = nil
    }
    let frame = renderer.frame(of: asked, route: route, unread: known)
    return renderer.response(shown, template: template, frame: frame)
  }
}

/// What a page shows that cannot be shown: what happened, and what to do.
enum FaultContent {
  private static let known: Set<Int> = [403, 404, 405, 409, 412, 422, 429, 503]

  static func of(_ error: any Error, _ texts: PageTexts) -> PageContent {
    let problem = Problem(error: error)
    let group = "fault.\(known.contains(problem.status.code) ? "status_\(problem.status.code)" : "other")"
    var data: PageData = ["status": "\(problem.status.code)", "message": texts(group + ".message")]
    data["code"] = problem.code
    data["hint"] = texts.optional(group + ".hint")
    // What was refused, in people's words where there are any.
    data["reason"] = texts.optional("faults.script.\(problem.code)").map { explained($0, problem) }
    data["faults"] = problem.errors.map { fault in
      let words = texts.optional("faults.script.\(fault.code)")
      return ["field": texts.optional("actions.field.\(fault.field)") ?? fault.field, "detail": words ?? fault.detail]
        as PageData
    }
    return PageContent(texts(group + ".title"), data, status: problem.status, template: "fault")
  }

  /// With the members of the problem where the text names them.
  private static func explained(_ text: String, _ problem: Problem) -> String {
    problem.extensions.members.reduce(text) { text, member in
      let value: String =
        switch member.value {
        case .string(let text): text
        case .array(let values): values.compactMap(\.stringValue).joined(separator: ", ")
        default: member.value.integerValue.map(String.init) ?? ""
        }
      return text.replacing("{\(member.key)}", with: value)
    }
  }
}

/// Shows what no route answers to a browser as a page; programs get the problem as it is.
struct PageFaults: RouterMiddleware {
  typealias Context = AuthenticatedContext

  let site: WebSite

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let response = try await next(request, context)
    let path = request.uri.path
    guard response.status.code >= 400, response.headers[.contentType] == "application/problem+json",
      request.headers[.accept]?.contains("text/html") == true, !path.hasPrefix("/v1/"), !path.hasPrefix("/assets/")
    else { return response }
    let renderer = PageRenderer(files: site.files, request: request)
    let problem = Problem(response.status, code: "page")
    return renderer.response(
      FaultContent.of(problem, renderer.texts), template: "fault", frame: renderer.frame())
  }
}
