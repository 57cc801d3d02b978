import Domain
import Platform
import PostgresClient

/// The cases that one consumer passes over because an event of theirs cannot be applied, as this process knows them.
///
/// Every change raises `positions.quarantines`; who knows an older number cannot advance the position, reads anew and
/// tries again. So two copies never disagree on whether an event was applied or passed over.
final class Quarantine: Sendable {
  /// The cases of one district with the first event that was passed over, as of one change.
  struct Held: Sendable {
    var change: Int64 = 0
    var firstSeqs: [Int64: Int64] = [:]

    /// The events that are not passed over.
    func passing(_ events: [JournalEvent]) -> [JournalEvent] {
      firstSeqs.isEmpty ? events : events.filter { $0.seq < firstSeqs[$0.caseNumber] ?? .max }
    }
  }

  private let consumer: String
  private let held = Locked<[UnitCode: Held]>([:])

  init(consumer: String) { self.consumer = consumer }

  subscript(district: UnitCode) -> Held {
    get { held.withLock { $0[district] ?? Held() } }
    set { held.withLock { $0[district] = newValue } }
  }

  private static let insert = Statement(
    "quarantine_insert",
    """
    INSERT INTO quarantine (district, consumer, case_number, first_seq, fault) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (district, consumer, case_number) DO UPDATE SET released_at = NULL, fault = EXCLUDED.fault
    """)

  private static let retake = Statement(
    "quarantine_retake",
    """
    UPDATE quarantine SET released_at = NULL, fault = $4
    WHERE district = $1 AND consumer = $2 AND case_number = $3 AND released_at IS NOT NULL
    """)

  private static let released = Statement(
    "quarantine_released",
    """
    SELECT case_number FROM quarantine WHERE district = $1 AND consumer = $2 AND released_at IS NOT NULL
    ORDER BY case_number
    """)

  private static let forget = Statement(
    "quarantine_forget",
    """
    DELETE FROM quarantine WHERE district = $1 AND consumer = $2 AND case_number = $3 AND released_at IS NOT NULL
    RETURNING first_seq
    """)

  func addCall(_ event: JournalEvent, fault: String) -> PostgresCall {
    PostgresCall(
      Self.insert, key(event.district, event.caseNumber) + [.int64(event.seq), .text(String(fault.prefix(1_000)))])
  }

  /// Holds a released case again, whose events still cannot be applied.
  func retakeCall(_ district: UnitCode, _ caseNumber: Int64, fault: String) -> PostgresCall {
    PostgresCall(Self.retake, key(district, caseNumber) + [.text(String(fault.prefix(1_000)))])
  }

  /// Answers the first event that was passed over; no row when another copy has taken care of the case.
  func forgetCall(_ district: UnitCode, _ caseNumber: Int64) -> PostgresCall {
    PostgresCall(Self.forget, key(district, caseNumber))
  }

  /// The cases that an operator has released.
  func released(_ district: UnitCode, _ pool: PostgresPool) async throws -> [Int64] {
    try await pool.query(Self.released, [.text(district.text), .text(consumer)]).map { try $0.int64(0) }
  }

  private func key(_ district: UnitCode, _ caseNumber: Int64) -> [PostgresParameter] {
    [.text(district.text), .text(consumer), .int64(caseNumber)]
  }
}
