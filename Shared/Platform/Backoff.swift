/// How long to wait before trying again: doubling up to a maximum, with jitter so that many who failed together do not
/// come back together.
///
/// A pure value: the random bits are handed in. Each delay lies between half and all of the doubled step.
public struct Backoff: Hashable, Sendable {
  /// The first step, in milliseconds.
  public let initialMilliseconds: Int64
  /// No step is longer, in milliseconds.
  public let maximumMilliseconds: Int64
  /// How many delays were handed out since the last success.
  public private(set) var attempts = 0

  /// Makes a backoff that has not failed yet. `initialMilliseconds` is at least 1 and at most `maximumMilliseconds`.
  public init(initialMilliseconds: Int64, maximumMilliseconds: Int64) {
    precondition(
      initialMilliseconds > 0 && initialMilliseconds <= maximumMilliseconds,
      "a backoff begins above zero and not above its maximum")
    self.initialMilliseconds = initialMilliseconds
    self.maximumMilliseconds = maximumMilliseconds
  }

  /// Counts one failure and says how long to wait, in microseconds.
  /// - Parameter random: 64 evenly distributed bits.
  public mutating func next(random: UInt64) -> Int64 {
    attempts += 1
    return Self.delay(
      attempt: attempts, initialMilliseconds: initialMilliseconds, maximumMilliseconds: maximumMilliseconds,
      random: random)
  }

  /// Forgets the failures after a success.
  public mutating func reset() {
    attempts = 0
  }

  private static func delay(
    attempt: Int, initialMilliseconds: Int64, maximumMilliseconds: Int64, random: UInt64
  ) -> Int64 {
    let maximum = maximumMilliseconds * 1_000
    var step = initialMilliseconds * 1_000
    var doublings = attempt - 1
    while doublings > 0 && step < maximum {
      step = min(step * 2, maximum)
      doublings -= 1
    }
    let half = step / 2
    return half + Int64(random % UInt64(step - half + 1))
  }
}
