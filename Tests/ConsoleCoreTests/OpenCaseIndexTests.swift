import CaseworkSupport
import Domain
import PostgresClient
import Testing

@testable import Casework
@testable import ConsoleCore

/// What is asked of open cases is asked of an index that holds these alone: the planner must see that it serves. A column
/// or a state that is named otherwise in a query than in the index would make it read years of closed cases.
@Suite("Open cases among many that are closed")
struct OpenCaseIndexTests {
  private static let closed = 30_000

  @Test("Points, tallies, counts and what waits read no closed cases")
  func plans() async throws {
    let fixture = try await CaseworkFixture.make(named: "console_open_index")
    try await Self.fill(fixture.pool)
    let sight = CaseSight(
      territory: try fixture.policy.units.territory(of: fixture.district), restriction: .none)
    let now = fixture.now
    var open = CaseFilter()
    open.states = CaseState.allCases.filter(\.isOpen)
    var late = open
    late.overdue = true
    var calls: [(name: String, call: PostgresCall)] = [
      ("points", CasePointStore.points(sight, open, now: now)),
      ("tallies", CasePointStore.tallies(sight, CaseFilter(), now: now)),
      ("open", CaseQueries.count(sight, open, now: now)),
      ("late", CaseQueries.count(sight, late, now: now)),
      ("changed", Self.page(sight, open, .changedFirst, now)),
    ]
    let waiting: [(String, CaseFilter.Waiting)] = [
      ("department", .department("D1")), ("centre", .centre(decidesAppeals: true)), ("appeal", .appeal),
      ("verification", .verification(by: "user:a")),
    ]
    for (name, duty) in waiting {
      var filter = CaseFilter()
      filter.waiting = duty
      calls.append((name, CaseQueries.count(sight, filter, now: now)))
      calls.append((name, Self.page(sight, filter, .dueFirst, now)))
    }
    for (name, call) in calls {
      let plan = try await Self.plan(of: call, fixture.pool)
      #expect(plan.contains(name == "appeal" ? "cases_marked" : "cases_open"), "\(name): \(plan)")
      #expect(!plan.contains("Seq Scan on cases"), "\(name): \(plan)")
    }
  }

  @Test("A period of days reads the cases that were filed about then, and a day has the same cases as before")
  func days() async throws {
    let fixture = try await CaseworkFixture.make(named: "console_day_index")
    try await Self.fill(fixture.pool)
    let sight = CaseSight(
      territory: try fixture.policy.units.territory(of: fixture.district), restriction: .none)
    var week = CaseFilter()
    week.firstDay = 20_000
    week.lastDay = 20_006
    let call = CaseQueries.count(sight, week, now: fixture.now)
    let plan = try await Self.plan(of: call, fixture.pool)
    #expect(plan.contains("cases_by_filing"), "\(plan)")
    // Days far from Greenwich: a local day ends up to fourteen hours before, or begins twelve hours after, that of UTC.
    let plain = "SELECT count(*) FROM cases WHERE filed_day - DATE '1970-01-01' BETWEEN 20000 AND 20006"
    let counted = try await fixture.pool.query(.unprepared(plain)).onlyRow().int64(0)
    #expect(counted > 0)
    #expect(try await fixture.pool.query(call.statement, call.parameters).onlyRow().int64(0) == counted)
  }

  @Test("Reveals are found among other events by their own index")
  func reveals() async throws {
    let fixture = try await CaseworkFixture.make(named: "console_reveal_index")
    _ = try await fixture.pool.query(
      .unprepared(
        """
        INSERT INTO journal (district, seq, epoch, at, case_number, kind, actor, body, prev_hash, hash)
        SELECT 'd', n, 1, now(), n, CASE WHEN n % 5000 = 0 THEN 'revealed' ELSE 'filed' END, 'user:a', '',
          decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') FROM generate_series(1, 20000) n
        """))
    _ = try await fixture.pool.query(.unprepared("ANALYZE journal"))
    let plan = try await Self.plan(
      of: PostgresCall(OperationsStore.readReveals, [.text("d"), .int64(10)]), fixture.pool)
    #expect(plan.contains("journal_revealed"), "\(plan)")
  }

  private static func page(
    _ sight: CaseSight, _ filter: CaseFilter, _ order: CaseOrder, _ now: Instant
  ) -> PostgresCall {
    CaseQueries.page(sight, filter, order: order, after: nil, limit: 50, now: now)
  }

  private static func plan(of call: PostgresCall, _ pool: PostgresPool) async throws -> String {
    try await pool.query(.unprepared("EXPLAIN " + call.statement.text), call.parameters)
      .map { try $0.text(0) }.joined(separator: "\n")
  }

  /// Closed cases over years, fifty open ones, and local days from both edges of the date line.
  private static func fill(_ pool: PostgresPool) async throws {
    _ = try await pool.query(
      .unprepared(
        """
        INSERT INTO cases (district, number, version, state, unit, unit_path, category, source, priority, finder, lead,
          facts, filed_at, filed_day, due_at, dispatched_at, handled_at, closed_at, updated_at, policy_version, snapshot)
        SELECT 'd', n, 1, CASE WHEN o THEN 'dispatched' ELSE 'closed' END, 'g1', 'd/s1/c1/g1/', '0101', 'officer', 'normal',
          'user:o', 'D' || n % 9, CASE WHEN o THEN 14 ELSE 126 END, t,
          (t AT TIME ZONE CASE n % 3 WHEN 0 THEN 'Pacific/Kiritimati' WHEN 1 THEN 'Etc/GMT+12' ELSE 'UTC' END)::date,
          CASE WHEN o THEN t END, t, CASE WHEN NOT o THEN t END, CASE WHEN NOT o THEN t END, t, 1, ''
        FROM generate_series(1, \(closed)) n,
          LATERAL (SELECT n % \(closed / 50) = 0 AS o, TIMESTAMPTZ '2023-06-01 00:00Z' + n * interval '45 minutes' AS t) x
        """))
    _ = try await pool.query(.unprepared("ANALYZE"))
  }
}
