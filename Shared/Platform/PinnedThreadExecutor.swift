import Glibc

/// A serial executor with one operating system thread of its own.
///
/// Give it to an actor as `unownedExecutor`: the actor's jobs then run one after the other on that thread and may block
/// without holding up the cooperative pool. The thread starts with the first job. The owner calls `shutdown()` from its
/// `deinit`: jobs already waiting are run, then the thread ends. A job that comes later still runs, in order, on a
/// thread started for it, so no task is ever left hanging.
public final class PinnedThreadExecutor: SerialExecutor, @unchecked Sendable {
  // Sendable: everything below `condition` is read and written only with its lock held.
  private let name: String
  private let stackBytes: Int
  private let condition = Condition()
  private var jobs: [UnownedJob] = []
  private var isRunning = false
  private var isStopping = false
  private var thread: pthread_t?

  /// Makes an executor whose thread has not started yet.
  /// - Parameters:
  ///   - name: name of the thread; the kernel keeps the first 15 bytes.
  ///   - stackBytes: stack size in bytes.
  public init(name: String, stackBytes: Int = PinnedThread.defaultStackBytes) {
    self.name = name
    self.stackBytes = stackBytes
  }

  /// Puts a job at the end of the queue. Called by the Swift runtime, from any thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    let mustStart = condition.withLock {
      jobs.append(unowned)
      defer { isRunning = true }
      return !isRunning
    }
    if mustStart {
      // The thread holds the executor until it ends: a job may drop the last other reference to it.
      _ = PinnedThread(name: name, stackBytes: stackBytes) { [self] in run() }
    } else {
      condition.wakeOne()
    }
  }

  /// The executor as the Swift runtime wants it.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// Traps when the caller is not on this executor's thread.
  public func checkIsolated() {
    precondition(isOnThread, "code isolated to the thread \(name) ran elsewhere")
  }

  /// Whether the caller runs on this executor's thread.
  public var isOnThread: Bool {
    condition.withLock {
      guard let thread else { return false }
      return pthread_equal(thread, pthread_self()) != 0
    }
  }

  /// Ends the thread once the waiting jobs are done; returns at once. May be called more than once and from any thread.
  public func shutdown() {
    condition.withLock { isStopping = true }
    condition.wakeAll()
  }

  /// Blocks until the thread has ended after `shutdown()`. Never from the thread itself.
  public func join() {
    precondition(!isOnThread, "the thread \(name) cannot wait for its own end")
    condition.withLock {
      while isRunning { condition.wait() }
    }
  }

  private func run() {
    condition.withLock { thread = pthread_self() }
    var batch: [UnownedJob] = []
    while takeJobs(into: &batch) {
      for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
      batch.removeAll(keepingCapacity: true)
    }
  }

  /// Waits for jobs and moves all of them to `batch`; false when the thread is to end.
  private func takeJobs(into batch: inout [UnownedJob]) -> Bool {
    condition.withLock {
      while jobs.isEmpty && !isStopping { condition.wait() }
      guard !jobs.isEmpty else {
        isRunning = false
        thread = nil
        condition.wakeAll()
        return false
      }
      swap(&batch, &jobs)
      return true
    }
  }
}
