import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// Signing in and out in a browser.
struct SignInRoutes: Sendable {
  /// A form may be so long, in bytes.
  static let maxFormBytes = 8 << 10

  let console: Console

  func add(to pages: RouterGroup<AuthenticatedContext>) {
    pages.get("sign-in") { request, context in
      let renderer = PageRenderer(files: console.site.files, request: request)
      let target = destination(request.uri.queryParameters["return"].map(String.init))
      return context.authentication == nil ? form(renderer, target: target) : seeOther(target)
    }
    pages.post("sign-in") { request, context in try await signIn(request, context) }
    pages.post("sign-out") { request, context in try await signOut(request, context) }
  }

  /// The form itself at the root; from every other page the way to it and back.
  func ask(_ renderer: PageRenderer, _ route: PageRoute, _ request: Request) -> Response {
    // A link in a mail is followed without the cookie, which is for our own pages alone: from here it is sent along.
    if request.headers[.secFetchSite] == "cross-site", request.cookies[SessionCookie.name] == nil {
      return renderer.response(
        PageContent(renderer.texts("sign_in.title"), ["again": renderer.address.text]), template: "again",
        frame: renderer.frame())
    }
    if route.path.isEmpty { return form(renderer, target: "/") }
    return seeOther("/sign-in?return=\(PercentEncoding.encode(renderer.address.text))")
  }

  private func form(_ renderer: PageRenderer, target: String, error: AuthenticationError? = nil) -> Response {
    let texts = renderer.texts
    var data: PageData = ["return": target]
    data["hasPublic"] = !console.publicDistricts.isEmpty
    switch error {
    case nil: break
    case .tooManyAttempts(let seconds)?:
      data["fault"] = texts("sign_in.too_many", ["seconds": "\(seconds)"])
    case .busy?: data["fault"] = texts("sign_in.busy")
    default: data["fault"] = texts("sign_in.wrong")
    }
    return renderer.response(
      PageContent(texts("sign_in.title"), data, status: error?.problem.status ?? .ok), template: "sign-in",
      frame: renderer.frame())
  }

  private func signIn(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    try request.refuseOtherSites()
    let fields = try await request.form(maxBytes: Self.maxFormBytes)
    let target = destination(fields["return"])
    do {
      let session = try await console.authenticator.signIn(
        username: fields["username"] ?? "", password: fields["password"] ?? "", address: context.clientAddress)
      var response = seeOther(target)
      response.setCookie(
        SessionCookie.issue(
          session, maxAgeSeconds: AuthenticationLimits().sessionSeconds, isSecure: console.cookiesAreSecure))
      return response
    } catch let error as AuthenticationError {
      return form(PageRenderer(files: console.site.files, request: request), target: target, error: error)
    }
  }

  private func signOut(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let fields = try await request.form(maxBytes: Self.maxFormBytes)
    try context.requireFormToken(fields[CrossSite.fieldName])
    if case .cookie(let token)? = context.authentication?.credential {
      try await console.authenticator.signOut(token)
    }
    var response = seeOther("/")
    response.setCookie(SessionCookie.clear(isSecure: console.cookiesAreSecure))
    return response
  }

  /// Where to go after the sign-in: a path of ours and of nobody else, for a form can be asked for with anything.
  private func destination(_ asked: String?) -> String {
    let path = asked ?? "/"
    let isOurs =
      path.hasPrefix("/") && !path.hasPrefix("//")
      && path.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\\") && $0 < 0x7F }
    return isOurs && !path.hasPrefix("/sign-") ? path : "/"
  }

  private func seeOther(_ location: String) -> Response {
    Response(status: .seeOther, headers: [.location: location])
  }
}

extension HTTPField.Name {
  // A valid name by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let secFetchSite = HTTPField.Name("sec-fetch-site").unsafelyUnwrapped
}

extension Request {
  /// Nobody else's page may sign a browser in or report in its name: there is no session whose token could prove it.
  ///
  /// - Throws: `AuthenticationError.crossSite`.
  func refuseOtherSites() throws(AuthenticationError) {
    if let site = headers[.secFetchSite] {
      guard site == "same-origin" || site == "none" else { throw .crossSite }
    } else if let origin = headers[.origin], let host = head.authority {
      guard origin == "http://\(host)" || origin == "https://\(host)" else { throw .crossSite }
    }
  }

  /// The fields of a form; of a field that stands twice the first.
  func form(maxBytes: Int) async throws -> [String: String] {
    Dictionary(
      try await formFields(maxBytes: maxBytes).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The fields of a form, in its order.
  func formFields(maxBytes: Int) async throws -> [(name: String, value: String)] {
    try requireContentType(["application/x-www-form-urlencoded"])
    let text = String(buffer: try await collectBody(maxBytes: maxBytes))
    return try text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decodeForm(parts[0].utf8),
        let value = PercentEncoding.decodeForm((parts.count > 1 ? parts[1] : "").utf8)
      else { throw Problem.malformed("The form is not readable.") }
      return (name, value)
    }
  }
}
