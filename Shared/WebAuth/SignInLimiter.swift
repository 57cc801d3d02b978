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
  enum Subject: Hashable, Sendable {
    case user(String)
    case address(String)
  }

  private let limits: SignInLimits
  private var attempts: AttemptLedger<Subject>

  init(limits: SignInLimits) {
    self.limits = limits
    attempts = AttemptLedger(maxEntries: limits.maxEntries)
  }

  /// Counts an attempt; nil when it may go on, else the seconds to wait.
  mutating func begin(_ subjects: [Subject], now: Int64) -> Int? {
    let waits = subjects.compactMap { attempts.wait(for: $0, limit(of: $0), now: now) }
    if let longest = waits.max() { return longest }
    for subject in subjects { _ = attempts.begin(subject, limit(of: subject), now: now) }
    return nil
  }

  /// Takes an attempt back that succeeded: the user's failures are forgotten, the address's are as before.
  mutating func succeed(_ subjects: [Subject]) {
    for subject in subjects {
      switch subject {
      case .user: attempts.forget(subject)
      case .address: attempts.giveBack(subject)
      }
    }
  }

  var entryCount: Int { attempts.entryCount }

  private func limit(of subject: Subject) -> AttemptLimit {
    switch subject {
    case .user: AttemptLimit(count: limits.maxFailuresOfUser, seconds: limits.windowSeconds)
    case .address: AttemptLimit(count: limits.maxFailuresOfAddress, seconds: limits.windowSeconds)
    }
  }
}
