public import Domain
public import PostgresClient

/// What an operator or an administrator mends: cases that a consumer passes over are let in again, notices that did not
/// arrive are sent again. The services take both up by themselves, the notifier within its tick and a consumer when it looks
/// after its journal. Each act is noted in `administrative_acts` in the same statement.
public struct Upkeep: Sendable {
  /// Notices to send again.
  public struct Deliveries: Sendable, Hashable {
    /// `<district>.<event>.<part>.<channel>`, as ``ChannelDelivery`` names itself.
    public var id: String?
    public var caseID: String?
    /// `webhook`, or `smtp` for all mails.
    public var channel: String?

    public init(id: String? = nil, caseID: String? = nil, channel: String? = nil) {
      self.id = id
      self.caseID = caseID
      self.channel = channel
    }

    var subject: String { id ?? [caseID, channel].compactMap(\.self).joined(separator: " ") }
  }

  private let pool: PostgresPool
  private let districts: [UnitCode]?

  /// - Parameter districts: the districts that may be acted on; nil for every one.
  public init(pool: PostgresPool, districts: [UnitCode]? = nil) {
    self.pool = pool
    self.districts = districts
  }

  private static let release = Statement(
    "upkeep_release",
    """
    WITH done AS (
      UPDATE quarantine SET released_at = clock_timestamp()
      WHERE district || '-' || case_number::text = $1 AND released_at IS NULL
        AND ($2::text IS NULL OR consumer = $2) AND ($3::text[] IS NULL OR district = ANY($3))
      RETURNING district, consumer
    ), noted AS (
      INSERT INTO administrative_acts (district, at, actor, act, subject)
      SELECT district, $4, $5, 'release_case', $1 || ' ' || consumer FROM done
    )
    SELECT count(*) FROM done
    """)

  /// Lets a consumer apply the events of a case again; if they fail again, the case goes back.
  ///
  /// - Parameters:
  ///   - consumer: only for this one; nil for all that hold it.
  ///   - actor: who does it, for the record.
  /// - Returns: by how many consumers it was held.
  public func release(_ caseID: String, consumer: String?, by actor: String, at now: Instant) async throws -> Int64 {
    try await pool.query(
      Self.release,
      [.text(caseID), .text(consumer), area, .timestamp(microseconds: now.microseconds), .text(actor)]
    ).onlyRow().int64(0)
  }

  // Tests of channels, at the event 0, are made anew instead.
  private static let retry = Statement(
    "upkeep_retry",
    """
    WITH done AS (
      UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt_at = $1
      WHERE (state = 'failed' OR (state = 'pending' AND next_attempt_at > $1)) AND seq > 0
        AND ($2::text IS NULL OR district || '.' || seq::text || '.' || part::text || '.' || channel = $2)
        AND ($3::text IS NULL OR district || '-' || case_number::text = $3)
        AND ($4::text IS NULL OR channel = $4 OR starts_with(channel, $4 || ':'))
        AND ($5::text[] IS NULL OR district = ANY($5))
      RETURNING district
    ), noted AS (
      INSERT INTO administrative_acts (district, at, actor, act, subject)
      SELECT district, $1, $6, 'resend_notices', concat_ws(' ', nullif($7, ''), '×' || count(*)) FROM done
      GROUP BY district
    )
    SELECT count(*) FROM done
    """)

  /// Lets deliveries that failed, or wait for their next try, be tried at once; a failed one gets all its tries anew.
  ///
  /// - Returns: how many.
  public func resend(_ deliveries: Deliveries, by actor: String, at now: Instant) async throws -> Int64 {
    try await pool.query(
      Self.retry,
      [
        .timestamp(microseconds: now.microseconds), .text(deliveries.id), .text(deliveries.caseID),
        .text(deliveries.channel), area, .text(actor), .text(deliveries.subject),
      ]
    ).onlyRow().int64(0)
  }

  private var area: PostgresParameter { districts.map { .texts($0.map(\.text)) } ?? .null(.text.array) }
}
