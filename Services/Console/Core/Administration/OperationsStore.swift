import Domain
import Journal
import PostgresClient

/// A process of the deployment, as it made itself known.
struct ServiceInstance: Sendable {
  /// Silent for longer it counts as gone, in microseconds.
  static let aliveMicroseconds: Int64 = 5_000_000

  let service: String
  let name: String
  let version: String
  /// By the database's clock, as the stack's own may be simulated.
  let upMicroseconds: Int64
  let silentMicroseconds: Int64

  var isSilent: Bool { silentMicroseconds > Self.aliveMicroseconds }
}

/// How far a consumer has followed a journal.
struct ConsumerPlace: Sendable {
  let consumer: String
  let district: UnitCode
  let seq: Int64
  let head: Int64
  let quarantined: Int64

  var lag: Int64 { max(head - seq, 0) }
}

/// A case that a consumer passes over, because an event of it could not be applied.
struct QuarantinedCase: Sendable {
  let caseID: CaseID
  let consumer: String
  let firstSeq: Int64
  let fault: String
  let since: Instant
  /// Let go, and waiting for its consumer to apply what it passed over.
  let isReleased: Bool
}

/// A notice on its way by a channel.
struct ChannelDelivery: Sendable {
  /// `<district>.<event>.<part>.<channel>`
  let id: String
  /// Nil where it is of no one case.
  let caseID: CaseID?
  let channel: String
  let notice: String
  let state: String
  let attempts: Int32
  let createdAt: Instant
  let nextAttemptAt: Instant
  let deliveredAt: Instant?
  let fault: String?
}

/// A version of the network, as it was applied.
struct AppliedPolicy: Sendable {
  let district: UnitCode
  let version: Int32
  let name: String
  let appliedAt: Instant
  let appliedBy: String
  let digest: [UInt8]
}

/// That someone had a reporter's name and number shown.
struct RevealRecord: Sendable {
  let caseID: CaseID
  let actor: String
  let at: Instant
  let reason: String
}

/// How the deployment stands, for administrators.
struct OperationsStore: Sendable {
  static let maxRows = 500

  let pool: PostgresPool
  let districts: [UnitCode]

  private var codes: PostgresParameter { .texts(districts.map(\.text)) }

  private static let readInstances = Statement(
    "operations_instances",
    """
    SELECT service, instance, version, (extract(epoch FROM clock_timestamp() - started_at) * 1000000)::bigint,
      (extract(epoch FROM clock_timestamp() - heartbeat_at) * 1000000)::bigint
    FROM instances ORDER BY service, instance
    """)

  func instances() async throws -> [ServiceInstance] {
    try await pool.query(Self.readInstances).map { row in
      ServiceInstance(
        service: try row.text(0), name: try row.text(1), version: try row.text(2), upMicroseconds: try row.int64(3),
        silentMicroseconds: try row.int64(4))
    }
  }

  private static let readConsumers = Statement(
    "operations_consumers",
    """
    SELECT p.consumer, h.district, p.seq, h.last_seq,
      (SELECT count(*) FROM quarantine AS q
       WHERE q.district = h.district AND q.consumer = p.consumer AND q.released_at IS NULL)
    FROM journal_head AS h JOIN positions AS p ON p.district = h.district
    WHERE h.district = ANY($1) ORDER BY 2, 1
    """)

  func consumers() async throws -> [ConsumerPlace] {
    try await pool.query(Self.readConsumers, [codes]).map { row in
      ConsumerPlace(
        consumer: try row.text(0), district: UnitCode(try row.text(1)), seq: try row.int64(2),
        head: try row.int64(3), quarantined: try row.int64(4))
    }
  }

  private static let readQuarantine = Statement(
    "operations_quarantine",
    """
    SELECT district, case_number, consumer, first_seq, fault, since, released_at IS NOT NULL FROM quarantine
    WHERE district = ANY($1) ORDER BY since DESC LIMIT $2
    """)

