public import Casework
import Domain
import GridNetwork
import Journal
public import Logging
public import Platform
public import PostgresClient
import Wire

/// Lists that are told at fixed times rather than because something happened: every two weeks the orders of the hotline
/// that came three times or more. Each period is told once, whichever copy of the service comes to it first.
public actor PeriodicLists {
  /// How often it looks whether a period is over; also how soon a simulated clock is seen to move.
  public static let lookMilliseconds = 1_000
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

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let duty: DutyDirectory
  private let outlets: NoticeOutlets
  private let clock: any WallClock
  private let logger: Logger
  private let unheard: @Sendable ([UnheardNotice]) -> Void
  /// The last period that is known to be told.
  private var told: [UnitCode: CivilDate] = [:]

  /// - Parameter unheard: called with lists that no one in the whole district could be found for.
  public init(
    pool: PostgresPool, policies: PolicyStore, duty: DutyDirectory, outlets: NoticeOutlets, clock: any WallClock,
    logger: Logger, unheard: @escaping @Sendable ([UnheardNotice]) -> Void = { _ in }
  ) {
    self.pool = pool
    self.policies = policies
    self.duty = duty
    self.outlets = outlets
    self.clock = clock
    self.logger = logger
    self.unheard = unheard
  }

  /// Works until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      for district in policies.districts {
        do {
          try await tellDue(district)
        } catch {
          if !Task.isCancelled {
            logger.warning("a list cannot be told", metadata: ["district": "\(district)", "fault": "\(error)"])
          }
        }
      }
      try? await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
    }
  }

  private static let last = Statement(
    "periodic_lists_last", "SELECT max(begins)::text FROM periodic_lists WHERE district = $1 AND list = $2")

  /// Tells the lists of all periods that are over and were not told; of a district that never had one, the last.
  func tellDue(_ district: UnitCode) async throws {
    guard let network = policies.current(district), network.channels.notices[.repeatedOrders] != nil else { return }
    let now = Instant(microseconds: clock.microseconds)
    let newest = Self.lastEnded(at: now, zone: network.policy.calendar.zone)
    guard told[district].map({ $0 < newest }) ?? true, let book = duty.book(district, at: now) else { return }
    let last = try await pool.query(Self.last, [.text(district.text), .text(Self.repeatedOrders)])
      .onlyRow().textOrNil(0).flatMap { try? CivilDate($0) }
    var periods: [CivilDate] = [newest]
    while let last, let first = periods.first, first.adding(days: -Self.periodDays) > last,
      periods.count < Self.maxPeriodsMadeUp
    {
      periods.insert(first.adding(days: -Self.periodDays), at: 0)
    }
    for begins in periods where last.map({ begins > $0 }) ?? true {
      try await tell(district, begins: begins, network: network, book: book, at: now)
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
    _ district: UnitCode, begins: CivilDate, network: LoadedNetwork, book: DutyBook, at now: Instant
  ) async throws {
    let zone = network.policy.calendar.zone
    let ends = begins.adding(days: Self.periodDays)
    guard let rule = network.channels.notices[.repeatedOrders] else { return }
    let notice = PlannedNotice(
      kind: rule.kind,
      hearers: rule.to.prefix(Int(Self.maxHearers)).map {
        .role($0.address(unit: district, lead: nil, policy: network.policy))
      }, channels: rule.channels, urgent: rule.urgent, digest: false, values: NoticeValues())
    let empty = NoticeRows(
      district: district, zone: zone, channels: network.channels, outlets: outlets.of(network.channels), book: book,
      reporters: Reporters())
    let claim: [PostgresParameter] = [
      .text(district.text), .text(Self.repeatedOrders), .text(begins.description),
      .timestamp(PostgresTimestamp(zone.instant(of: begins))), .timestamp(PostgresTimestamp(zone.instant(of: ends))),
      .text(ReportSource.hotline.rawValue), .int64(Self.minReports), .timestamp(PostgresTimestamp(now)),
      .int64(Int64(Self.maxListedCases)),
    ]
    let unheard = try await pool.transaction { transaction -> [UnheardNotice] in
      let found = try transaction.query(Self.claim, claim)
      guard let first = found.first else { return [] }
      var rows = empty
      let list = RepeatedOrders(
        district: district, begins: begins, ends: ends, total: try first.int64(3),
        cases: try found.map { row in
          RepeatedOrders.Entry(number: try row.int64(0), reports: try row.int64(1), reporters: try row.int64(2))
        })
      let place = NoticePlace(
        seq: try first.int64(4),
        part: Self.firstPart + Self.maxHearers * Int32(truncatingIfNeeded: try first.int64(5) % 10_000), caseNumber: 0,
        at: now)
      let payload = list.encoded(now)
      rows.add(notice, at: place, details: payload) { payload }
      let calls = rows.calls
      if !calls.isEmpty { _ = try transaction.pipeline(calls) }
      return rows.unheard
    }
    if !unheard.isEmpty { self.unheard(unheard) }
  }
}
