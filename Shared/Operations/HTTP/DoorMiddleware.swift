import HTTPTypes
public import Hummingbird
public import Logging
import Platform
import Synchronization

/// Which requests are logged.
public enum AccessLog: String, SettingChoice {
  case off
  /// Requests that failed with 5xx, or took longer than `DoorMiddleware.slowMicroseconds`.
  case errors
  case all
}

/// What stands around every request of a door: its trace id, the bound on requests at once, problems for errors, metrics
/// and the access log. Put it before all other middleware.
///
/// The log has method, route, status and time, never a path, query or address, as those can tell of a person.
public struct DoorMiddleware<Context: DoorRequestContext>: RouterMiddleware {
  /// From here on a request is logged as slow.
  public static var slowMicroseconds: Int64 { 1_000_000 }

  private let metrics: DoorMetrics
  private let logger: Logger
  private let accessLog: AccessLog
  private let maxConcurrentRequests: Int

  /// - Parameter maxConcurrentRequests: one more is answered with 503 at once.
  public init(metrics: DoorMetrics, logger: Logger, accessLog: AccessLog = .errors, maxConcurrentRequests: Int = 4_096)
  {
    self.metrics = metrics
    self.logger = logger
    self.accessLog = accessLog
    self.maxConcurrentRequests = maxConcurrentRequests
  }

  public func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let watch = Stopwatch()
    let trace =
      request.headers[.traceparent].flatMap(Trace.identifier(ofTraceparent:)) ?? Trace.newIdentifier()
    var response = await Trace.$current.withValue(trace) {
      let running = metrics.enter()
      defer { metrics.leave() }
      guard running <= maxConcurrentRequests else {
        return Problem.unavailable(code: "overloaded", "There are too many requests at once.").response
      }
      return await answer(request, context, next)
    }
    response.headers[.traceID] = trace
    let route = context.endpointPath ?? "(none)"
    let elapsed = watch.elapsedMicroseconds
    metrics.record(method: request.method, route: route, status: response.status.code, microseconds: elapsed)
    log(request, route: route, status: response.status.code, elapsed: elapsed, trace: trace)
    return response
  }

  private func answer(
    _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
  ) async -> Response {
    do {
      return try await next(request, context)
    } catch {
      let problem = Problem(error: error)
      if problem.status.code >= 500 {
        logger.error("request failed", metadata: ["reason": "\(error)", "code": .string(problem.code)])
      }
      return problem.response
    }
  }

  private func log(_ request: Request, route: String, status: Int, elapsed: Int64, trace: String) {
    let isNotable = status >= 500 || elapsed >= Self.slowMicroseconds
    guard accessLog == .all || (accessLog == .errors && isNotable) else { return }
    Trace.$current.withValue(trace) {
      logger.info(
        "request",
        metadata: [
          "method": .string(request.method.rawValue), "route": .string(route), "status": .stringConvertible(status),
          "microseconds": .stringConvertible(elapsed),
        ])
    }
  }
}

/// The metrics of one door.
public final class DoorMetrics: Sendable {
  private let requests: LabeledMetric<Counter>
  private let seconds: LabeledMetric<Histogram>
  private let series = Locked<[SeriesKey: (Counter, Histogram)]>([:])
  private let running = Atomic<Int>(0)

  private struct SeriesKey: Hashable {
    let method: String
    let route: String
    let status: Int
  }

  public init(_ registry: MetricsRegistry) {
    requests = registry.counters(
      "gridloop_http_requests_total", help: "Requests answered, by method, route and status.",
      labels: ["method", "route", "status"])
    seconds = registry.histograms(
      "gridloop_http_request_seconds", help: "Seconds from the head of a request to its answer, by route.",
      labels: ["route"])
    registry.gauge("gridloop_http_requests_running", help: "Requests being worked on.") { [weak self] in
      self.map { Double($0.running.load(ordering: .relaxed)) }
    }
  }

  /// Counts a request that begins and says how many are running, with it.
  func enter() -> Int { running.wrappingAdd(1, ordering: .relaxed).newValue }
  func leave() { running.wrappingSubtract(1, ordering: .relaxed) }

  func record(method: HTTPRequest.Method, route: String, status: Int, microseconds: Int64) {
    let key = SeriesKey(method: method.rawValue, route: route, status: status)
    let (counter, histogram) = series.withLock { series in
      if let found = series[key] { return found }
      let made = (requests.with(key.method, route, "\(status)"), seconds.with(route))
      if series.count < MetricsRegistry.maxSeriesPerMetric { series[key] = made }
      return made
    }
    counter.increment()
    histogram.record(microseconds: microseconds)
  }
}

extension HTTPField.Name {
  // Both are valid names by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let traceparent = HTTPField.Name("traceparent").unsafelyUnwrapped
  static let traceID = HTTPField.Name("x-trace-id").unsafelyUnwrapped
}
