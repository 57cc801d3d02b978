import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient

/// Writes a row for each event it applies, and can be told to fail.
final class WritingEffect: JournalEffect {
  enum Fault: Error {
    case refused
  }

  struct Behaviour: Sendable {
    /// Events that cannot be applied.
    var poison: Set<Int64> = []
    /// After this event the connection is ended by the server, once.
    var endsConnectionAt: Int64?
    var isReady = true
    /// The next application is refused, whatever it is.
    var failsOnce = false
    /// Touches a table that this role may not.
    var lacksRight = false
  }

  let behaviour = Locked(Behaviour())
  private let copy: String
  private let waiting = Locked<(seq: Int64, waiters: [(seq: Int64, CheckedContinuation<Void, Never>)])>((0, []))

  init(copy: String = "") { self.copy = copy }

  static func prepare(_ fixture: CaseworkFixture) async throws {
    try await fixture.pool.execute(
      script: """
        CREATE TABLE IF NOT EXISTS effects (
          place bigint GENERATED ALWAYS AS IDENTITY, seq bigint NOT NULL, case_number bigint NOT NULL,
          copy text NOT NULL)
        """)
  }

  /// The numbers of the events whose effect stands, in the order it was written.
  static func written(_ fixture: CaseworkFixture) async throws -> [Int64] {
    try await fixture.pool.query(.unprepared("SELECT seq FROM effects ORDER BY place")).map { try $0.int64(0) }
  }

  private static let insert = Statement(
    "effects_insert",
    "INSERT INTO effects (seq, case_number, copy) SELECT n.*, $3 FROM unnest($1::bigint[], $2::bigint[]) AS n")

  func apply(_ events: [JournalEvent], in transaction: Transaction) throws {
    let behaviour = behaviour.withLock { behaviour in
      let now = behaviour
      if events.contains(where: { $0.seq == now.endsConnectionAt }) { behaviour.endsConnectionAt = nil }
      behaviour.failsOnce = false
      return now
    }
    guard behaviour.isReady else { throw EffectNotReady("not yet") }
    _ = try transaction.query(
      Self.insert, [.int64s(events.map(\.seq)), .int64s(events.map(\.caseNumber)), .text(copy)])
    if behaviour.lacksRight { _ = try transaction.query(.unprepared("DELETE FROM journal")) }
    if events.contains(where: { $0.seq == behaviour.endsConnectionAt }) {
      _ = try transaction.query(.unprepared("SELECT pg_terminate_backend(pg_backend_pid())"))
    }
    if behaviour.failsOnce || events.contains(where: { behaviour.poison.contains($0.seq) }) { throw Fault.refused }
  }

  func committed(_ events: [JournalEvent]) async {
    guard let last = events.last?.seq else { return }
    let reached = waiting.withLock { waiting in
      waiting.seq = max(waiting.seq, last)
      let reached = waiting.waiters.filter { $0.seq <= waiting.seq }
      waiting.waiters.removeAll { $0.seq <= waiting.seq }
      return reached
    }
    for waiter in reached { waiter.1.resume() }
  }

  /// Returns once the event was applied and committed by this copy.
  func reached(_ seq: Int64) async {
    await withCheckedContinuation { continuation in
      let isReached = waiting.withLock { waiting in
        if waiting.seq >= seq { return true }
        waiting.waiters.append((seq, continuation))
        return false
      }
      if isReached { continuation.resume() }
    }
  }
}
