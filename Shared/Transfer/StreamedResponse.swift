import CCurl
import Platform

/// A response whose body is still coming.
public struct StreamedResponse: Sendable {
  public let head: ResponseHead
  /// The body; to be read once, by one task.
  public let body: StreamedBody

  public var status: Int { head.status }
}

/// The pieces of a response body as they arrive. Ends with `TransferError` where the transfer does. One task reads.
public final class StreamedBody: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  let state: StreamedBodyState
  private let cancel: @Sendable () -> Void

  init(maxBytes: Int, resume: @escaping @Sendable () -> Void, cancel: @escaping @Sendable () -> Void) {
    state = StreamedBodyState(maxBytes: maxBytes, resume: resume)
    self.cancel = cancel
  }

  deinit {
    cancel()
  }

  public func makeAsyncIterator() -> Iterator { Iterator(body: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let body: StreamedBody

    /// The next piece; nil at the end.
    /// - Throws: `TransferError`; `.cancelled` also if the waiting task is cancelled.
    public mutating func next() async throws -> [UInt8]? {
      try await body.state.next()
    }
  }
}

/// What waits between the engine's thread and the reader.
final class StreamedBodyState: Sendable {
  private struct State {
    var pieces: [[UInt8]] = []
    var bytes = 0
    var isPaused = false
    var end: Result<Void, TransferError>?
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let maxBytes: Int
  private let resume: @Sendable () -> Void
  private let state = Locked(State())

  init(maxBytes: Int, resume: @escaping @Sendable () -> Void) {
    self.maxBytes = maxBytes
    self.resume = resume
  }

  /// Adds a piece.
  /// - Returns: false if there is no room; the reader then asks for more when there is.
  func offer(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let (isAdded, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
      guard state.bytes == 0 || state.bytes + bytes.count <= maxBytes else {
        state.isPaused = true
        return (false, nil)
      }
      state.pieces.append(Array(bytes))
      state.bytes += bytes.count
      defer { state.waiter = nil }
      return (true, state.waiter)
    }
    waiter?.resume()
    return isAdded
  }

