import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Journal
import PostgresClient
import Testing
import Wire

@testable import EscalationCore

/// A unit that gives no statement in time.
@Suite struct OverdueStatementTests {
  private func opened(_ fixture: CaseworkFixture) async throws -> CaseID {
    let id = try await fixture.file(category: "0101", unit: "g3")
    try await fixture.route(id)
    let rig = EscalationRig(fixture)
    try await rig.settle()
    fixture.advance(seconds: 4 * 3_600)
    try await rig.settle()
    let due = PostgresTimestamp(fixture.now + 7 * 86_400)
    let moved = try await fixture.pool.query(
      .unprepared(
        """
        SELECT accountability_advance('d', id, 1, 'acknowledged', 'acknowledge', 'user:ji', '', $1, $2)
        FROM accountability
        """), [.timestamp(PostgresTimestamp(fixture.now)), .timestamp(due)]
    ).onlyRow().bool(0)
    #expect(moved)
    return id
  }

  private func tell(_ fixture: CaseworkFixture, pool: PostgresPool? = nil) async throws -> Int {
    try await OverdueStatements(district: fixture.district, pool: pool ?? fixture.pool, clock: fixture.clock)
      .tell(try fixture.policy)
  }

  @Test func isToldOnceByHoweverManyCopies() async throws {
    try await CaseworkFixture.with("statement") { fixture in
      let id = try await opened(fixture)
      fixture.advance(seconds: 7 * 86_400 - 1)
      #expect(try await tell(fixture) == 0)
      fixture.advance(seconds: 1)
      let pools = [fixture.pool(), fixture.pool()]
      let told = try await withThrowingTaskGroup(of: Int.self) { group in
        for pool in pools { group.addTask { try await tell(fixture, pool: pool) } }
        return try await group.reduce(0, +)
      }
      for pool in pools { await pool.close() }
      #expect(try await told + tell(fixture) == 1)
      #expect(try await fixture.number("SELECT count(*) FROM inbox") == 0, "only the notifier tells")
      let asked = try await fixture.pool.transaction {
        try AskedNotice.claim(fixture.district, at: fixture.now, max: 10, in: $0)
      }
      let notice = try #require(asked.first)
      #expect(asked.count == 1 && notice.kind == .statementDue && notice.caseNumber == id.number)
      #expect(
        notice.hearers.map(\.text) == ["inspector@d", "supervisor@c2", "handler@d/urban", "supervisor@d"])
      #expect(notice.unit == "g3" && notice.department == "urban" && notice.askedAt == fixture.now)
      #expect(notice.details["due_at_microseconds"] == .integer(fixture.now.microseconds))
      let recordID = try await fixture.pool.query(.unprepared("SELECT id FROM accountability")).onlyRow().text(0)
      #expect(notice.details["accountability_id"]?.stringValue == recordID)
      let record = try await fixture.pool.query(
        .unprepared("SELECT state, version, statement_late, chain FROM accountability")
      ).onlyRow()
      #expect(try record.text(0) == "acknowledged" && record.int32(1) == 3 && record.bool(2))
      let steps = try await fixture.pool.query(
        .unprepared("SELECT action, actor, hash FROM accountability_steps ORDER BY step"))
      #expect(try steps.map { try $0.text(0) } == ["acknowledge", "statement_late"])
      #expect(try steps[1].text(1) == "service:escalation")
      #expect(try steps[1].bytes(2) == record.bytes(3), "the record ends its chain with the last step")
    }
  }

  @Test func isNotToldOfOneThatCame() async throws {
    try await CaseworkFixture.with("statement") { fixture in
      _ = try await opened(fixture)
      _ = try await fixture.pool.query(
        .unprepared(
          """
          SELECT accountability_advance('d', id, 2, 'answered', 'statement', 'user:zhao', 'away', $1, NULL)
          FROM accountability
          """), [.timestamp(PostgresTimestamp(fixture.now))])
      fixture.advance(seconds: 30 * 86_400)
      #expect(try await tell(fixture) == 0)
    }
  }
}
