import Casework
import Cryptography
import Hummingbird
import Operations
import WebAuth

/// `GET /v1/cases/{id}/photos/{photo}`: a photograph, for whoever may see its case.
struct PhotoRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("cases/:id/photos/:photo") { request, context in try await show(request, context) }
  }

  private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let id = try await console.findCase(context, view).loaded.id
    let store = PhotoStore(pool: console.pool)
    guard let photo = context.parameters.get("photo"), let found = try await store.content(of: photo, in: id) else {
      throw Problem.notFound("The case has no such photograph.")
    }
    // What an id names never changes; who may see it can, so that nobody between keeps it.
    let tag = "\"\(Hexadecimal.encode(found.digest).prefix(24))\""
    let kept = "private, max-age=86400, immutable"
    if request.has(entityTag: tag) {
      return Response(status: .notModified, headers: [.eTag: tag, .cacheControl: kept])
    }
    return Response.of(
      contentType: found.mediaType, headers: [.eTag: tag, .cacheControl: kept], bytes: found.bytes)
  }
}
