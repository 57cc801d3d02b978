import CDocuments
import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth

/// The pages for browsers: sign-in, the home of each role, the style sheet, and the description of the interface.
struct PageRoutes: Sendable {
  /// A form may be so long, in bytes.
  static let maxFormBytes = 8 << 10

  let console: Console

  func add(to router: Hummingbird.Router<AuthenticatedContext>) {
    let pages = router.group("")
      .add(middleware: AuthenticationMiddleware(console.authenticator, options: [.anonymous, .formToken]))
    pages.get("/") { request, context in home(request, context) }
    pages.post("sign-in") { request, context in try await signIn(request, context) }
    pages.post("sign-out") { request, context in try await signOut(request, context) }
    router.get("assets/console.css") { request, _ in
      Response.of(
        contentType: "text/css; charset=utf-8", headers: [.cacheControl: "public, max-age=3600"],
        bytes: Array(StyleSheet.text.utf8))
    }
    router.get("openapi.yaml") { _, _ in
      Response.of(
        contentType: "application/yaml", headers: [.cacheControl: "public, max-age=3600"],
        bytes: Array(UnsafeBufferPointer(start: gl_openapi_text(), count: gl_openapi_length())))
    }
  }

  private func home(_ request: Request, _ context: AuthenticatedContext) -> Response {
    let language = PageLanguage.of(request)
    guard let authentication = context.authentication else { return SignInPage(language: language).response() }
    return HomePage(language: language, authentication: authentication).response()
  }

  private func signIn(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let language = PageLanguage.of(request)
    try refuseOtherSites(request)
    let form = try await request.form(maxBytes: Self.maxFormBytes)
    do {
      let session = try await console.authenticator.signIn(
        username: form["username"] ?? "", password: form["password"] ?? "", address: context.clientAddress)
      var response = seeOther("/?lang=\(language.rawValue)")
      response.setCookie(
        SessionCookie.issue(
          session, maxAgeSeconds: AuthenticationLimits().sessionSeconds, isSecure: console.cookiesAreSecure))
      return response
    } catch let error as AuthenticationError {
      return SignInPage(language: language, error: error).response()
    }
  }

  private func signOut(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let form = try await request.form(maxBytes: Self.maxFormBytes)
    try context.requireFormToken(form[CrossSite.fieldName])
    if case .cookie(let token)? = context.authentication?.credential {
      try await console.authenticator.signOut(token)
    }
    var response = seeOther("/")
    response.setCookie(SessionCookie.clear(isSecure: console.cookiesAreSecure))
    return response
  }

  /// Nobody else's page may sign a browser in: there is no session yet whose token could prove it.
  private func refuseOtherSites(_ request: Request) throws {
    if let site = request.headers[.secFetchSite] {
      guard site == "same-origin" || site == "none" else { throw AuthenticationError.crossSite }
    } else if let origin = request.headers[.origin], let host = request.head.authority {
      guard origin == "http://\(host)" || origin == "https://\(host)" else { throw AuthenticationError.crossSite }
    }
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
  /// The fields of a form; of a field that stands twice the first.
  func form(maxBytes: Int) async throws -> [String: String] {
    try requireContentType(["application/x-www-form-urlencoded"])
    let text = String(buffer: try await collectBody(maxBytes: maxBytes))
    var fields: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decodeForm(parts[0]),
        let value = PercentEncoding.decodeForm(parts.count > 1 ? parts[1] : "")
      else { throw Problem.malformed("The form is not readable.") }
      if fields[name] == nil { fields[name] = value }
    }
    return fields
  }
}
