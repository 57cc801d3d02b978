import Glibc

/// A mutual exclusion lock of the system's threads.
///
/// A pthread lock rather than `Synchronization.Mutex`, because the thread sanitizer understands it. Not recursive:
/// taking it twice on one thread deadlocks. Hold it for a few instructions, never over a blocking call.
public final class Lock: @unchecked Sendable {
  // Sendable: the pointer never changes after init, and what it points to is made for use from every thread.
  let mutex: UnsafeMutablePointer<pthread_mutex_t>

  /// Makes an unlocked lock.
  public init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    let code = pthread_mutex_init(mutex, nil)
    precondition(code == 0, "a mutex could not be made: error \(code)")
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deinitialize(count: 1)
    mutex.deallocate()
  }

  /// Waits for the lock and takes it.
  public func lock() {
    let code = pthread_mutex_lock(mutex)
    precondition(code == 0, "a mutex could not be locked: error \(code)")
  }

  /// Gives the lock back; only by the thread that holds it.
  public func unlock() {
    let code = pthread_mutex_unlock(mutex)
    precondition(code == 0, "a mutex could not be unlocked: error \(code)")
  }

  /// Runs `body` with the lock held and returns what it returns.
  public func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    lock()
    defer { unlock() }
    return try body()
  }
}

/// A value that is only reached with its lock held.
public final class Locked<State: Sendable>: @unchecked Sendable {
  // Sendable: `state` is read and written only inside `withLock`.
  private let lock = Lock()
  private var state: State

  /// Puts `state` under a new lock.
  public init(_ state: State) {
    self.state = state
  }

  /// Runs `body` on the state with the lock held and returns what it returns. Do not call back into the owner.
  public func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&state)
  }
}
