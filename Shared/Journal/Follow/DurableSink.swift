public import Domain
public import Logging
public import PostgresClient
import Platform

/// Applies an effect and advances the consumer's position in one transaction, by compare-and-set on the old position:
/// of two copies that apply the same events, one commits and the other rolls back.
public final class DurableSink: JournalSink {
  /// How often a slice is tried again before its events are applied one by one to find the case at fault.
  public static let maxAttempts = 3

  public let consumer: String
  private let pool: PostgresPool
  private let effect: any JournalEffect
  private let logger: Logger
  private let quarantine: Quarantine

  public init(consumer: String, pool: PostgresPool, effect: any JournalEffect, logger: Logger) {
    self.consumer = consumer
    self.pool = pool
    self.effect = effect
    self.logger = logger
    quarantine = Quarantine(consumer: consumer, pool: pool)
  }

  private static let load = Statement(
    "position_load", "SELECT seq, epoch, hash FROM positions WHERE district = $1 AND consumer = $2")

  private static let begin = Statement(
    "position_begin",
    """
    INSERT INTO positions (district, consumer, seq, epoch, hash)
    SELECT district, $2, 0, epoch, $3 FROM journal_head WHERE district = $1
    ON CONFLICT DO NOTHING
    """)

  static let advance = Statement(
    "position_advance",
    """
    UPDATE positions SET seq = $3, epoch = $4, hash = $5, updated_at = clock_timestamp()
    WHERE district = $1 AND consumer = $2 AND seq = $6 AND hash = $7
    """)

  public func position(_ district: UnitCode) async throws -> JournalPosition {
    let key: [PostgresParameter] = [.text(district.text), .text(consumer)]
    _ = try await pool.query(Self.begin, key + [.bytes(JournalHash.origin)])
    let row = try await pool.query(Self.load, key).onlyRow()
    try await quarantine.load(district)
    return JournalPosition(seq: try row.int64(0), epoch: try row.int32(1), hash: try row.bytes(2))
  }

  public func apply(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    var attempt = 1
    while true {
      do {
        return try await applyAtOnce(slice, to: district, from: position)
      } catch let error as PostgresError where error.isRetriable {
        throw error
      } catch is PositionMoved {
        return try await self.position(district)
      } catch {
        guard attempt < Self.maxAttempts else { break }
        attempt += 1
      }
    }
    return try await applyOneByOne(slice, to: district, from: position)
  }

  private func applyAtOnce(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    let events = quarantine.passing(slice.events, district: district)
    let effect = effect
    let advance = advanceCall(district, from: position, to: slice.end)
    try await pool.transaction { transaction in
      if !events.isEmpty { try effect.apply(events, in: transaction) }
      guard try transaction.execute(advance.statement, advance.parameters) == 1 else { throw PositionMoved() }
    }
    await effect.committed(events)
    return slice.end
  }

  /// Finds the events that cannot be applied, puts their cases in quarantine, and lets the district go on.
  private func applyOneByOne(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    for event in quarantine.passing(slice.events, district: district) {
      let effect = effect
      do {
        // Tried and rolled back: the position is advanced only by the whole slice.
        try await pool.transaction { transaction in
          try effect.apply([event], in: transaction)
          throw TriedOut()
        }
      } catch is TriedOut {
        continue
      } catch let error as PostgresError where error.isRetriable {
        throw error
      } catch {
        try await quarantine.add(event, fault: String(describing: error))
        logger.critical(
          "an event cannot be applied; its case is in quarantine",
          metadata: [
            "consumer": "\(consumer)", "case": "\(event.caseID)", "seq": "\(event.seq)", "fault": "\(error)",
          ])
      }
    }
    return try await applyAtOnce(slice, to: district, from: position)
  }

  func advanceCall(
    _ district: UnitCode, from old: JournalPosition, to new: JournalPosition
  ) -> PostgresCall {
    PostgresCall(
      Self.advance,
      [
        .text(district.text), .text(consumer), .int64(new.seq), .int32(new.epoch), .bytes(new.hash),
        .int64(old.seq), .bytes(old.hash),
      ])
  }

  /// Applies the events of released cases that were passed over, up to the position, and forgets the quarantine.
  public func applyReleased(_ district: UnitCode, reader: JournalReader) async throws {
    for released in try await quarantine.released(district) {
      let upTo = try await position(district).seq
      let events = try await reader.events(of: CaseID(district: district, number: released.caseNumber))
        .map(\.event).filter { $0.seq >= released.firstSeq && $0.seq <= upTo }
      let effect = effect
      let forget = quarantine.forgetCall(district, released.caseNumber)
      try await pool.transaction { transaction in
        try effect.apply(events, in: transaction)
        try transaction.execute(forget.statement, forget.parameters)
      }
      try await quarantine.load(district)
      logger.notice(
        "a case has left quarantine",
        metadata: ["consumer": "\(consumer)", "case": "\(district)-\(released.caseNumber)"])
    }
  }
}

/// Another copy has advanced the position.
struct PositionMoved: Error {}
/// An event was applied for trial and is rolled back.
private struct TriedOut: Error {}
