import CCurl
import Platform

/// Drives all transfers of one client on one thread.
///
/// The thread waits in one poll over all connections and the mailbox's signal. Connections are kept for the next
/// transfer to the same host.
final class TransferEngine: Sendable {
  enum Command: Sendable {
    case start(TransferJob)
    case cancel(Int)
    case resume(Int)
  }

  struct Limits: Sendable {
    var maxConcurrent: Int
    var maxWaiting: Int
    var maxConnections: Int
  }

  private let mailbox: Mailbox<Command>
  private let maxStarts: Int
  private let numbers = Locked(0)

  init(name: String, limits: Limits) {
    _ = Self.library
    let signal: EventSignal
    do throws(SystemError) {
      signal = try EventSignal()
    } catch {
      preconditionFailure("no file descriptor is left for a transfer engine: \(error)")
    }
    maxStarts = limits.maxWaiting + limits.maxConcurrent
    // New transfers may take only a part of it, so that no command to one under way is ever lost.
    let mailbox = Mailbox<Command>(maxElements: 8 * maxStarts, signal: signal)
    self.mailbox = mailbox
    _ = PinnedThread(name: name) {
      guard let loop = TransferLoop(limits: limits, mailbox: mailbox, signal: signal) else {
        preconditionFailure("libcurl has no memory for its first handle")
      }
      loop.run()
    }
  }

  deinit {
    mailbox.close()
  }

  func nextNumber() -> Int {
    numbers.withLock { number in
      number += 1
      return number
    }
  }

  /// Hands a job over; it ends at once if there is no room or the engine is closed.
  func start(_ job: TransferJob) {
    switch mailbox.count < maxStarts ? mailbox.offer(.start(job)) : mailbox.isClosed ? .closed : .full {
    case .accepted: break
    case .full: job.finish(TransferError(.busy, "too many transfers wait"), handle: nil)
    case .closed: job.finish(TransferError(.cancelled, "the client is closed"), handle: nil)
    }
  }

  func cancel(_ number: Int) {
    _ = mailbox.offer(.cancel(number))
  }

  func resume(_ number: Int) {
    _ = mailbox.offer(.resume(number))
  }

  /// Breaks off all transfers and ends the thread. May be called again.
  func close() {
    mailbox.close()
  }

  private static let library: Void = {
    let result = curl_global_init(gl_curl_global_all())
    precondition(result == CURLE_OK, "libcurl could not be initialised: result \(result.rawValue)")
  }()
}

/// The engine's thread.
final class TransferLoop {
  /// Longest wait for something to happen; the signal and the library's own times end it sooner.
  private static let pollMilliseconds: Int32 = 3_600_000
  /// Handles kept for the next transfer.
  private static let maxIdleHandles = 64

  private let limits: TransferEngine.Limits
  private let mailbox: Mailbox<TransferEngine.Command>
  private let signal: EventSignal
  private let multi: UnsafeMutableRawPointer
  private var active: [Int: (job: TransferJob, handle: EasyHandle)] = [:]
  private var numbers: [UnsafeMutableRawPointer: Int] = [:]
  private var waiting: [TransferJob] = []
  private var idle: [EasyHandle] = []
  private var commands: [TransferEngine.Command] = []

  init?(limits: TransferEngine.Limits, mailbox: Mailbox<TransferEngine.Command>, signal: EventSignal) {
    guard let multi = curl_multi_init() else { return nil }
    self.multi = multi
    self.limits = limits
    self.mailbox = mailbox
    self.signal = signal
    gl_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.maxConnections)
    gl_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, limits.maxConnections)
  }

  func run() {
    while !mailbox.isClosed {
      signal.clear()
      mailbox.drain(into: &commands)
      for command in commands { perform(command) }
      commands.removeAll(keepingCapacity: true)
      startWaiting()
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      let completed = completeFinished()
      // Those that take the place of finished ones must be under way before the thread waits.
      if completed > 0, !waiting.isEmpty { continue }
      var wakeUp = curl_waitfd(fd: signal.fileDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
      curl_multi_poll(multi, &wakeUp, 1, Self.pollMilliseconds, nil)
    }
    close()
  }

  private func perform(_ command: TransferEngine.Command) {
    switch command {
    case .start(let job):
      if waiting.count < limits.maxWaiting + limits.maxConcurrent - active.count {
        waiting.append(job)
      } else {
        job.finish(TransferError(.busy, "too many transfers wait"), handle: nil)
      }
    case .cancel(let number): cancel(number)
    case .resume(let number):
      if let (job, handle) = active[number] { job.resume(handle) }
    }
  }

  private func startWaiting() {
    let count = min(waiting.count, limits.maxConcurrent - active.count)
    guard count > 0 else { return }
    for job in waiting.prefix(count) {
      guard let handle = idle.popLast() ?? EasyHandle() else {
        job.finish(TransferError(.busy, "no memory for a transfer"), handle: nil)
        continue
      }
      job.prepare(handle)
      active[job.number] = (job, handle)
      numbers[handle.pointer] = job.number
      curl_multi_add_handle(multi, handle.pointer)
    }
    waiting.removeFirst(count)
  }

  private func cancel(_ number: Int) {
    let error = TransferError(.cancelled, "the transfer was cancelled")
    if let (job, handle) = active[number] {
      release(number, handle)
      job.finish(error, handle: nil)
    } else if let index = waiting.firstIndex(where: { $0.number == number }) {
      waiting.remove(at: index).finish(error, handle: nil)
    }
  }

  private func completeFinished() -> Int {
    var completed = 0
    var result = CURLE_OK
    while let pointer = gl_curl_multi_next_done(multi, &result) {
      guard let number = numbers[pointer], let (job, handle) = active[number] else { continue }
      job.complete(result: result, handle: handle)
      release(number, handle)
      completed += 1
    }
    return completed
  }

  private func release(_ number: Int, _ handle: EasyHandle) {
    curl_multi_remove_handle(multi, handle.pointer)
    active[number] = nil
    numbers[handle.pointer] = nil
    handle.reset()
    if idle.count < Self.maxIdleHandles { idle.append(handle) }
  }

  private func close() {
    mailbox.drain(into: &commands)
    for case .start(let job) in commands { waiting.append(job) }
    let error = TransferError(.cancelled, "the client is closed")
    for (number, entry) in active {
      release(number, entry.handle)
      entry.job.finish(error, handle: nil)
    }
    for job in waiting { job.finish(error, handle: nil) }
    waiting = []
    idle = []
    curl_multi_cleanup(multi)
  }
}
