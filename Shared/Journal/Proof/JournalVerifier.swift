public import Domain
public import PostgresClient

/// Recomputes a journal's chain from its first event to its head.
public struct JournalVerifier: Sendable {
  /// What is wrong, and where.
  public struct Fault: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
      /// The row is not what was hashed.
      case changed
      /// Rows are missing before this one.
      case missing
      /// The row does not continue the one before it.
      case unlinked
      /// The head is not where the rows end.
      case head
      /// The chain is not the one that was signed.
      case checkpoint
    }
    public let district: UnitCode
    public let seq: Int64
    public let kind: Kind

    public init(district: UnitCode, seq: Int64, kind: Kind) {
      self.district = district
      self.seq = seq
      self.kind = kind
    }

    public var description: String {
      switch kind {
      case .changed: "\(district) event \(seq): the row was changed after it was written"
      case .missing: "\(district) event \(seq): the row is missing"
      case .unlinked: "\(district) event \(seq): the row does not continue the one before it"
      case .head: "\(district) event \(seq): the journal's head names another end than its rows have"
      case .checkpoint: "\(district) event \(seq): the chain is not the one that the checkpoint signed"
      }
    }
  }

  /// The outcome for one district.
  public struct Report: Sendable {
    public let district: UnitCode
    public let events: Int64
    public let end: JournalPosition
    public let faults: [Fault]
    public let checkpoints: Int
  }

  /// Faults listed at most; a broken chain needs no more to be acted on.
  public static let maxListedFaults = 100

  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  private static let read = Statement(
    "verify_read",
    """
    SELECT seq, epoch, at, case_number, kind, actor, body, prev_hash, hash FROM journal
    WHERE district = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT 2000
    """)

  /// Both as of one moment, so that what is written meanwhile is not taken for it.
  private static let beyond = Statement(
    "verify_beyond",
    """
    SELECT min(j.seq) FROM journal AS j JOIN journal_head AS h ON h.district = j.district
    WHERE j.district = $1 AND j.seq > h.last_seq
    """)

  /// - Parameters:
  ///   - end: the head as it was when the work began; what is written meanwhile is left for the next run.
  ///   - checkpoints: signed ends of this district that the chain must pass through.
  ///   - progress: called with the number of events checked so far.
  public func verify(
    _ district: UnitCode, to end: JournalPosition, checkpoints: [Checkpoint] = [],
    progress: @Sendable (Int64) -> Void = { _ in }
  ) async throws -> Report {
    let signed = Dictionary(checkpoints.map { ($0.position.seq, $0.position.hash) }, uniquingKeysWith: { $1 })
    var state = ChainState(district: district)
    while state.seq < end.seq {
      let rows = try await pool.query(
        Self.read, [.text(district.text), .int64(state.seq), .int64(end.seq)])
      if rows.isEmpty {
        state.add(.missing, at: state.seq + 1)
        break
      }
      for row in rows {
        let event = try JournalReader.event(district, row)
        state.check(event, previousHash: try row.bytes(7), hash: try row.bytes(8))
        if let expected = signed[event.seq], expected != state.hash { state.add(.checkpoint, at: event.seq) }
      }
      progress(state.seq)
    }
    if state.seq == end.seq, state.hash != end.hash { state.add(.head, at: end.seq) }
    if let seq = try await pool.query(Self.beyond, [.text(district.text)]).onlyRow().int64OrNil(0) {
      state.add(.head, at: seq)
    }
    for checkpoint in checkpoints where checkpoint.position.seq > end.seq {
      state.add(.checkpoint, at: checkpoint.position.seq)
    }
    return Report(
      district: district, events: state.events, end: end, faults: state.faults, checkpoints: checkpoints.count)
  }
}

private struct ChainState {
  let district: UnitCode
  var seq: Int64 = 0
  var hash = JournalHash.origin
  var events: Int64 = 0
  var faults: [JournalVerifier.Fault] = []

  init(district: UnitCode) { self.district = district }

  mutating func add(_ kind: JournalVerifier.Fault.Kind, at seq: Int64) {
    guard faults.count < JournalVerifier.maxListedFaults else { return }
    faults.append(JournalVerifier.Fault(district: district, seq: seq, kind: kind))
  }

  mutating func check(_ event: JournalEvent, previousHash: [UInt8], hash stored: [UInt8]) {
    if event.seq != seq + 1 {
      add(.missing, at: seq + 1)
    } else if previousHash != hash {
      add(.unlinked, at: event.seq)
    }
    let computed = JournalHash.of(
      district: district, seq: event.seq, epoch: event.epoch, at: event.at, previousHash: previousHash,
      caseNumber: event.caseNumber, kind: event.kind, actor: event.actor, body: event.body)
    if computed != stored { add(.changed, at: event.seq) }
    // Go on from what the row claims, so that one changed row is named once and not with all that follow it.
    hash = stored
    seq = event.seq
    events += 1
  }
}
