import Domain
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import WebAuth
import Wire

/// Makes a page of its content: the frame around it, by who looks at it and in which language.
struct PageRenderer: Sendable {
  let files: WebFiles
  let texts: PageTexts
  /// Path and query of the request, for the switch of languages.
  let address: PageAddress

  /// - Parameter unlessChosen: the language for who asks for none.
  init(files: WebFiles, request: Request, unlessChosen: PageLanguage = .chinese) {
    self.files = files
    texts = files.texts.texts(PageLanguage.of(request, otherwise: unlessChosen))
    address = PageAddress(request)
  }

  /// - Parameter frame: what stands around the content; see `frame(of:)`.
  func response(_ content: PageContent, template: String, frame: PageData) -> Response {
    var data = content.data
    data["t"] = texts
    data["title"] = content.title
    data["frame"] = frame
    data["lang"] = texts.language.rawValue
    data["assets"] = files.assets.path
    let name = content.template ?? template
    // A template that is missing was found at start, or by the tests: each page's name is fixed.
    let html = files.templates.render(data, withTemplate: name) ?? name
    var response = Response(
      status: content.status,
      headers: [.contentType: "text/html; charset=utf-8", .contentLanguage: texts.language.rawValue],
      body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    response.headers[.cacheControl] = "no-store"
    if let asked = address.language {
      response.setCookie(
        Cookie(name: PageLanguage.cookieName, value: asked.rawValue, maxAge: 31_536_000, path: "/", sameSite: .lax))
    }
    return response
  }

  /// The frame for someone who is not signed in.
  func frame() -> PageData {
    ["languages": languages, "home": "/"]
  }

  /// The frame of the public page.
  ///
  /// - Parameter links: the way to its other parts, each `path`, `label`, `icon` and `isCurrent`.
  func publicFrame(home: String, links: [PageData]) -> PageData {
    ["languages": languages, "home": home, "isPublic": true, "links": links]
  }

  /// The frame for someone who is signed in.
  ///
  /// - Parameter unread: nil where the notices could not be counted.
  func frame(of request: PageRequest, route: PageRoute?, unread: Int64?) -> PageData {
    let caller = request.view.caller
    var frame: PageData = [
      "languages": languages, "home": "/", "signedIn": true, "now": request.now.rfc3339(in: request.view.zone),
      "network": request.view.policy.name,
    ]
    frame["place"] = request.place?.text()
    frame["menu"] = menu(caller.role, current: route)
    frame["user"] = caller.name
    frame["role"] = texts.word("role", caller.role.rawValue)
    frame["roleCode"] = caller.role.rawValue
    frame["unit"] = request.names.unit(caller.unit)
    frame["department"] = caller.department.map { request.names.department($0) }
    if let unread {
      frame["unread"] = unread > 0 ? (unread > 99 ? "99+" : "\(unread)") : nil
      frame["unreadLabel"] = texts.counted("frame.unread", unread)
    } else {
      frame["unread"] = "?"
      frame["unreadLabel"] = texts("frame.unread_unknown")
    }
    if case .cookie(let token)? = request.context.authentication?.credential {
      frame["csrf"] = CrossSite.token(of: token)
    }
    return frame
  }

  private var languages: [PageData] {
    PageLanguage.allCases.map { language in
      [
        "code": language.rawValue, "name": language.text("中文", "English"), "path": address.path(in: language),
        "isCurrent": language == texts.language,
      ]
    }
  }

  private func menu(_ role: Role, current: PageRoute?) -> [PageData] {
    PageRoutes.all.map { $0.route }.filter { $0.menu != nil && $0.roles.contains(role) }
      .sorted { ($0.menu?.order ?? 0) < ($1.menu?.order ?? 0) }
      .compactMap { route in
        guard let menu = route.menu else { return nil }
        let isCurrent = current.map { $0.path == route.path || $0.path.hasPrefix(route.path + "/") } ?? false
        return [
          "path": "/" + route.path, "icon": menu.icon, "label": texts(menu.text),
          "isCurrent": isCurrent, "isInbox": route.path == InboxPage.route.path,
        ]
      }
  }
}

/// Path and query of a page, as its links to itself need them.
struct PageAddress: Sendable {
  let path: String
  private let fields: [(name: String, value: String)]
  /// The language that the query asks for.
  let language: PageLanguage?

  init(_ request: Request) {
    path = request.uri.path
    var fields: [(name: String, value: String)] = []
    for pair in (request.uri.query ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decodeForm(parts[0].utf8),
        let value = PercentEncoding.decodeForm((parts.count > 1 ? parts[1] : "").utf8)
      else { continue }
      fields.append((name, value))
    }
    language = fields.last { $0.name == "lang" }.flatMap { PageLanguage.matching($0.value[...]) }
    self.fields = fields.filter { $0.name != "lang" }
  }

  func path(in language: PageLanguage) -> String { with(["lang": language.rawValue]) }

  /// The same address with fields changed; nil takes a field away.
  func with(_ changes: [String: String?]) -> String {
    let query = query(with: changes)
    return query.isEmpty ? path : path + "?" + query
  }

  /// The fields of the query, but for the language and what is empty, percent-encoded.
  var query: String { query(with: [:]) }

  private func query(with changes: [String: String?]) -> String {
    var kept = fields.filter { changes[$0.name] == nil && !$0.value.isEmpty }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let value { kept.append((name, value)) }
    }
    return kept.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
      .joined(separator: "&")
  }

  /// Whether it asks for nothing in particular; the order of a list is nothing of what it holds.
  var isBare: Bool { fields.allSatisfy { $0.value.isEmpty || $0.name == "sort" || $0.name == "cursor" } }

  /// The address itself, without the choice of a language.
  var text: String { with([:]) }
}