  func quarantine() async throws -> [QuarantinedCase] {
    try await pool.query(Self.readQuarantine, [codes, .int64(Int64(Self.maxRows))]).map { row in
      QuarantinedCase(
        caseID: CaseID(district: UnitCode(try row.text(0)), number: try row.int64(1)), consumer: try row.text(2),
        firstSeq: try row.int64(3), fault: try row.text(4), since: try row.timestamp(5).instant,
        isReleased: try row.bool(6))
    }
  }

  private static let readDeliveries = Statement(
    "operations_deliveries",
    """
    SELECT district, case_number, channel, notice, state, attempts, created_at, next_attempt_at, delivered_at,
      last_fault, seq, part
    FROM deliveries WHERE district = ANY($1) AND state = ANY($2) AND seq > 0 ORDER BY created_at DESC, seq DESC, part LIMIT $3
    """)

  /// The newest first.
  func deliveries(_ states: [String]) async throws -> [ChannelDelivery] {
    try await pool.query(Self.readDeliveries, [codes, .texts(states), .int64(Int64(Self.maxRows))]).map { row in
      let (district, number) = (try row.text(0), try row.int64(1))
      return ChannelDelivery(
        id: "\(district).\(try row.int64(10)).\(try row.int32(11)).\(try row.text(2))",
        caseID: number == 0 ? nil : CaseID(district: UnitCode(district), number: number), channel: try row.text(2),
        notice: try row.text(3), state: try row.text(4), attempts: try row.int32(5),
        createdAt: try row.timestamp(6).instant, nextAttemptAt: try row.timestamp(7).instant,
        deliveredAt: try row.timestampOrNil(8)?.instant, fault: try row.textOrNil(9))
    }
  }

  private static let countDeliveries = Statement(
    "operations_delivery_counts",
    "SELECT state, count(*) FROM deliveries WHERE district = ANY($1) AND seq > 0 GROUP BY state")

  func deliveryCounts() async throws -> [String: Int64] {
    let rows = try await pool.query(Self.countDeliveries, [codes])
    return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.text(0), try $0.int64(1)) })
  }

  private static let readPolicies = Statement(
    "operations_policies",
    """
    SELECT district, version, name, applied_at, applied_by, sha256 FROM network_versions WHERE district = ANY($1)
    ORDER BY applied_at DESC, district LIMIT $2
    """)

  func policies() async throws -> [AppliedPolicy] {
    try await pool.query(Self.readPolicies, [codes, .int64(Int64(Self.maxRows))]).map { row in
      AppliedPolicy(
        district: UnitCode(try row.text(0)), version: try row.int32(1), name: try row.text(2),
        appliedAt: try row.timestamp(3).instant, appliedBy: try row.text(4), digest: try row.bytes(5))
    }
  }

  static let readReveals = Statement(
    "operations_reveals",
    """
    SELECT case_number, seq FROM journal
    WHERE district = $1 AND kind = 'revealed' ORDER BY seq DESC LIMIT $2
    """)

  /// Who had names and numbers of reporters shown, the newest first.
  func reveals(_ reader: JournalReader) async throws -> [RevealRecord] {
    var found: [RevealRecord] = []
    for district in districts {
      let rows = try await pool.query(Self.readReveals, [.text(district.text), .int64(Int64(Self.maxRows))])
      let seqs = Set(try rows.map { try $0.int64(1) })
      for number in Set(try rows.map { try $0.int64(0) }) {
        let id = CaseID(district: district, number: number)
        for (event, _) in try await reader.events(of: id) where seqs.contains(event.seq) {
          guard case .revealed(let reason)? = try event.decoded()?.detail else { continue }
          found.append(RevealRecord(caseID: id, actor: event.actor, at: event.at, reason: reason))
        }
      }
    }
    return found.sorted { $1.at < $0.at }
  }
}
