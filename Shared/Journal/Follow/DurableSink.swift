public import Domain
public import Logging
public import PostgresClient

/// Applies an effect and advances the consumer's position in one transaction, by compare-and-set on the old position:
/// of two copies that apply the same events, one commits and the other rolls back.
public final class DurableSink: JournalSink {
  /// How often a slice is tried before its events are applied one by one to find the case at fault.
  public static let maxAttempts = 2

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
    quarantine = Quarantine(consumer: consumer)
  }

  /// Position and quarantine as of one moment.
  private static let load = Statement(
    "position_load",
    """
    SELECT p.seq, p.epoch, p.hash, p.quarantines,
           ARRAY(SELECT q.case_number FROM quarantine AS q
                 WHERE q.district = p.district AND q.consumer = p.consumer ORDER BY q.case_number),
           ARRAY(SELECT q.first_seq FROM quarantine AS q
                 WHERE q.district = p.district AND q.consumer = p.consumer ORDER BY q.case_number)
    FROM positions AS p WHERE p.district = $1 AND p.consumer = $2
    """)

  private static let begin = Statement(
    "position_begin",
    """
    INSERT INTO positions (district, consumer, seq, epoch, hash)
    SELECT district, $2, 0, epoch, $3 FROM journal_head WHERE district = $1
    ON CONFLICT DO NOTHING
    """)

  private static let advance = Statement(
    "position_advance",
    """
    UPDATE positions SET seq = $3, epoch = $4, hash = $5, updated_at = clock_timestamp()
    WHERE district = $1 AND consumer = $2 AND seq = $6 AND hash = $7 AND quarantines = $8
    """)

  private static let change = Statement(
    "position_change_quarantine",
    """
    UPDATE positions SET quarantines = quarantines + 1 WHERE district = $1 AND consumer = $2 RETURNING seq
    """)

  public func position(_ district: UnitCode) async throws -> JournalPosition {
    if let known = try await sharedPosition(district, taking: true) { return known }
    _ = try await pool.query(Self.begin, key(district) + [.bytes(JournalHash.origin)])
    guard let begun = try await sharedPosition(district, taking: true) else {
      throw EffectNotReady("district \(district) has no journal")
    }
    return begun
  }

  public func sharedPosition(_ district: UnitCode) async throws -> JournalPosition? {
    try await sharedPosition(district, taking: false)
  }

  private func sharedPosition(_ district: UnitCode, taking: Bool) async throws -> JournalPosition? {
    guard let row = try await pool.query(Self.load, key(district)).first else { return nil }
    if taking {
      quarantine[district] = Quarantine.Held(
        change: try row.int64(3),
        firstSeqs: Dictionary(uniqueKeysWithValues: zip(try row.int64s(4), try row.int64s(5))))
    }
    return JournalPosition(seq: try row.int64(0), epoch: try row.int32(1), hash: try row.bytes(2))
  }

  public func apply(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    do {
      for _ in 0..<Self.maxAttempts {
        do {
          return try await applyAtOnce(slice, to: district, from: position)
        } catch let error where Self.isOfAnEvent(error) {}
      }
      return try await applyOneByOne(slice, to: district, from: position)
    } catch is PositionMoved {
      return try await self.position(district)
    }
  }

  private func applyAtOnce(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    let held = quarantine[district]
    let events = held.passing(slice.events)
    let effect = effect
    let advance = advanceCall(district, from: position, to: slice.end, held)
    try await pool.transaction { transaction in
      // First, so that of two copies the second waits here, and not amid the rows of the effect.
      guard try transaction.execute(advance.statement, advance.parameters) == 1 else { throw PositionMoved() }
      if !events.isEmpty { try effect.apply(events, in: transaction) }
    }
    await effect.committed(events)
    return slice.end
  }

  /// Applies what can be applied, puts the cases of what cannot into quarantine, and lets the district go on; all in
  /// one transaction.
  private func applyOneByOne(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws -> JournalPosition {
    let known = quarantine[district]
    let (effect, quarantine) = (effect, quarantine)
    let advance = advanceCall(district, from: position, to: slice.end, known)
    let change = PostgresCall(Self.change, key(district))
    let (held, applied, faults) = try await pool.transaction { transaction in
      guard try transaction.execute(advance.statement, advance.parameters) == 1 else { throw PositionMoved() }
      var held = known
      var applied: [JournalEvent] = []
      var faults: [(event: JournalEvent, fault: String)] = []
      for event in slice.events where !held.passing([event]).isEmpty {
        do {
          try transaction.savepoint { try effect.apply([event], in: transaction) }
          applied.append(event)
        } catch let error where Self.isOfAnEvent(error) {
          faults.append((event, String(describing: error)))
          held.firstSeqs[event.caseNumber] = event.seq
        }
      }
      if !faults.isEmpty {
        held.change += 1
        _ = try transaction.finalPipeline([change] + faults.map { quarantine.addCall($0.event, fault: $0.fault) })
      }
      return (held, applied, faults)
    }
    quarantine[district] = held
    await effect.committed(applied)
    for (event, fault) in faults { tell(event.caseID, event.seq, fault) }
    return slice.end
  }

  private func advanceCall(
    _ district: UnitCode, from old: JournalPosition, to new: JournalPosition, _ held: Quarantine.Held
  ) -> PostgresCall {
    PostgresCall(
      Self.advance,
      key(district) + [
        .int64(new.seq), .int32(new.epoch), .bytes(new.hash), .int64(old.seq), .bytes(old.hash), .int64(held.change),
      ])
  }

  private func key(_ district: UnitCode) -> [PostgresParameter] { [.text(district.text), .text(consumer)] }

  /// Whether the fault lies with what was applied. Otherwise it will pass, or is one that only an operator can mend
  /// (a missing right, a schema that is not ours): then everything waits, and no case is to blame.
  private static func isOfAnEvent(_ error: any Error) -> Bool {
    switch error {
    case is EffectNotReady, is PositionMoved, is CancellationError: false
    case PostgresError.server(let refusal): ["21", "22", "23", "54", "P0"].contains(refusal.sqlState.classCode)
    case PostgresError.requestTooLarge, PostgresError.decoding: true
    case is PostgresError: false
    default: true
    }
  }

  private func tell(_ id: CaseID, _ seq: Int64, _ fault: String) {
    logger.critical(
      "an event cannot be applied; its case is in quarantine",
      metadata: ["consumer": "\(consumer)", "case": "\(id)", "seq": "\(seq)", "fault": "\(fault)"])
  }
}

