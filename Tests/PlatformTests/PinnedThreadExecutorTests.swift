import Glibc
import Platform
import Testing

/// An actor on a thread of its own that notes what it ran and where.
private actor Recorder {
  private let executor: PinnedThreadExecutor
  private(set) var numbers: [Int] = []
  private(set) var threads: Set<pthread_t> = []

  init(_ executor: PinnedThreadExecutor) {
    self.executor = executor
  }

  deinit {
    executor.shutdown()
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  func record(_ number: Int) {
    numbers.append(number)
    threads.insert(pthread_self())
  }

  func isOnOwnThread() -> Bool { executor.isOnThread }

  func threadName() -> String {
    var name = [CChar](repeating: 0, count: 32)
    let file = fopen("/proc/thread-self/comm", "r")
    defer { fclose(file) }
    fgets(&name, Int32(name.count), file)
    return String(decoding: name.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

@Suite struct PinnedThreadExecutorTests {
  @Test func jobsOfOneTaskRunInOrderOnOneThread() async {
    let recorder = Recorder(PinnedThreadExecutor(name: "recorder"))
    for number in 0..<500 { await recorder.record(number) }
    #expect(await recorder.numbers == Array(0..<500))
    #expect(await recorder.threads.count == 1)
    #expect(await recorder.isOnOwnThread())
  }

  @Test func jobsOfManyTasksNeverOverlap() async {
    let recorder = Recorder(PinnedThreadExecutor(name: "recorder"))
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<1_000 {
        group.addTask { await recorder.record(number) }
      }
    }
    #expect(await recorder.numbers.sorted() == Array(0..<1_000))
    #expect(await recorder.threads.count == 1)
  }

  @Test func theThreadBearsItsNameCutToFifteenBytes() async {
    let recorder = Recorder(PinnedThreadExecutor(name: "a-name-that-is-too-long"))
    #expect(await recorder.threadName() == "a-name-that-is-")
  }

  @Test func theThreadEndsWithItsActor() async {
    let executor = PinnedThreadExecutor(name: "short-lived")
    do {
      let recorder = Recorder(executor)
      await recorder.record(1)
    }
    // Returns only because the actor's deinit ended the thread.
    await withCheckedContinuation { continuation in
      _ = PinnedThread(name: "joining") {
        executor.join()
        continuation.resume()
      }
    }
    #expect(!executor.isOnThread)
  }

  @Test func aJobAfterShutdownStillRuns() async {
    let executor = PinnedThreadExecutor(name: "late")
    let recorder = Recorder(executor)
    await recorder.record(1)
    executor.shutdown()
    await recorder.record(2)
    await recorder.record(3)
    #expect(await recorder.numbers == [1, 2, 3])
  }
}
