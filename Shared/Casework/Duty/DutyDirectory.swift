public import Domain
import GridNetwork
public import Logging
public import Platform
public import PostgresClient

/// The duty book of each district, read again when something in it has changed. Thread-safe.
public final class DutyDirectory: Sendable {
  /// How often it is looked whether something has changed.
  public static let refreshMilliseconds = 2_000

  private struct Held {
    let mark: String
    let policyVersion: Int32
    let book: DutyBook
    /// Up to here its shifts are known.
    let knownUntil: Instant
  }

  private let store: DutyStore
  private let policies: PolicyStore
  private let clock: any WallClock
  private let logger: Logger
  private let held = Locked<[UnitCode: Held]>([:])

  public init(pool: PostgresPool, policies: PolicyStore, clock: any WallClock, logger: Logger) {
    store = DutyStore(pool: pool)
    self.policies = policies
    self.clock = clock
    self.logger = logger
  }

  /// The book that says who is on duty at that moment; nil while it is not read yet.
  public func book(_ district: UnitCode, at moment: Instant) -> DutyBook? {
    held.withLock { held in
      guard let known = held[district], moment < known.knownUntil else { return nil }
      return known.book
    }
  }

  /// Looks once. Throws when the database cannot be read.
  public func refresh() async throws {
    for district in policies.districts {
      guard let policy = policies.current(district)?.policy else { continue }
      let now = Instant(microseconds: clock.microseconds)
      let mark = try await store.mark(district, around: now, units: policy.units)
      let known = held.withLock { $0[district] }
      let knownUntil = now + DutyStore.bookDaysAhead * 86_400
      let book: DutyBook
      if let known, known.mark == mark, known.policyVersion == policy.version {
        book = known.book
      } else {
        book = try await store.book(district, around: now, policy: policy)
      }
      held.withLock {
        $0[district] = Held(mark: mark, policyVersion: policy.version, book: book, knownUntil: knownUntil)
      }
    }
  }

  /// Keeps looking until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      do {
        try await refresh()
      } catch {
        if !Task.isCancelled { logger.warning("the rosters cannot be read", metadata: ["fault": "\(error)"]) }
      }
      try? await Task.sleep(for: .milliseconds(Self.refreshMilliseconds))
    }
  }
}
