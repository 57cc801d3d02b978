import Domain
import Hummingbird
import Operations
import WebAuth
import Wire

/// What a template is given: names and values. A value that is nil is left out, so that sections on it are not shown;
/// texts, flags, numbers, further data and lists of data are what templates can use. `t` is taken by the texts.
typealias PageData = [String: any Sendable]

/// A page of the console. One more is a type of its own in `Pages/`, a template, its texts, and a line in
/// `PageRoutes.all`.
protocol Page: Sendable {
  static var route: PageRoute { get }

  /// What the page shows. What it reads it reads with the caller's sight, by the stores of the interface for programs.
  ///
  /// - Throws: `Problem` and whatever else; it is shown as a page of that status.
  static func content(_ request: PageRequest) async throws -> PageContent
}

/// Where a page stands, and for whom.
struct PageRoute: Sendable {
  /// As the router writes it, without a slash before it: `cases/:id`.
  let path: String
  /// The template's name below `templates/`.
  let template: String
  let roles: Set<Role>
  /// Its entry in the navigation; nil where other pages lead to it.
  var menu: PageMenu?

  init(_ path: String, template: String, roles: Set<Role> = PageRoute.everybody, menu: PageMenu? = nil) {
    self.path = path
    self.template = template
    self.roles = roles
    self.menu = menu
  }

  /// Every role of people.
  static let everybody = Set(Role.allCases.filter { $0 != .source })
}

/// An entry of the navigation, shown to the roles of its page.
struct PageMenu: Sendable {
  /// Entries stand by this, ascending.
  let order: Int
  /// A symbol of `assets/icons.svg`.
  let icon: String
  /// The key of its text.
  let text: String
}

/// What a page shows.
struct PageContent: Sendable {
  /// Of the browser's tab and of the page's heading.
  var title: String
  var data: PageData
  var status: HTTPResponse.Status = .ok
  /// Another template than the page's own.
  var template: String?

  init(_ title: String, _ data: PageData, status: HTTPResponse.Status = .ok, template: String? = nil) {
    self.title = title
    self.data = data
    self.status = status
    self.template = template
  }
}

/// A request of someone who is signed in, for a page.
struct PageRequest: Sendable {
  let console: Console
  let view: CallerView
  let texts: PageTexts
  let request: Request
  let context: AuthenticatedContext
  /// The one moment that everything on the page is as of.
  let now: Instant
  /// Where the stream goes on from what the page shows: read before anything that it shows, so that nothing which
  /// happens meanwhile is missed. Nil where it is not known.
  var place: StreamPlace?

  var names: PageNames { PageNames(policy: view.policy, texts: texts) }
  var times: PageTimes { PageTimes(zone: view.zone, now: now, texts: texts) }
  var role: Role { view.caller.role }

  /// The query of the address, to be read field by field. Forms write a plus for a space, which programs do not.
  func query() throws(Problem) -> QueryFields {
    try QueryFields(text: PageAddress(request).query)
  }
}