// MARK: Release

extension DurableSink {
  /// Applies the events of released cases that were passed over, up to the position, and forgets their quarantine. A
  /// case whose events still cannot be applied is held again.
  public func applyReleased(_ district: UnitCode) async throws {
    for caseNumber in try await quarantine.released(district, pool) {
      let id = CaseID(district: district, number: caseNumber)
      do {
        guard let events = try await applyReleased(id) else { continue }
        await effect.committed(events)
        logger.notice(
          "a case has left quarantine", metadata: ["consumer": "\(consumer)", "case": "\(id)"])
      } catch let error where Self.isOfAnEvent(error) {
        let retake = quarantine.retakeCall(district, caseNumber, fault: String(describing: error))
        try await pool.execute(retake.statement, retake.parameters)
        tell(id, 0, String(describing: error))
      }
    }
  }

  /// Nil when another copy has taken care of the case.
  private func applyReleased(_ id: CaseID) async throws -> [JournalEvent]? {
    let (effect, key) = (effect, key(id.district))
    let forget = quarantine.forgetCall(id.district, id.number)
    return try await pool.transaction { transaction in
      // Whoever applies events meanwhile waits for this row and then finds that the quarantine has changed.
      guard let position = try transaction.query(Self.change, key).first,
        let held = try transaction.query(forget.statement, forget.parameters).first
      else { return nil }
      let events = try JournalReader.events(
        of: id, from: try held.int64(0), to: try position.int64(0), in: transaction)
      if !events.isEmpty { try effect.apply(events, in: transaction) }
      return events
    }
  }
}

/// Another copy has advanced the position, or the quarantine has changed.
private struct PositionMoved: Error {}
