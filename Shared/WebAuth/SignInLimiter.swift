import Platform

/// How many failed sign-ins are let through.
public struct SignInLimits: Sendable, Hashable {
  /// Failures of one username in a window, from wherever.
  public var maxFailuresOfUser = 10
  /// Failures from one address in a window, of whichever users.
  public var maxFailuresOfAddress = 50
  /// Length of a window, in seconds.
  public var windowSeconds: Int64 = 300
  /// Usernames and addresses that are remembered; beyond it the oldest windows are forgotten.
  public var maxEntries = 20_000

  public init() {}
}

/// Counts failed sign-ins by user and address in fixed windows. A pure value: the time is handed in.
///
/// An attempt is counted when it begins, so that many at once do not slip through, and taken back when it succeeds.
struct SignInLedger: Sendable {
  private struct Window {
    var startedMicroseconds: Int64
    var failures: Int
  }

  enum Subject: Hashable, Sendable {
    case user(String)
    case address(String)
  }

  private let limits: SignInLimits
  private var windows: [Subject: Window] = [:]

  init(limits: SignInLimits) {
    self.limits = limits
  }

  /// Counts an attempt; nil when it may go on, else the seconds to wait.
  mutating func begin(_ subjects: [Subject], now: Int64) -> Int? {
    let waits = subjects.compactMap { wait(for: $0, now: now) }
    if let longest = waits.max() { return longest }
    for subject in subjects { count(subject, now: now) }
    return nil
  }

  /// Takes an attempt back that succeeded: the user's failures are forgotten, the address's are as before.
  mutating func succeed(_ subjects: [Subject]) {
    for subject in subjects {
      if case .user = subject {
        windows[subject] = nil
      } else if let failures = windows[subject]?.failures {
        windows[subject]?.failures = max(failures - 1, 0)
      }
    }
  }

  var entryCount: Int { windows.count }

  private func wait(for subject: Subject, now: Int64) -> Int? {
    guard let window = windows[subject], window.failures >= limit(of: subject) else { return nil }
    let remaining = window.startedMicroseconds + limits.windowSeconds * 1_000_000 - now
    return remaining > 0 ? Int((remaining + 999_999) / 1_000_000) : nil
  }

  private mutating func count(_ subject: Subject, now: Int64) {
    if var window = windows[subject], now < window.startedMicroseconds + limits.windowSeconds * 1_000_000 {
      window.failures += 1
      windows[subject] = window
    } else {
      if windows.count >= limits.maxEntries { makeRoom(now: now) }
      windows[subject] = Window(startedMicroseconds: now, failures: 1)
    }
  }

  /// Forgets what has ended and, if that is not enough, the older half.
  private mutating func makeRoom(now: Int64) {
    windows = windows.filter { now < $0.value.startedMicroseconds + limits.windowSeconds * 1_000_000 }
    guard windows.count >= limits.maxEntries else { return }
    let starts = windows.values.map(\.startedMicroseconds).sorted()
    let median = starts[starts.count / 2]
    windows = windows.filter { $0.value.startedMicroseconds > median }
    if windows.count >= limits.maxEntries { windows.removeAll() }
  }

  private func limit(of subject: Subject) -> Int {
    switch subject {
    case .user: limits.maxFailuresOfUser
    case .address: limits.maxFailuresOfAddress
    }
  }
}
