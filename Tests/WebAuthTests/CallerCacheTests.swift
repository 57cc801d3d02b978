import Domain
import Platform
import Testing

@testable import WebAuth

private func someone(_ name: String) -> Caller {
  Caller(name: name, kind: .key, role: .source, unit: "440306", department: nil, district: "440306")
}

@Suite struct CallerCacheTests {
  @Test func asksOnceWhereManyAskAtOnce() async throws {
    let cache = CallerCache(maxEntries: 10, lifetimeMicroseconds: 60_000_000)
    let asked = Locked(0)
    let answer = AsyncStream<Void>.makeStream()
    await withThrowingTaskGroup { group in
      for _ in 0..<50 {
        group.addTask {
          let caller = try await cache.caller([1]) {
            asked.withLock { $0 += 1 }
            for await _ in answer.stream { break }
            return someone("a")
          }
          #expect(caller?.name == "a")
        }
      }
      answer.continuation.yield()
    }
    #expect(asked.withLock { $0 } == 1)
  }

  @Test func asksAgainWhenTheTimeIsOver() async throws {
    let cache = CallerCache(maxEntries: 10, lifetimeMicroseconds: 0)
    #expect(try await cache.caller([1]) { someone("a") }?.name == "a")
    #expect(try await cache.caller([1]) { someone("b") }?.name == "b")
    #expect(try await cache.caller([1]) { nil } == nil)
  }

  @Test func remembersNeitherFailuresNorUnknownCredentials() async throws {
    let cache = CallerCache(maxEntries: 10, lifetimeMicroseconds: 60_000_000)
    await #expect(throws: CancellationError.self) { try await cache.caller([1]) { throw CancellationError() } }
    #expect(try await cache.caller([1]) { nil } == nil)
    #expect(try await cache.caller([1]) { someone("a") }?.name == "a")
    #expect(try await cache.caller([1]) { nil }?.name == "a")
    cache.forget([1])
    #expect(try await cache.caller([1]) { nil } == nil)
  }

  @Test func remembersNoMoreThanItsBound() async throws {
    let cache = CallerCache(maxEntries: 10, lifetimeMicroseconds: 60_000_000)
    for index in UInt8(0)..<100 {
      _ = try await cache.caller([index]) { someone("a") }
      #expect(cache.entryCount <= 10)
    }
  }
}
