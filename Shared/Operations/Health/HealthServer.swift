import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// `/livez`, `/readyz` and `/metrics` on a port of their own.
///
/// `/livez` answers 200 as long as the process serves; `/readyz` 200 or 503 with every check; `/metrics` Prometheus text.
enum HealthServer {
  static func router(readiness: Readiness, metrics: MetricsRegistry) -> Router<DoorContext> {
    let router = Router(context: DoorContext.self)
    router.get("livez") { _, _ in Response.json(bytes: Array(#"{"live":true}"#.utf8)) }
    router.get("readyz") { _, _ in
      let document = readiness.document()
      return Response.json(document.isReady ? .ok : .serviceUnavailable, bytes: document.bytes)
    }
    router.get("metrics") { _, _ in
      Response.of(contentType: MetricsText.contentType, bytes: metrics.exposition())
    }
    return router
  }
}
