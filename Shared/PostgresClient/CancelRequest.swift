import CPostgres
import Platform

/// A request to the server to stop what a connection is doing, made on a thread of its own.
///
/// libpq's cancel opens another connection and blocks until the server has closed it, for ever when the server or the
/// network is silent. The connection's thread therefore only looks whether it is done.
final class CancelRequest: Sendable {
  private let done = Locked(false)

  /// Sends the request for a connection; `wake` is signalled when the server has acted on it or cannot be reached.
  init(for handle: OpaquePointer, waking wake: EventSignal) {
    guard let cancel = PQgetCancel(handle) else {
      done.withLock { $0 = true }
      return
    }
    let request = Request(pointer: cancel)
    _ = PinnedThread(name: "postgres-cancel") { [done] in
      request.send()
      done.withLock { $0 = true }
      wake.signal()
    }
  }

  /// Whether nothing of it can reach the server any more.
  var isDone: Bool { done.withLock { $0 } }

  // Sendable: a PGcancel is a copy made for use from another thread (libpq's manual, 34.7); only that thread has it.
  private struct Request: @unchecked Sendable {
    let pointer: OpaquePointer

    func send() {
      var message = [CChar](repeating: 0, count: 256)
      PQcancel(pointer, &message, Int32(message.count))
      PQfreeCancel(pointer)
    }
  }
}

/// How long an operation still waits for the server, and what was done about it.
///
/// First until its deadline or until it is interrupted; then the server is told to stop and given some grace.
struct Patience {
  private var deadline: Int64
  private var interruption: Interruption?
  private var request: CancelRequest?
  /// Why the server was told to stop, where it was.
  private(set) var stopped: PostgresError?

  init(_ bounds: OperationBounds) {
    deadline = bounds.deadlineMicroseconds
    interruption = bounds.interruption
  }

  /// Waits for the socket; false when the connection is to be given up.
  mutating func wait(for session: Session, writing: Bool) -> Bool {
    switch session.wait(writing: writing, deadline: deadline, interruption: interruption) {
    case .socket: return true
    case .deadline: return stop(.timeout, session)
    case .interrupted: return stop(.cancelled, session)
    }
  }

  private mutating func stop(_ reason: PostgresError, _ session: Session) -> Bool {
    guard stopped == nil else { return false }
    stopped = reason
    interruption = nil
    deadline = MonotonicClock.microseconds + session.stopGraceMilliseconds * 1_000
    request = CancelRequest(for: session.handle, waking: session.wake)
    return true
  }

  /// Waits until a cancel request can no longer hit the next statement; false when that takes too long.
  func settle(_ session: Session) -> Bool {
    guard let request else { return true }
    while !request.isDone {
      guard session.waitForWake(deadline: deadline) else { return request.isDone }
    }
    return true
  }
}
