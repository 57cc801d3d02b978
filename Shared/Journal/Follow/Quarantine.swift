import Domain
import Platform
import PostgresClient

/// The cases that one consumer passes over because an event of theirs cannot be applied.
final class Quarantine: Sendable {
  private let consumer: String
  private let pool: PostgresPool
  private let held = Locked<[UnitCode: Set<Int64>]>([:])

  init(consumer: String, pool: PostgresPool) {
    self.consumer = consumer
    self.pool = pool
  }

  private static let all = Statement(
    "quarantine_all",
    "SELECT case_number, first_seq, released_at FROM quarantine WHERE district = $1 AND consumer = $2")

  private static let insert = Statement(
    "quarantine_insert",
    """
    INSERT INTO quarantine (district, consumer, case_number, first_seq, fault) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (district, consumer, case_number) DO UPDATE SET released_at = NULL, fault = EXCLUDED.fault
    """)

  private static let delete = Statement(
    "quarantine_delete", "DELETE FROM quarantine WHERE district = $1 AND consumer = $2 AND case_number = $3")

  func load(_ district: UnitCode) async throws {
    let rows = try await pool.query(Self.all, [.text(district.text), .text(consumer)])
    let numbers = Set(try rows.map { try $0.int64(0) })
    held.withLock { $0[district] = numbers }
  }

  /// The events of cases that are not held.
  func passing(_ events: [JournalEvent], district: UnitCode) -> [JournalEvent] {
    let numbers = held.withLock { $0[district] ?? [] }
    return numbers.isEmpty ? events : events.filter { !numbers.contains($0.caseNumber) }
  }

  func add(_ event: JournalEvent, fault: String) async throws {
    _ = try await pool.query(
      Self.insert,
      [
        .text(event.district.text), .text(consumer), .int64(event.caseNumber), .int64(event.seq),
        .text(String(fault.prefix(1_000))),
      ])
    held.withLock { _ = $0[event.district, default: []].insert(event.caseNumber) }
  }

  /// The cases that an operator has released.
  func released(_ district: UnitCode) async throws -> [(caseNumber: Int64, firstSeq: Int64)] {
    let rows = try await pool.query(Self.all, [.text(district.text), .text(consumer)])
    return try rows.compactMap { row in
      try row.isNull(2) ? nil : (try row.int64(0), try row.int64(1))
    }
  }

  func forgetCall(_ district: UnitCode, _ caseNumber: Int64) -> PostgresCall {
    PostgresCall(Self.delete, [.text(district.text), .text(consumer), .int64(caseNumber)])
  }
}
