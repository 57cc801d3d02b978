public import Casework
import Domain
import GridNetwork
public import Logging
public import Platform
public import PostgresClient

/// How notices are told that no event of the journal brings: every district is looked at once a second, and what is told
/// is written in one transaction with the claim that keeps other copies of the service from telling it too.
public struct NoticeRounds: Sendable {
  /// How often it looks; also how soon a simulated clock is seen to move.
  public static let lookMilliseconds = 1_000

  /// A district as it stands when it is looked at.
  struct Look: Sendable {
    let district: UnitCode
    let now: Instant
    let network: LoadedNetwork
    let book: DutyBook

    var zone: ZoneRules { network.policy.calendar.zone }
  }

  let pool: PostgresPool
  private let policies: PolicyStore
  private let duty: DutyDirectory
  private let outlets: NoticeOutlets
  private let clock: any WallClock
  private let logger: Logger
  private let unheard: @Sendable ([UnheardNotice]) -> Void

  /// - Parameter unheard: called with notices that no one in the whole district could be found for.
  public init(
    pool: PostgresPool, policies: PolicyStore, duty: DutyDirectory, outlets: NoticeOutlets, clock: any WallClock,
    logger: Logger, unheard: @escaping @Sendable ([UnheardNotice]) -> Void = { _ in }
  ) {
    self.pool = pool
    self.policies = policies
    self.duty = duty
    self.outlets = outlets
    self.clock = clock
    self.logger = logger
    self.unheard = unheard
  }

  /// Looks until the task is cancelled. What fails in one district is logged with `complaint`, tried again at the next
  /// look, and does not keep the others waiting.
  func run(complaint: Logger.Message, _ tell: @Sendable (UnitCode) async throws -> Void) async {
    while !Task.isCancelled {
      for district in policies.districts {
        do {
          try await tell(district)
        } catch {
          if !Task.isCancelled {
            logger.warning(complaint, metadata: ["district": "\(district)", "fault": "\(error)"])
          }
        }
      }
      try? await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
    }
  }

  /// Nil while the district's network or who is on duty there is not known.
  func look(at district: UnitCode) -> Look? {
    let now = Instant(microseconds: clock.microseconds)
    guard let network = policies.current(district), let book = duty.book(district, at: now) else { return nil }
    return Look(district: district, now: now, network: network, book: book)
  }

  /// Writes what `body` adds to the rows, in the transaction in which it claims what it tells.
  func tell<Result: Sendable>(
    _ look: Look, _ body: @Sendable (Transaction, inout NoticeRows) throws -> Result
  ) async throws -> Result {
    let empty = NoticeRows(
      district: look.district, zone: look.zone, channels: look.network.channels,
      outlets: outlets.of(look.network.channels), book: look.book, reporters: Reporters())
    let (result, unheard) = try await pool.transaction { transaction -> (Result, [UnheardNotice]) in
      var rows = empty
      let result = try body(transaction, &rows)
      let calls = rows.calls
      if !calls.isEmpty { _ = try transaction.pipeline(calls) }
      return (result, rows.unheard)
    }
    if !unheard.isEmpty { self.unheard(unheard) }
    return result
  }
}
