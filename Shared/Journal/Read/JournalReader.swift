public import Domain
public import PostgresClient

/// Reads journals and their ends.
public struct JournalReader: Sendable {
  /// Events in one read at most.
  public static let maxReadEvents = 1_000

  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  private static let heads = Statement(
    "journal_heads", "SELECT district, last_seq, epoch, last_hash FROM journal_head ORDER BY district")

  private static let read = Statement(
    "journal_read",
    """
    SELECT seq, epoch, at, case_number, kind, actor, body, prev_hash, hash FROM journal
    WHERE district = $1 AND seq > $2 ORDER BY seq LIMIT $3
    """)

  private static let ofCase = Statement(
    "journal_of_case",
    """
    SELECT seq, epoch, at, case_number, kind, actor, body, prev_hash, hash FROM journal
    WHERE district = $1 AND case_number = $2 ORDER BY seq
    """)

  /// Where every district's journal ends.
  public func ends() async throws -> [UnitCode: JournalPosition] {
    let rows = try await pool.query(Self.heads, [])
    var ends: [UnitCode: JournalPosition] = [:]
    for row in rows {
      ends[UnitCode(try row.text(0))] = JournalPosition(
        seq: try row.int64(1), epoch: try row.int32(2), hash: try row.bytes(3))
    }
    return ends
  }

  /// The events after `seq`, oldest first, at most `limit`; nil when there are none.
  public func events(
    _ district: UnitCode, after seq: Int64, limit: Int = JournalReader.maxReadEvents
  ) async throws -> JournalSlice? {
    let rows = try await pool.query(Self.read, [.text(district.text), .int64(seq), .int64(Int64(limit))])
    guard !rows.isEmpty else { return nil }
    let events = try rows.map { try Self.event(district, $0) }
    return JournalSlice(
      epoch: events[events.count - 1].epoch, previousHash: try rows[0].bytes(7),
      lastHash: try rows[rows.count - 1].bytes(8), events: events)
  }

  /// The journal of one case, oldest first, each event with its hash.
  public func events(of id: CaseID) async throws -> [(event: JournalEvent, hash: [UInt8])] {
    let rows = try await pool.query(Self.ofCase, [.text(id.district.text), .int64(id.number)])
    return try rows.map { (try Self.event(id.district, $0), try $0.bytes(8)) }
  }

  /// A row of the journal with everything that its hash covers.
  public struct Row: Sendable {
    public let event: JournalEvent
    public let previousHash: [UInt8]
    public let hash: [UInt8]
  }

  /// The journal of one case, oldest first, as it stands.
  public func rows(of id: CaseID) async throws -> [Row] {
    try await pool.query(Self.ofCase, [.text(id.district.text), .int64(id.number)]).map { row in
      Row(event: try Self.event(id.district, row), previousHash: try row.bytes(7), hash: try row.bytes(8))
    }
  }

  private static let hashAt = Statement("journal_hash_at", "SELECT hash FROM journal WHERE district = $1 AND seq = $2")

  /// The stored hash of the event with that number; nil when there is none.
  public func hash(_ district: UnitCode, at seq: Int64) async throws -> [UInt8]? {
    try await pool.query(Self.hashAt, [.text(district.text), .int64(seq)]).first?.bytes(0)
  }

  private static let joining = Statement(
    "journal_joining",
    """
    SELECT a.hash = $3 AND CASE WHEN n.seq IS NULL THEN h.last_seq = $2 AND h.last_hash = $3 ELSE n.prev_hash = $3 END
    FROM journal_head AS h JOIN journal AS a ON a.district = h.district AND a.seq = $2
    LEFT JOIN journal AS n ON n.district = h.district AND n.seq = $2 + 1
    WHERE h.district = $1
    """)

  /// Whether the journal holds the event at the position as it was applied, and goes on from it.
  func joins(_ district: UnitCode, on applied: JournalPosition) async throws -> Bool {
    let row = try await pool.query(
      Self.joining, [.text(district.text), .int64(applied.seq), .bytes(applied.hash)]
    ).first
    return try row?.bool(0) ?? false
  }

  private static let ofCaseBetween = Statement(
    "journal_of_case_between",
    """
    SELECT seq, epoch, at, case_number, kind, actor, body FROM journal
    WHERE district = $1 AND case_number = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq
    """)

  /// The events of one case in a part of its journal, as the transaction sees it.
  static func events(
    of id: CaseID, from first: Int64, to last: Int64, in transaction: Transaction
  ) throws -> [JournalEvent] {
    try transaction.query(
      ofCaseBetween, [.text(id.district.text), .int64(id.number), .int64(first), .int64(last)]
    ).map { try event(id.district, $0) }
  }

  static func event(_ district: UnitCode, _ row: PostgresRow) throws -> JournalEvent {
    JournalEvent(
      district: district, seq: try row.int64(0), epoch: try row.int32(1), at: try row.timestamp(2).instant,
      caseNumber: try row.int64(3), kind: try row.text(4), actor: try row.text(5), body: try row.bytes(6))
  }
}
