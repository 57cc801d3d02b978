import HTTPTypes
import Hummingbird

/// Headers on every answer: nothing is loaded from or framed by another host, no script stands within a page, and no
/// answer is taken for another type than it says.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
  static var contentSecurityPolicy: String {
    """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'
    """
  }

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.referrerPolicy] = "same-origin"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }
}

extension HTTPField.Name {
  // A valid name by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let referrerPolicy = HTTPField.Name("referrer-policy").unsafelyUnwrapped
}
