import HTTPTypes
import Hummingbird

/// Headers on every answer: nothing is loaded from or framed by another host but the tiles of maps where the settings
/// name a server for them, no script stands within a page, and no answer is taken for another type than it says.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
  private let contentSecurityPolicy: String

  init(tiles: MapTiles?) {
    let images = ["'self'", "data:", "blob:"] + (tiles.map { [$0.origin] } ?? [])
    contentSecurityPolicy = """
      default-src 'none'; script-src 'self'; style-src 'self'; img-src \(images.joined(separator: " ")); \
      font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; \
      base-uri 'none'; frame-ancestors 'none'
      """
  }

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    response.headers[.contentSecurityPolicy] = contentSecurityPolicy
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
