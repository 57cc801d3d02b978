/// So many in a window.
public struct AttemptLimit: Sendable, Hashable {
  public let count: Int
  public let seconds: Int64

  public init(count: Int, seconds: Int64) {
    self.count = count
    self.seconds = seconds
  }
}

/// Counts what users, addresses or keys do in fixed windows. A pure value: the time is handed in, in microseconds.
///
/// An attempt is counted when it begins, so that many at once do not slip through, and given back where it cost nothing.
/// To count in a window that has begun allocates nothing.
public struct AttemptLedger<Subject: Hashable & Sendable>: Sendable {
  private struct Window {
    var endMicroseconds: Int64
    var count: Int

    /// Whole seconds, the last one begun.
    func secondsLeft(at now: Int64) -> Int { Int((endMicroseconds - now + 999_999) / 1_000_000) }
  }

  /// Subjects that are remembered; beyond it those whose windows end first are forgotten.
  public let maxEntries: Int
  private var windows: [Subject: Window] = [:]

  public init(maxEntries: Int = 20_000) { self.maxEntries = maxEntries }

  /// The seconds to wait; nil where one more may begin. Counts nothing.
  public func wait(for subject: Subject, _ limit: AttemptLimit, now: Int64) -> Int? {
    guard let window = windows[subject], window.count >= limit.count, window.endMicroseconds > now else { return nil }
    return window.secondsLeft(at: now)
  }

  /// Counts an attempt; nil when it may go on, else the seconds to wait.
  public mutating func begin(_ subject: Subject, _ limit: AttemptLimit, now: Int64) -> Int? {
    guard let place = windows.index(forKey: subject), windows.values[place].endMicroseconds > now else {
      if windows.count >= maxEntries { makeRoom(now: now) }
      windows[subject] = Window(endMicroseconds: now + limit.seconds * 1_000_000, count: 1)
      return nil
    }
    guard windows.values[place].count < limit.count else { return windows.values[place].secondsLeft(at: now) }
    windows.values[place].count += 1
    return nil
  }

  /// Takes an attempt back.
  public mutating func giveBack(_ subject: Subject) {
    if let count = windows[subject]?.count { windows[subject]?.count = max(count - 1, 0) }
  }

  /// Takes every attempt back.
  public mutating func forget(_ subject: Subject) { windows[subject] = nil }

  public var entryCount: Int { windows.count }

  /// Forgets what has ended and, if that is not enough, the half that ends first.
  private mutating func makeRoom(now: Int64) {
    windows = windows.filter { $0.value.endMicroseconds > now }
    guard windows.count >= maxEntries else { return }
    let ends = windows.values.map(\.endMicroseconds).sorted()
    let median = ends[ends.count / 2]
    windows = windows.filter { $0.value.endMicroseconds > median }
    if windows.count >= maxEntries { windows.removeAll() }
  }
}
