import Cryptography
import HTTPTypes
import Hummingbird

/// The rule that keeps other sites from acting in a signed-in browser.
///
/// A request that changes something and is authenticated by the cookie must prove that one of our own pages sent it: by
/// `X-CSRF-Token` (or a form field, see `isValid`), or by what the browser itself says in `Sec-Fetch-Site` or `Origin`.
/// Requests with an `Authorization` header need no proof, as no other site can make a browser send one.
public enum CrossSite {
  /// The name of the form field and, as `X-CSRF-Token`, of the header.
  public static let fieldName = "csrf_token"

  /// The token of a session, to be put into its pages.
  public static func token(of session: SessionToken) -> String {
    Base64.url.encode(HMACSHA256.code(of: Array("gridloop csrf".utf8), key: Array(session.text.utf8)))
  }

  /// Whether `token` is that of the session; takes the same time for every wrong one.
  public static func isValid(_ token: String, of session: SessionToken) -> Bool {
    constantTimeEquals(Array(token.utf8), Array(self.token(of: session).utf8))
  }

  /// Whether a request needs a proof: all but GET, HEAD and OPTIONS, which change nothing.
  static func needsProof(_ method: HTTPRequest.Method) -> Bool {
    method != .get && method != .head && method != .options
  }

  /// Whether the request's headers prove that one of our pages sent it.
  static func isProven(_ request: Request, session: SessionToken) -> Bool {
    if let token = request.headers[.csrfToken] { return isValid(token, of: session) }
    if let site = request.headers[.secFetchSite] { return site == "same-origin" }
    guard let origin = request.headers[.origin], let host = request.head.authority else { return false }
    return origin == "http://\(host)" || origin == "https://\(host)"
  }
}

extension HTTPField.Name {
  // Both are valid names by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let csrfToken = HTTPField.Name("x-csrf-token").unsafelyUnwrapped
  static let secFetchSite = HTTPField.Name("sec-fetch-site").unsafelyUnwrapped
}
