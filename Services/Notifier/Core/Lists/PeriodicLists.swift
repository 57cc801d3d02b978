import Casework
import Domain
import GridNetwork
import Journal
import Logging
import PostgresClient

/// Lists that are told at fixed times rather than because something happened: every two weeks the orders of the hotline
/// that came three times or more. Each period is told once, whichever copy of the service comes to it first.
public actor PeriodicLists {
  /// Days of a period. Periods begin on a Monday, the first of all on Monday 5 January 1970.
  public static let periodDays = 14
  /// The local time, on the day after a period, when its list is told.
  static let hour = 8
  /// How often an order came, to be on the list.
  public static let minReports: Int64 = 3
  /// Cases that one list names at most, those that came most often.
  public static let maxListedCases = 100
  /// Periods made up for at once, where the service was away for longer.
  static let maxPeriodsMadeUp = 26
  /// The list's name in `periodic_lists`.
  static let repeatedOrders = "repeated_orders"

  private let rounds: NoticeRounds
  /// The last period that is known to be told.
  private var told: [UnitCode: CivilDate] = [:]

  public init(rounds: NoticeRounds) {
    self.rounds = rounds
  }

  /// Works until the task is cancelled.
  public func run() async {
    await rounds.run(complaint: "a list cannot be told") { district in try await tellDue(district) }
  }

  private static let last = Statement(
    "periodic_lists_last", "SELECT max(begins)::text FROM periodic_lists WHERE district = $1 AND list = $2")

  /// Tells the lists of all periods that are over and were not told; of a district that never had one, the last.
  func tellDue(_ district: UnitCode) async throws {
    guard let look = rounds.look(at: district), let rule = look.network.channels.notices[.repeatedOrders]
    else { return }
    let newest = Self.lastEnded(at: look.now, zone: look.zone)
    guard told[district].map({ $0 < newest }) ?? true else { return }
    let last = try await rounds.pool.query(Self.last, [.text(district.text), .text(Self.repeatedOrders)])
      .onlyRow().textOrNil(0).flatMap { try? CivilDate($0) }
    var periods: [CivilDate] = [newest]
    while let last, let first = periods.first, first.adding(days: -Self.periodDays) > last,
      periods.count < Self.maxPeriodsMadeUp
    {
      periods.insert(first.adding(days: -Self.periodDays), at: 0)
    }
    for begins in periods where last.map({ begins > $0 }) ?? true {
      try await tell(rule, begins: begins, look)
    }
    told[district] = newest
  }

  /// The first day of the last period whose list is due.
  static func lastEnded(at now: Instant, zone: ZoneRules) -> CivilDate {
    let local = zone.local(now)
    // Day 4 of 1970 was a Monday.
    let day = local.time.secondsSinceMidnight < hour * 3_600 ? local.date.dayNumber - 1 : local.date.dayNumber
    let period = (day - 4) / periodDays
    return CivilDate(dayNumber: 4 + (period - 1) * periodDays)
  }

  private static let claim = Statement(
    "periodic_lists_claim",
    """
    WITH found AS (SELECT number, reports, reporters FROM repeated_cases($1, $4, $5, $6, $7)),
    claimed AS (
      INSERT INTO periodic_lists (district, list, begins, told_at, entries)
      SELECT $1, $2, $3::date, $8, count(*) FROM found ON CONFLICT DO NOTHING RETURNING entries)
    SELECT f.number, f.reports, f.reporters, c.entries, h.last_seq,
      (SELECT count(*) FROM periodic_lists AS l WHERE l.district = $1)
    FROM claimed AS c CROSS JOIN found AS f JOIN journal_head AS h ON h.district = $1
    ORDER BY f.reports DESC, f.number LIMIT $9
    """)

  /// No event of the journal tells of a list: it stands beside the journal's end of its moment. Below it are the places of
  /// the events' own notices and of those that services ask for.
  static let firstPart: Int32 = 2_000_000
  /// Receivers of one list at most.
  static let maxHearers: Int32 = 100

  private func tell(
    _ rule: ChannelPolicy.Notice, begins: CivilDate, _ look: NoticeRounds.Look
  ) async throws {
    let (district, zone) = (look.district, look.zone)
    let ends = begins.adding(days: Self.periodDays)
    let notice = PlannedNotice(
      kind: rule.kind,
      hearers: rule.to.prefix(Int(Self.maxHearers)).map {
        .role($0.address(unit: district, lead: nil, policy: look.network.policy))
      }, channels: rule.channels, urgent: rule.urgent, digest: false, values: NoticeValues())
    let claim: [PostgresParameter] = [
      .text(district.text), .text(Self.repeatedOrders), .text(begins.description),
      .timestamp(PostgresTimestamp(zone.instant(of: begins))), .timestamp(PostgresTimestamp(zone.instant(of: ends))),
      .text(ReportSource.hotline.rawValue), .int64(Self.minReports), .timestamp(PostgresTimestamp(look.now)),
      .int64(Int64(Self.maxListedCases)),
    ]
    try await rounds.tell(look) { transaction, rows in
      let found = try transaction.query(Self.claim, claim)
      guard let first = found.first else { return }
      let list = RepeatedOrders(
        district: district, begins: begins, ends: ends, total: try first.int64(3),
        cases: try found.map { row in
          RepeatedOrders.Entry(number: try row.int64(0), reports: try row.int64(1), reporters: try row.int64(2))
        })
      let place = NoticePlace(
        seq: try first.int64(4),
        part: Self.firstPart + Self.maxHearers * Int32(truncatingIfNeeded: try first.int64(5) % 10_000), caseNumber: 0,
        at: look.now)
      let payload = list.encoded(look.now)
      rows.add(notice, at: place, details: payload) { payload }
    }
  }
}