  func finish(_ error: TransferError?) {
    let waiter = state.withLock { state in
      state.end = error.map { .failure($0) } ?? .success(())
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  func next() async throws(TransferError) -> [UInt8]? {
    while true {
      let (piece, end, wasPaused) = state.withLock { state -> ([UInt8]?, Result<Void, TransferError>?, Bool) in
        guard !state.pieces.isEmpty else { return (nil, state.end, false) }
        let pieces = state.pieces.count == 1 ? state.pieces[0] : Array(state.pieces.joined())
        state.pieces = []
        state.bytes = 0
        defer { state.isPaused = false }
        return (pieces, nil, state.isPaused)
      }
      if wasPaused { resume() }
      if let piece { return piece }
      if let end {
        try end.get()
        return nil
      }
      if Task.isCancelled { throw TransferError(.cancelled, "the reading task was cancelled") }
      await waitForPiece()
    }
  }

  private func waitForPiece() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let mustWait = state.withLock { state in
          guard state.pieces.isEmpty, state.end == nil, !Task.isCancelled else { return false }
          precondition(state.waiter == nil, "only one task may read a streamed body")
          state.waiter = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }
}

/// What waits between the sender's sequence and the engine's thread.
final class UploadBuffer: Sendable {
  /// Bytes that may wait to be sent.
  static let maxBytes = 256 << 10

  private struct State {
    var pieces: [[UInt8]] = []
    /// Where the first piece goes on.
    var offset = 0
    var bytes = 0
    var isPaused = false
    var end: Result<Void, TransferError>?
    var waiter: CheckedContinuation<Void, Never>?
    var pump: Task<Void, Never>?
    var isClosed = false
  }

  private let state = Locked(State())
  private let resume: @Sendable () -> Void

  init(resume: @escaping @Sendable () -> Void) {
    self.resume = resume
  }

  /// Takes everything from `source` until it or the transfer ends.
  func pump(_ source: any AsyncSequence<[UInt8], any Error> & Sendable) {
    let task = Task { [self] in
      do {
        for try await piece in source where !piece.isEmpty {
          guard await add(piece) else { return }
        }
        finish(.success(()))
      } catch {
        finish(.failure(TransferError(.uploadFailed, "the upload's source failed")))
      }
    }
    let isClosed = state.withLock { state in
      state.pump = task
      return state.isClosed
    }
    if isClosed { task.cancel() }
  }

  /// Fills the buffer of the engine.
  func provide(_ buffer: UnsafeMutableRawBufferPointer) -> (TransferJob.ProvideOutcome, TransferError?) {
    let (outcome, error, waiter) = state.withLock { state in
      var filled = 0
      while filled < buffer.count, let piece = state.pieces.first {
        let count = min(piece.count - state.offset, buffer.count - filled)
        piece.withUnsafeBytes { bytes in
          buffer[filled..<(filled + count)].copyBytes(from: bytes[state.offset..<(state.offset + count)])
        }
        filled += count
        state.offset += count
        if state.offset == piece.count {
          state.pieces.removeFirst()
          state.offset = 0
        }
      }
      state.bytes -= filled
      let waiter = state.bytes < Self.maxBytes ? state.waiter : nil
      if waiter != nil { state.waiter = nil }
      if filled > 0 { return (TransferJob.ProvideOutcome.provided(filled), nil as TransferError?, waiter) }
      switch state.end {
      case .success: return (.provided(0), nil, waiter)
      case .failure(let error): return (.abort, error, waiter)
      case nil:
        state.isPaused = true
        return (.pause, nil, waiter)
      }
    }
    waiter?.resume()
    return (outcome, error)
  }

  /// The transfer ended: the source is not read further.
  func close() {
    let (task, waiter) = state.withLock { state in
      state.isClosed = true
      defer { state.waiter = nil }
      return (state.pump, state.waiter)
    }
    task?.cancel()
    waiter?.resume()
  }

  private func finish(_ end: Result<Void, TransferError>) {
    let wasPaused = state.withLock { state in
      state.end = end
      defer { state.isPaused = false }
      return state.isPaused
    }
    if wasPaused { resume() }
  }

  /// Adds a piece, waiting for room; false if the transfer has ended.
  private func add(_ piece: [UInt8]) async -> Bool {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let mustWait = state.withLock { state in
        guard state.bytes >= Self.maxBytes, !state.isClosed else { return false }
        state.waiter = continuation
        return true
      }
      if !mustWait { continuation.resume() }
    }
    let (isOpen, wasPaused) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.pieces.append(piece)
      state.bytes += piece.count
      defer { state.isPaused = false }
      return (true, state.isPaused)
    }
    if wasPaused { resume() }
    return isOpen
  }
}

/// A web transfer whose body, and perhaps upload, passes piece by piece.
final class StreamJob: WebJob, @unchecked Sendable {
  private let body: StreamedBodyState
  private let upload: UploadBuffer?
  private var completion: ((Result<ResponseHead, TransferError>) -> Void)?

  init(
    number: Int, request: OutgoingRequest, settings: HTTPClientOptions, body: StreamedBodyState,
    upload: UploadBuffer?, completion: @escaping @Sendable (Result<ResponseHead, TransferError>) -> Void
  ) {
    self.body = body
    self.upload = upload
    self.completion = completion
    super.init(number: number, request: request, settings: settings)
  }

  override func prepareMethod(_ handle: EasyHandle) {
    guard upload != nil else { return super.prepareMethod(handle) }
    handle.set(CURLOPT_POST, 1)
    handle.set(CURLOPT_POSTFIELDSIZE_LARGE, bytes: -1)
    if request.method != "POST" { handle.set(CURLOPT_CUSTOMREQUEST, request.method) }
  }

  override func headerLines() -> [String] {
    super.headerLines() + (upload == nil ? [] : ["Transfer-Encoding: chunked"])
  }

  override func receivedHead() {
    completion?(.success(head))
    completion = nil
  }

  override func receive(_ bytes: UnsafeRawBufferPointer) -> ReceiveOutcome {
    body.offer(bytes) ? .taken : .pause
  }

  override func provide(_ buffer: UnsafeMutableRawBufferPointer) -> ProvideOutcome {
    guard let upload else { return .provided(0) }
    let (outcome, error) = upload.provide(buffer)
    if let error { failure = error }
    return outcome
  }

  override func finish(_ error: TransferError?, handle: EasyHandle?) {
    upload?.close()
    completion?(error.map { .failure($0) } ?? .success(head))
    completion = nil
    body.finish(error)
  }
}
