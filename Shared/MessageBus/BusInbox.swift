import Platform

/// A bounded queue of what a subscription or the pull side received.
///
/// When it is full the newest messages are dropped, and a `.gap` stands where they are missing. One task at a time may
/// wait in it; reading ends with nil when the bus stops, the inbox is finished, or the waiting task is cancelled.
public final class BusInbox: AsyncSequence, Sendable {
  public typealias Element = BusEvent

  private struct State {
    var events: [BusEvent] = []
    /// Where the first waiting event stands in `events`; what is before it has been read.
    var first = 0
    var bytes = 0
    var lost = 0
    var isFinished = false
    var waiter: CheckedContinuation<Void, Never>?

    var count: Int { events.count - first }
  }

  private let maxEvents: Int
  private let maxBytes: Int
  private let state = Locked(State())

  /// - Precondition: both bounds are positive.
  public init(maxEvents: Int, maxBytes: Int) {
    precondition(maxEvents > 0 && maxBytes > 0, "an inbox must have room for something")
    self.maxEvents = maxEvents
    self.maxBytes = maxBytes
  }

  convenience init(limits: BusLimits) {
    self.init(maxEvents: limits.maxInboxEvents, maxBytes: limits.maxInboxBytes)
  }

  /// Whether `finish()` was called; what waited before can still be read.
  public var isFinished: Bool { state.withLock { $0.isFinished } }

  /// Adds a message, or counts it as lost when there is no room. Never blocks.
  /// - Returns: whether it was added.
  @discardableResult
  func offer(_ message: BusMessage) -> Bool {
    let (isAdded, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
      guard !state.isFinished else { return (false, nil) }
      let bytes = message.byteCount
      let hasRoom = state.count < maxEvents && (state.bytes + bytes <= maxBytes || state.count == 0)
      if hasRoom {
        if state.lost > 0 {
          state.events.append(.gap(lost: state.lost))
          state.lost = 0
        }
        state.events.append(.message(message))
        state.bytes += bytes
      } else {
        state.lost += 1
      }
      let waiter = state.waiter
      state.waiter = nil
      return (hasRoom, waiter)
    }
    waiter?.resume()
    return isAdded
  }

  /// Ends the inbox: nothing more is added; what waits can still be read. May be called again.
  public func finish() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.isFinished = true
      let waiter = state.waiter
      state.waiter = nil
      return waiter
    }
    waiter?.resume()
  }

  /// Waits for at least one event and takes at most `maxEvents` of those that wait.
  /// - Returns: the events in order; empty when the inbox has ended or the task is cancelled.
  public func nextBatch(maxEvents: Int) async -> [BusEvent] {
    precondition(maxEvents > 0, "a batch has room for at least one event")
    while true {
      let taken = state.withLock { state in
        let events = Self.take(maxEvents, from: &state)
        return events.isEmpty && !state.isFinished ? nil : events
      }
      if let taken { return taken }
      if Task.isCancelled { return [] }
      await waitForEvent()
    }
  }

  /// Takes what waits, at most `maxEvents`, without waiting.
  public func takeWaiting(maxEvents: Int) -> [BusEvent] {
    state.withLock { Self.take(maxEvents, from: &$0) }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(inbox: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let inbox: BusInbox

    public mutating func next() async -> BusEvent? {
      await inbox.nextBatch(maxEvents: 1).first
    }
  }

  private static func take(_ count: Int, from state: inout State) -> [BusEvent] {
    let last = Swift.min(state.first + count, state.events.count)
    var taken = Array(state.events[state.first..<last])
    for case .message(let message) in taken { state.bytes -= message.byteCount }
    state.first = last
    if state.first == state.events.count {
      state.events.removeAll(keepingCapacity: state.events.capacity <= 1_024)
      state.first = 0
      if state.lost > 0, taken.count < count {
        taken.append(.gap(lost: state.lost))
        state.lost = 0
      }
    } else if state.first > 1_024, state.first > state.events.count / 2 {
      state.events.removeFirst(state.first)
      state.first = 0
    }
    return taken
  }

  private func waitForEvent() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let mustWait = state.withLock { state in
          guard state.count == 0, state.lost == 0, !state.isFinished, !Task.isCancelled else { return false }
          precondition(state.waiter == nil, "only one task at a time may wait in an inbox")
          state.waiter = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
        let waiter = state.waiter
        state.waiter = nil
        return waiter
      }
      waiter?.resume()
    }
  }
}
