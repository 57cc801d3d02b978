import Platform
import Testing

@Suite struct LockTests {
  @Test func onlyOneThreadIsInside() {
    let counter = Locked(0)
    let threads = (0..<4).map { number in
      PinnedThread(name: "counting-\(number)") {
        for _ in 0..<20_000 { counter.withLock { $0 += 1 } }
      }
    }
    for thread in threads { thread.join() }
    #expect(counter.withLock { $0 } == 80_000)
  }

  @Test func anErrorLeavesTheLockFree() {
    struct Refusal: Error {}
    let lock = Lock()
    #expect(throws: Refusal.self) {
      try lock.withLock { throw Refusal() }
    }
    lock.withLock {}
  }
}
