import Dispatch
import Synchronization

/// Makes and checks password hashes one after another on a queue of its own, so that neither the cooperative pool nor
/// the machine's memory is taken by a burst of sign-ins.
public final class PasswordHasher: Sendable {
  /// Calls that may wait or run at once; one more is refused.
  public let maxWaiting: Int
  public let cost: PasswordHash.Cost

  private let queue = DispatchQueue(label: "gridloop.password", qos: .utility)
  private let waiting = Atomic<Int>(0)
  private let stand: PasswordHash?

  /// Makes one hash at once, on the calling thread, to compare against when there is no such user.
  public init(cost: PasswordHash.Cost = .standard, maxWaiting: Int = 64) {
    precondition(maxWaiting > 0, "a password hasher must admit at least one call")
    self.cost = cost
    self.maxWaiting = maxWaiting
    stand = try? PasswordHash(password: "nobody has this password", cost: cost)
  }

  /// A fresh hash of `password`.
  /// - Throws: `CryptographyError` with `.invalidPassword`, `.outOfMemory` or `.busy`.
  public func hash(_ password: String) async throws(CryptographyError) -> PasswordHash {
    let cost = cost
    return try await run {
      Result { () throws(CryptographyError) in try PasswordHash(password: password, cost: cost) }
    }
  }

  /// Whether `password` is the one hashed. With `nil` (no such user) the answer is false after the same time, so that
  /// the time does not tell which names exist.
  /// - Throws: `CryptographyError` with `.busy`.
  public func verify(_ password: String, against hash: PasswordHash?) async throws(CryptographyError) -> Bool {
    let stand = stand
    return try await run {
      guard let hash else {
        _ = stand?.matches(password: password)
        return .success(false)
      }
      return .success(hash.matches(password: password))
    }
  }

  private func run<Value: Sendable>(
    _ work: @escaping @Sendable () -> Result<Value, CryptographyError>
  ) async throws(CryptographyError) -> Value {
    guard waiting.add(1, ordering: .relaxed).newValue <= maxWaiting else {
      waiting.subtract(1, ordering: .relaxed)
      throw CryptographyError(.busy, "more than \(maxWaiting) password checks are waiting")
    }
    defer { waiting.subtract(1, ordering: .relaxed) }
    let result = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: work()) }
    }
    return try result.get()
  }
}
