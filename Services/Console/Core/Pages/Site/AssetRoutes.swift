import HTTPTypes
import Hummingbird
import Operations
import WebAuth

/// `GET /assets/<version>/<name>`: what pages load. Names are looked up among those read at start, so that no address
/// leads to another file.
struct AssetRoutes: Sendable {
  let site: WebSite

  func add(to router: Hummingbird.Router<AuthenticatedContext>) {
    router.get("assets/:version/**") { request, context in try answer(request, context) }
  }

  private func answer(_ request: Request, _ context: AuthenticatedContext) throws -> Response {
    let assets = site.files.assets
    let name = context.parameters.getCatchAll().joined(separator: "/")
    guard let asset = assets[name] else { throw Problem.notFound("There is no such file.") }
    // Of another version, as a page asks that was loaded before an upgrade: what there is, but not for keeping.
    let isCurrent = context.parameters.get("version") == assets.version
    var headers: HTTPFields = [
      .eTag: asset.tag, .cacheControl: isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
    ]
    if request.has(entityTag: asset.tag) { return Response(status: .notModified, headers: headers) }
    var bytes = asset.bytes
    if !asset.packed.isEmpty {
      headers[.vary] = "accept-encoding"
      let accepted = request.headers[.acceptEncoding] ?? ""
      for coding in ["br", "gzip"] where accepted.contains(coding) {
        guard let packed = asset.packed[coding] else { continue }
        bytes = packed
        headers[.contentEncoding] = coding
        break
      }
    }
    // A worker may be asked for anything below the root, not only what lies beside it.
    if name.hasSuffix("worker.js") { headers[.serviceWorkerAllowed] = "/" }
    return Response.of(contentType: asset.contentType, headers: headers, bytes: bytes)
  }
}

extension HTTPField.Name {
  // A valid name by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let serviceWorkerAllowed = HTTPField.Name("service-worker-allowed").unsafelyUnwrapped
}
