import Platform

/// How a client behaves for all its requests.
public struct HTTPClientOptions: Hashable, Sendable {
  /// Requests under way at once.
  public var maxConcurrentRequests = 256
  /// Requests that may wait for their turn; one more is refused as `.busy`.
  public var maxWaitingRequests = 4_096
  /// Connections open at once, in use or kept.
  public var maxConnections = 256
  /// Address of a proxy; nil to connect directly, whatever the environment says.
  public var proxy: String?
  /// File of trusted certificate authorities; nil for the system's.
  public var authoritiesFile: String?
  public var userAgent = "gridloop"

  public init() {}
}

/// Sends web requests to other systems, many at once, over kept connections, on one thread of its own.
///
/// Redirects are not followed and nothing is tried again: both are the caller's to decide. Safe from any thread. When
/// the last reference goes, what is under way is broken off.
public final class HTTPClient: Sendable {
  private let options: HTTPClientOptions
  private let engine: TransferEngine

  public init(_ options: HTTPClientOptions = HTTPClientOptions()) {
    self.options = options
    engine = TransferEngine(
      name: "http",
      limits: TransferEngine.Limits(
        maxConcurrent: options.maxConcurrentRequests, maxWaiting: options.maxWaitingRequests,
        maxConnections: options.maxConnections))
  }

  /// Sends a request and waits for the whole response, of whatever status. Cancelling the task breaks it off.
  /// - Throws: `TransferError`.
  public func send(_ request: OutgoingRequest) async throws(TransferError) -> IncomingResponse {
    try request.validate()
    let number = engine.nextNumber()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        engine.start(
          WholeJob(number: number, request: request, settings: options) { continuation.resume(returning: $0) })
        // Cancelled before the start, the cancellation found nothing to break off.
        if Task.isCancelled { engine.cancel(number) }
      }
    } onCancel: {
      engine.cancel(number)
    }
    return try result.get()
  }

  /// Sends a request and waits for status and headers only; the body comes piece by piece as the other side sends it.
  ///
  /// A response that is not read holds the other side back. Letting `StreamedResponse.body` go breaks the transfer
  /// off. `OutgoingRequest.totalTimeoutMilliseconds` counts for the whole stream.
  /// - Parameter upload: the request's body, sent as it comes, in chunks; `request.body` must then be nil. The
  ///   response may begin before the upload ends.
  /// - Throws: `TransferError`.
  public func stream(
    _ request: OutgoingRequest, upload: (any AsyncSequence<[UInt8], any Error> & Sendable)? = nil
  ) async throws(TransferError) -> StreamedResponse {
    try request.validate()
    guard upload == nil || request.body == nil else {
      throw TransferError(.invalidRequest, "a request has a body or an upload, not both")
    }
    let number = engine.nextNumber()
    let engine = engine
    let body = StreamedBody(
      maxBytes: request.maxResponseBytes, resume: { engine.resume(number) }, cancel: { engine.cancel(number) })
    let source = upload.map { _ in UploadBuffer(resume: { engine.resume(number) }) }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        engine.start(
          StreamJob(number: number, request: request, settings: options, body: body.state, upload: source) {
            continuation.resume(returning: $0)
          })
        if let upload, let source { source.pump(upload) }
        if Task.isCancelled { engine.cancel(number) }
      }
    } onCancel: {
      engine.cancel(number)
    }
    return StreamedResponse(head: try result.get(), body: body)
  }

  /// Breaks off everything under way and ends the thread. May be called again.
  public func close() {
    engine.close()
  }
}
