import Domain
import Journal
import PostgresClient

/// One notice on its way out.
struct QueuedDelivery: Sendable, Hashable {
  let seq: Int64
  let part: Int32
  let channel: String
  let target: String
  let notice: String
  let caseNumber: Int64
  let language: String
  let digest: Bool
  let payload: [UInt8]
  /// This attempt included.
  let attempts: Int32

  /// The user a mail is for, by name; empty on other channels.
  var person: String {
    channel.hasPrefix(Self.mailPrefix) ? String(channel.dropFirst(Self.mailPrefix.count)) : ""
  }

  /// How the channel of a mail begins; the user's name follows.
  private static let mailPrefix = "smtp:"

  /// The same at each attempt, so that a receiver can tell a repeat.
  func id(_ district: UnitCode) -> String { "\(district)-\(seq)-\(part)-\(channel)" }
}

/// What became of an attempt.
enum DeliveryOutcome: Sendable, Hashable {
  case delivered
  /// Tried again at this time.
  case retry(Instant, fault: String)
  /// Not tried again unless an operator says so.
  case failed(fault: String)
}

/// The table `deliveries` as a queue. A claim is a lease: whoever dies with it is followed by the next attempt.
struct DeliveryQueue: Sendable {
  /// How long a claim keeps others away.
  static let leaseSeconds: Int64 = 60
  static let maxClaimed = 64

  let district: UnitCode
  let pool: PostgresPool

  private static let claim = Statement(
    "deliveries_claim",
    """
    UPDATE deliveries AS d SET attempts = d.attempts + 1, next_attempt_at = $3
    FROM (SELECT seq, part, channel FROM deliveries
          WHERE district = $1 AND state = 'pending' AND next_attempt_at <= $2
          ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS due
    WHERE d.district = $1 AND d.seq = due.seq AND d.part = due.part AND d.channel = due.channel
    RETURNING d.seq, d.part, d.channel, d.target, d.notice, d.case_number, d.language, d.digest, d.payload, d.attempts
    """)

  private static let settle = Statement(
    "deliveries_settle",
    """
    UPDATE deliveries AS d SET state = $5, last_fault = $6, next_attempt_at = coalesce($7, next_attempt_at),
           delivered_at = CASE WHEN $5 = 'delivered' THEN $8 END,
           payload = CASE WHEN $5 <> 'pending' AND EXISTS (
             SELECT FROM reports AS r
             WHERE r.district = d.district AND r.case_number = d.case_number AND r.erased_at IS NOT NULL)
             THEN notice_without_words(d.payload) ELSE d.payload END
    WHERE district = $1 AND seq = $2 AND part = $3 AND channel = $4
    """)

  func claim(at now: Instant) async throws -> [QueuedDelivery] {
    let rows = try await pool.query(
      Self.claim,
      [
        .text(district.text), .timestamp(microseconds: now.microseconds),
        .timestamp(microseconds: now.adding(seconds: Self.leaseSeconds).microseconds), .int64(Int64(Self.maxClaimed)),
      ])
    return try rows.map { row in
      QueuedDelivery(
        seq: try row.int64(0), part: try row.int32(1), channel: try row.text(2), target: try row.text(3),
        notice: try row.text(4), caseNumber: try row.int64(5), language: try row.text(6), digest: try row.bool(7),
        payload: try row.bytes(8), attempts: try row.int32(9))
    }
  }

  func settle(_ delivery: QueuedDelivery, _ outcome: DeliveryOutcome, at now: Instant) async throws {
    let state: String
    var fault: String?
    var next: PostgresTimestamp?
    switch outcome {
    case .delivered: state = "delivered"
    case .retry(let at, let why):
      state = "pending"
      fault = why
      next = PostgresTimestamp(at)
    case .failed(let why):
      state = "failed"
      fault = why
    }
    _ = try await pool.query(
      Self.settle,
      [
        .text(district.text), .int64(delivery.seq), .int32(delivery.part), .text(delivery.channel), .text(state),
        .text(fault.map { String($0.prefix(500)) }), .timestamp(next), .timestamp(PostgresTimestamp(now)),
      ])
  }
}
