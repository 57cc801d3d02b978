/// A bounded queue from many threads to one, which never makes the sender wait.
///
/// Give it the consumer's `EventSignal` and it is signalled whenever the mailbox stops being empty, and when it closes.
public final class Mailbox<Element: Sendable>: Sendable {
  /// What became of an offered element.
  public enum Offer: Hashable, Sendable {
    /// It is in the mailbox.
    case accepted
    /// The limit is reached; the element was not taken.
    case full
    /// The mailbox is closed; the element was not taken.
    case closed
  }

  /// The most elements that wait at once.
  public let maxElements: Int
  private let signal: EventSignal?
  private let state: Locked<State>

  private struct State: Sendable {
    var elements: [Element] = []
    var isClosed = false
  }

  /// Makes an empty mailbox for at most `maxElements` elements, at least one.
  public init(maxElements: Int, signal: EventSignal? = nil) {
    precondition(maxElements > 0, "a mailbox needs room for at least one element")
    self.maxElements = maxElements
    self.signal = signal
    state = Locked(State())
  }

  /// Puts an element at the end, or says at once why not. From any thread.
  public func offer(_ element: Element) -> Offer {
    let (outcome, wasEmpty) = state.withLock { state -> (Offer, Bool) in
      guard !state.isClosed else { return (.closed, false) }
      guard state.elements.count < maxElements else { return (.full, false) }
      state.elements.append(element)
      return (.accepted, state.elements.count == 1)
    }
    if wasEmpty { signal?.signal() }
    return outcome
  }

  /// Takes everything that waits, oldest first. Clear the signal before, not after.
  public func drain() -> [Element] {
    state.withLock { state in
      var taken: [Element] = []
      swap(&taken, &state.elements)
      return taken
    }
  }

  /// Exchanges `buffer`, which must be empty, for everything that waits: no allocation when both are kept in use.
  public func drain(into buffer: inout [Element]) {
    precondition(buffer.isEmpty, "a mailbox is drained into an empty buffer")
    state.withLock { state in swap(&buffer, &state.elements) }
  }

  /// Refuses everything from now on; what waits can still be drained.
  public func close() {
    state.withLock { $0.isClosed = true }
    signal?.signal()
  }

  /// How many elements wait.
  public var count: Int { state.withLock { $0.elements.count } }

  /// Whether the mailbox refuses new elements for good.
  public var isClosed: Bool { state.withLock { $0.isClosed } }
}
