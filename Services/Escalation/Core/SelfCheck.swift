public import Casework
import Domain
import GridNetwork
import Journal
public import Logging
public import Operations
public import Platform
public import PostgresClient
import Wire

/// Proves once a day, from the journal, that every clock which ran over has its rungs; keeps what came of it, and tells
/// discipline inspection of every gap.
public actor SelfCheck {
  /// How often it looks whether a day's check is due; also how soon it sees a simulated clock move.
  public static let lookMilliseconds = 1_000
  /// Rungs that were to fire within this time before the check are left to the next one.
  public static let graceSeconds: Int64 = 60
  /// Gaps that a notice names at most.
  static let maxToldGaps = 100
  /// How long a check waits for a backlog to be fired before it names what is missing anyway, in real time.
  public static let maxWaitSeconds: Int64 = 1_800

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let clock: any WallClock
  private let logger: Logger
  private let gaps: LabeledMetric<Gauge>
  private let checks: Counter
  /// Since when a district's check waits, by the monotonic clock.
  private var waitingSince: [UnitCode: Int64] = [:]
  /// The last local day that is known to be checked.
  private var checked: [UnitCode: CivilDate] = [:]

  public init(
    pool: PostgresPool, policies: PolicyStore, clock: any WallClock, logger: Logger, metrics: MetricsRegistry
  ) {
    self.pool = pool
    self.policies = policies
    self.clock = clock
    self.logger = logger
    gaps = metrics.gauges(
      "gridloop_ladder_gaps", help: "Rungs that the last daily self-check found missing.", labels: ["district"])
    checks = metrics.counter("gridloop_ladder_checks_total", help: "Daily self-checks of the ladder made.")
  }

  /// Works until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      for district in policies.districts {
        do {
          _ = try await checkIfDue(district)
        } catch {
          if !Task.isCancelled {
            logger.warning(
              "the self-check cannot be made", metadata: ["district": "\(district)", "fault": "\(error)"])
          }
        }
      }
      try? await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
    }
  }

  private static let known = Statement(
    "self_check_known", "SELECT FROM self_checks WHERE district = $1 AND day = $2::date")

  /// Nothing due is unfired, the timers have followed the journal, and no policy is being brought in.
  private static let settled = Statement(
    "self_check_settled",
    """
    SELECT NOT EXISTS (SELECT FROM timers WHERE district = $1 AND fire_at <= $2)
      AND NOT EXISTS (SELECT FROM timer_policies WHERE district = $1 AND through IS NOT NULL)
      AND EXISTS (SELECT FROM positions AS p JOIN journal_head AS h ON h.district = p.district AND h.last_seq = p.seq
                  WHERE p.district = $1 AND p.consumer = $3)
    """)

  /// Makes the day's check when its time has come and nobody has made it; nil otherwise.
  func checkIfDue(_ district: UnitCode) async throws -> LadderProof.Report? {
    guard let network = policies.current(district) else { return nil }
    let now = Instant(microseconds: clock.microseconds)
    let local = network.policy.calendar.zone.local(now)
    guard local.time.secondsSinceMidnight >= network.discipline.selfCheckMinute * 60, checked[district] != local.date
    else { return nil }
    let key: [PostgresParameter] = [.text(district.text), .text(local.date.description)]
    if try await !pool.query(Self.known, key).isEmpty {
      checked[district] = local.date
      return nil
    }
    let started = waitingSince[district] ?? MonotonicClock.microseconds
    waitingSince[district] = started
    let isSettled = try await pool.query(
      Self.settled, [key[0], .timestamp(microseconds: now.microseconds), .text(TimerEffect.consumer)]
    ).onlyRow().bool(0)
    let waited = MonotonicClock.microseconds - started
    guard isSettled || waited >= Self.maxWaitSeconds * Instant.microsecondsPerSecond else { return nil }
    waitingSince[district] = nil
    let proof = LadderProof(pool: pool, policies: policies)
    let report = try await proof.run(district, asOf: now - Self.graceSeconds)
    try await keep(report, day: local.date, policy: network.policy)
    checked[district] = local.date
    return report
  }

  private static let insert = Statement(
    "self_check_insert",
    """
    INSERT INTO self_checks (district, day, as_of, seq, hash, policy_version, cases, clocks, rungs, gaps, findings)
    VALUES ($1, $2::date, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb) ON CONFLICT DO NOTHING
    """)

  /// Of several copies that made the check one keeps it and tells of it.
  private func keep(_ report: LadderProof.Report, day: CivilDate, policy: NetworkPolicy) async throws {
    let district = report.district
    let findings = JSONValue.array(report.found.map(\.json)).bytes()
    let row: [PostgresParameter] = [
      .text(district.text), .text(day.description), .timestamp(PostgresTimestamp(report.asOf)), .int64(report.seq),
      .bytes(report.hash), .int32(report.policyVersion), .int64(report.cases), .int64(report.clocks),
      .int64(report.rungs), .int64(report.gaps), .text(String(decoding: findings, as: UTF8.self)),
    ]
    let now = Instant(microseconds: clock.microseconds)
    let notice = report.isWhole ? [] : [Self.notice(report, day: day, at: now).asking(in: district)]
    let isKept = try await pool.transaction { transaction in
      guard try transaction.execute(Self.insert, row) == 1 else { return false }
      _ = try transaction.finalPipeline(notice + [PolicyLayout.againCall(district, policy)])
      return true
    }
    guard isKept else { return }
    checks.increment()
    gaps.with(district.text).set(Double(report.gaps))
    let metadata: Logger.Metadata = [
      "district": "\(district)", "cases": "\(report.cases)", "rungs": "\(report.rungs)", "gaps": "\(report.gaps)",
      "seq": "\(report.seq)",
    ]
    if report.isWhole {
      logger.notice("every clock that ran over has its rungs", metadata: metadata)
    } else {
      logger.error(
        "clocks ran over without all their rungs",
        metadata: metadata.merging(["first": "\(report.found.first.map { "\($0.caseID) \($0.gap.rung)" } ?? "")"]) {
          $1
        })
    }
  }

  /// One for the whole check; it names the first of the gaps, `GET /v1/accountability/self-checks` has the others.
  private static func notice(_ report: LadderProof.Report, day: CivilDate, at now: Instant) -> AskedNotice {
    let listed = report.found.prefix(maxToldGaps)
    let cases = Set(report.found.map(\.caseID))
    return AskedNotice(
      id: "\(NoticeKind.selfCheck.rawValue)/\(day)", kind: .selfCheck,
      caseNumber: report.gaps == Int64(report.found.count) && cases.count == 1 ? cases.first?.number : nil,
      unit: report.district,
      hearers: [ReceiverAddress(role: Role.inspector.rawValue, unit: report.district)], askedAt: now,
      details: [
        "count": .integer(report.gaps), "day": .string(day.description),
        "result": .string(listed.map { "\($0.caseID) \($0.gap.clock) \($0.gap.rung)" }.joined(separator: ", ")),
        "gaps": .array(listed.map(\.json)),
      ])
  }
}
