import CPlatform
import Glibc

/// One operating system thread that runs one function from beginning to end.
///
/// For loops that own a resource which must not change threads (a ZeroMQ hub, a libpq connection). The thread is
/// detached: whoever must know that it ended waits with `join()`.
public final class PinnedThread: Sendable {
  /// Stack given to a thread unless asked otherwise, in bytes. Only touched pages cost memory.
  public static let defaultStackBytes = 512 * 1024

  private let ended = Latch()

  /// Starts the thread.
  /// - Parameters:
  ///   - name: shown by the system's tools; the kernel keeps the first 15 bytes.
  ///   - stackBytes: stack size in bytes.
  ///   - body: runs once on the new thread.
  public init(name: String, stackBytes: Int = PinnedThread.defaultStackBytes, body: @escaping @Sendable () -> Void) {
    let launch = Launch(name: name, ended: ended, body: body)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(launch).toOpaque()
    let code = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Launch>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
    precondition(code == 0, "the system has no thread left for \(name): error \(code)")
  }

  /// Blocks until the function has returned. Never call it on the thread itself or on the cooperative pool.
  public func join() {
    ended.wait()
  }

  private final class Launch: Sendable {
    let name: String
    let ended: Latch
    let body: @Sendable () -> Void

    init(name: String, ended: Latch, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.ended = ended
      self.body = body
    }

    func run() {
      gl_thread_set_name(name)
      body()
      ended.open()
    }
  }
}

/// A condition variable with its lock, for the few places that wait outside Swift concurrency.
final class Condition: @unchecked Sendable {
  // Sendable: both pointers never change after init, and what they point to is made for use from every thread.
  private let lock = Lock()
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init() {
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deinitialize(count: 1)
    condition.deallocate()
  }

  func withLock<Result>(_ body: () -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }

  /// Gives the lock up, waits to be woken, takes it again. Only with the lock held; may wake without reason.
  func wait() {
    pthread_cond_wait(condition, lock.mutex)
  }

  func wakeOne() {
    pthread_cond_signal(condition)
  }

  func wakeAll() {
    pthread_cond_broadcast(condition)
  }
}

/// Opens once; whoever waits goes on.
final class Latch: @unchecked Sendable {
  // Sendable: `isOpen` is read and written only with the condition's lock held.
  private let condition = Condition()
  private var isOpen = false

  func open() {
    condition.withLock { isOpen = true }
    condition.wakeAll()
  }

  func wait() {
    condition.withLock {
      while !isOpen { condition.wait() }
    }
  }
}
