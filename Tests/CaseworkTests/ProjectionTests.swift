import Casework
import CaseworkSupport
import Domain
import Journal
import PostgresClient
import TestSupport
import Testing
import Wire

/// The rows of `cases` are nothing but what the journal says.
@Suite struct ProjectionTests {
  @Test(.timeLimit(.minutes(1))) func theCasesAreTheFoldOfTheJournal() async throws {
    try await CaseworkFixture.with("projection") { fixture in
      var actions = RandomActions(fixture, random: .announced("ProjectionTests"))
      try await actions.run(rounds: 50)
      #expect(actions.done > 60 && actions.refused > 20)
      var folded: [Int64: Case] = [:]
      for row in try await fixture.journal() {
        let event = try #require(try row.event.decoded())
        #expect(event.at <= row.event.at)
        if folded[row.event.caseNumber]?.apply(event) == nil {
          folded[row.event.caseNumber] = Case(beginning: event)
        }
      }
      #expect(Set(folded.keys) == Set(actions.ids.map(\.number)))
      for (number, value) in folded {
        let row = try await fixture.pool.query(
          .unprepared(
            """
            SELECT snapshot, version, state, unit, unit_path, category, source, lead, facts, due_at, handle_due_at,
                   dispatched_at, handled_at, closed_at, updated_at, policy_version, case_id,
                   filed_day - DATE '1970-01-01'
            FROM cases WHERE number = $1
            """), [.int64(number)]
        ).onlyRow()
        #expect(try CaseCoding.decode(try row.bytes(0)) == value)
        #expect(try row.int64(1) == value.version)
        #expect(try row.text(2) == value.state.rawValue)
        #expect(try row.text(3) == value.subject.unit.text)
        #expect(try row.text(4) == fixture.policy.unitPath(value.subject.unit))
        #expect(try row.text(5) == value.subject.category.text)
        #expect(try row.text(6) == value.subject.source.rawValue)
        #expect(try row.textOrNil(7) == value.lead?.department.text)
        #expect(try row.int32(8) == Int32(value.facts.rawValue))
        #expect(try row.timestampOrNil(9)?.instant == value.clocks.filter(\.isRunning).map(\.dueAt).min())
        #expect(try row.timestampOrNil(10)?.instant == value.clocks.last { $0.name == .handle }?.finalDueAt)
        #expect(try row.timestampOrNil(11)?.instant == value.dispatchedAt)
        #expect(try row.timestampOrNil(12)?.instant == value.handledAt)
        #expect(try row.timestampOrNil(13)?.instant == value.closedAt)
        #expect(try row.timestamp(14).instant == value.updatedAt)
        #expect(try row.int32(15) == value.policyVersion)
        #expect(try row.text(16) == "d-\(number)")
        #expect(try row.int32(17) == fixture.policy.filedDay(value.subject.filedAt))
      }
      let report = try await JournalVerifier(pool: fixture.pool).verify("d", to: try await fixture.end())
      #expect(report.faults.isEmpty)
    }
  }
}
