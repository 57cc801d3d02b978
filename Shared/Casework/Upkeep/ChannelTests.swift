public import Domain
public import PostgresClient

/// A notice that was sent to see whether a channel works, and what became of it.
public struct ChannelTest: Sendable, Hashable {
  /// What the notice is called among deliveries; no network has a rule or a template for it.
  public static let notice = "channel_test"

  /// Channels that lead out of the house.
  public enum Channel: String, CaseIterable, Sendable {
    case webhook, smtp
  }

  public enum State: String, Sendable {
    /// The notifier has not taken it up yet.
    case waiting
    /// On its way.
    case pending
    case delivered, failed
  }

  public let district: UnitCode
  public let number: Int32
  public let channel: Channel
  /// Of a mail the address; empty on other channels, whose address is the notifier's.
  public let target: String
  public let askedBy: String
  public let askedAt: Instant
  public let state: State
  /// Why it failed.
  public let fault: String?

  /// `<district>-t<number>`
  public var id: String { "\(district)-t\(number)" }
}

/// The table `channel_tests`: asked for by the console, sent by the notifier the way of every notice.
public struct ChannelTests: Sendable {
  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  private static let ask = Statement(
    "channel_tests_ask",
    """
    WITH asked AS (
      INSERT INTO channel_tests (district, number, channel, target, asked_by, asked_at)
      SELECT $1, 1 + coalesce(max(number), 0), $2, $3, $4, $5 FROM channel_tests WHERE district = $1
      ON CONFLICT DO NOTHING RETURNING number
    ), noted AS (
      INSERT INTO administrative_acts (district, at, actor, act, subject)
      SELECT $1, $5, $4, 'test_channel', concat_ws(' ', $2, nullif($3, '')) FROM asked
    )
    SELECT number FROM asked
    """)

  private static let columns = """
    t.district, t.number, t.channel, t.target, t.asked_by, t.asked_at,
      CASE WHEN t.fault IS NOT NULL THEN 'failed' WHEN t.taken_at IS NULL THEN 'waiting' ELSE coalesce(d.state, 'pending')
      END, coalesce(t.fault, d.last_fault)
    FROM channel_tests AS t LEFT JOIN deliveries AS d
      ON d.district = t.district AND d.seq = 0 AND d.part = t.number AND d.channel = t.channel
    """

  private static let newest = Statement(
    "channel_tests_newest",
    "SELECT \(columns) WHERE t.district = ANY($1) ORDER BY t.asked_at DESC, t.number DESC LIMIT $2")

  private static let one = Statement(
    "channel_tests_one", "SELECT \(columns) WHERE t.district = ANY($1) AND t.district || '-t' || t.number::text = $2")

  /// Asks for a test, which the notifier takes up within its tick, and notes who asked.
  ///
  /// - Parameter target: of a mail the address; empty on other channels.
  /// - Returns: its id.
  public func ask(
    _ channel: ChannelTest.Channel, to target: String, in district: UnitCode, by actor: String, at now: Instant
  ) async throws -> String {
    let parameters: [PostgresParameter] = [
      .text(district.text), .text(channel.rawValue), .text(target), .text(actor),
      .timestamp(microseconds: now.microseconds),
    ]
    // Of two that take one number at the same moment, one finds it taken and asks again.
    while true {
      if let row = try await pool.query(Self.ask, parameters).first { return "\(district)-t\(try row.int32(0))" }
    }
  }

  /// Those of the districts, the newest first.
  public func newest(of districts: [UnitCode], limit: Int) async throws -> [ChannelTest] {
    try await pool.query(Self.newest, [.texts(districts.map(\.text)), .int64(Int64(limit))]).map(Self.test)
  }

  /// Nil unless one of the districts has a test of that id.
  public func find(_ id: String, of districts: [UnitCode]) async throws -> ChannelTest? {
    try await pool.query(Self.one, [.texts(districts.map(\.text)), .text(id)]).first.map(Self.test)
  }

  private static func test(_ row: PostgresRow) throws -> ChannelTest {
    ChannelTest(
      district: UnitCode(try row.text(0)), number: try row.int32(1),
      channel: ChannelTest.Channel(rawValue: try row.text(2)) ?? .webhook, target: try row.text(3),
      askedBy: try row.text(4), askedAt: Instant(microseconds: try row.timestamp(5).microseconds),
      state: ChannelTest.State(rawValue: try row.text(6)) ?? .pending, fault: try row.textOrNil(7))
  }
}
