/// Counts what addresses do in fixed windows. A pure value: the time is handed in.
///
/// An attempt is counted when it begins, so that many at once do not slip through, and given back where it cost nothing.
struct AttemptLedger: Sendable {
  /// So many in a window.
  struct Limit: Sendable, Hashable {
    let count: Int
    let seconds: Int64
  }

  private struct Window {
    var endMicroseconds: Int64
    var count: Int
  }

  /// Addresses that are remembered; beyond it those whose windows end first are forgotten.
  let maxEntries: Int
  private var windows: [String: Window] = [:]

  init(maxEntries: Int = 20_000) { self.maxEntries = maxEntries }

  /// The seconds to wait; nil where one more may begin. Counts nothing.
  func wait(for subject: String, _ limit: Limit, now: Int64) -> Int? {
    guard let window = windows[subject], window.count >= limit.count, window.endMicroseconds > now else { return nil }
    return Int((window.endMicroseconds - now + 999_999) / 1_000_000)
  }

  /// Counts an attempt; nil when it may go on, else the seconds to wait.
  mutating func begin(_ subject: String, _ limit: Limit, now: Int64) -> Int? {
    if let seconds = wait(for: subject, limit, now: now) { return seconds }
    if let window = windows[subject], window.endMicroseconds > now {
      windows[subject]?.count = window.count + 1
    } else {
      if windows.count >= maxEntries { makeRoom(now: now) }
      windows[subject] = Window(endMicroseconds: now + limit.seconds * 1_000_000, count: 1)
    }
    return nil
  }

  /// Takes an attempt back.
  mutating func giveBack(_ subject: String) {
    if let count = windows[subject]?.count { windows[subject]?.count = max(count - 1, 0) }
  }

  var entryCount: Int { windows.count }

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
