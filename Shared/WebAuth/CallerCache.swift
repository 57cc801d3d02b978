import Platform

/// Remembers for a few seconds who a credential belongs to, and asks once where many ask at the same time.
///
/// The time to live bounds how long a revoked credential still works in this process.
final class CallerCache: Sendable {
  private enum Entry {
    case known(Caller, untilMicroseconds: Int64)
    case asking(Task<Caller?, any Error>)
  }

  private let maxEntries: Int
  private let lifetimeMicroseconds: Int64
  private let entries = Locked<[[UInt8]: Entry]>([:])

  init(maxEntries: Int, lifetimeMicroseconds: Int64) {
    self.maxEntries = maxEntries
    self.lifetimeMicroseconds = lifetimeMicroseconds
  }

  /// The caller whose credential has the digest `key`; `ask` looks it up, nil being no such credential, which is not
  /// remembered.
  func caller(_ key: [UInt8], ask: @escaping @Sendable () async throws -> Caller?) async throws -> Caller? {
    let now = MonotonicClock.microseconds
    let (known, task) = entries.withLock { entries -> (Caller?, Task<Caller?, any Error>?) in
      switch entries[key] {
      case .known(let caller, let until) where now < until: return (caller, nil)
      case .asking(let task): return (nil, task)
      default:
        if entries.count >= maxEntries { Self.makeRoom(in: &entries, now: now, maxEntries: maxEntries) }
        let task = Task { [self] in
          let result = await Result { try await ask() }
          settle(key, result)
          return try result.get()
        }
        entries[key] = .asking(task)
        return (nil, task)
      }
    }
    if let known { return known }
    return try await task?.value
  }

  /// Forgets a credential at once, in this process.
  func forget(_ key: [UInt8]) { entries.withLock { $0[key] = nil } }

  /// Forgets everything of the user or key `name`.
  func forget(where matches: (Caller) -> Bool) {
    entries.withLock { entries in
      entries = entries.filter { entry in
        if case .known(let caller, _) = entry.value { return !matches(caller) }
        return true
      }
    }
  }

  var entryCount: Int { entries.withLock { $0.count } }

  private func settle(_ key: [UInt8], _ result: Result<Caller?, any Error>) {
    entries.withLock { entries in
      // A credential that was forgotten meanwhile is not brought back.
      guard case .asking = entries[key] else { return }
      if case .success(let caller?) = result {
        entries[key] = .known(caller, untilMicroseconds: MonotonicClock.microseconds + lifetimeMicroseconds)
      } else {
        entries[key] = nil
      }
    }
  }

  /// Drops what has ended and, if that is not enough, everything but the questions under way.
  private static func makeRoom(in entries: inout [[UInt8]: Entry], now: Int64, maxEntries: Int) {
    func isKept(_ entry: Entry, _ condition: (Int64) -> Bool) -> Bool {
      if case .known(_, let until) = entry { return condition(until) }
      return true
    }
    entries = entries.filter { isKept($0.value) { now < $0 } }
    if entries.count >= maxEntries { entries = entries.filter { isKept($0.value) { _ in false } } }
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}
