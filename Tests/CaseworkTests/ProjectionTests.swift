import Casework
import CaseworkSupport
import Domain
import Journal
import PostgresClient
import TestSupport
import Testing
import Wire

/// The rows of `cases` and of what hangs on them are nothing but what the journal says.
@Suite struct ProjectionTests {
  @Test(.timeLimit(.minutes(5))) func theCasesAreTheFoldOfTheJournal() async throws {
    try await CaseworkFixture.with("projection") { fixture in
      var actions = RandomActions(fixture, random: .announced("ProjectionTests"))
      try await actions.run(rounds: 50)
      #expect(actions.done > 60 && actions.refused > 20)
      try await JournalFold.expectProjection(of: fixture, numbers: Set(actions.ids.map(\.number)))
    }
  }

  /// Thousands of right and wrong commands on many cases at once, under a policy that knows every action.
  @Test(.timeLimit(.minutes(10))) func everyActionAtRandomKeepsTheProjection() async throws {
    let fixture = try await CaseworkFixture.make(named: "model", files: SampleNetworkFiles.loop)
    var actions = RandomActions(
      fixture, random: .announced("everyActionAtRandom"), commandsPerRound: 16, roundsPerDay: 20)
    // Some actions are rare: the walk goes on, to a bound, until each has come about.
    var round = 0
    while round < 240 || (round < 1_000 && actions.doneActions.count < CaseAction.allCases.count) {
      round += 1
      try await actions.round()
      #expect(try await actions.probe(), "what the machine says is what happens")
      if round % 120 == 0 {
        try await JournalFold.expectProjection(of: fixture, numbers: Set(actions.ids.map(\.number)))
      }
    }
    #expect(actions.done > 1_000 && actions.refused > 300)
    let never = Set(CaseAction.allCases).subtracting(actions.doneActions)
    #expect(never.isEmpty, "\(never.map(\.rawValue).sorted()) never came about")
    try await JournalFold.expectProjection(of: fixture, numbers: Set(actions.ids.map(\.number)))
    await fixture.close()
  }
}

/// What the journal says of every case, compared with what the tables have.
enum JournalFold {
  static func expectProjection(of fixture: CaseworkFixture, numbers: Set<Int64>) async throws {
    var folded: [Int64: Case] = [:]
    for row in try await fixture.journal() {
      let event = try #require(try row.event.decoded())
      #expect(event.at <= row.event.at)
      if folded[row.event.caseNumber]?.apply(event) == nil {
        folded[row.event.caseNumber] = Case(beginning: event)
      }
    }
    #expect(Set(folded.keys) == numbers)
    for (number, value) in folded {
      try await expectRow(number, value, fixture)
      try await expectParts(number, value, fixture)
    }
    let report = try await JournalVerifier(pool: fixture.pool).verify("d", to: try await fixture.end())
    #expect(report.faults.isEmpty)
    let proof = try await ProjectionProof(pool: fixture.pool, policies: fixture.policies).run(fixture.district)
    #expect(proof.holds && proof.cases == Int64(numbers.count), "\(proof.found)")
  }

  private static func expectRow(_ number: Int64, _ value: Case, _ fixture: CaseworkFixture) async throws {
    let row = try await fixture.pool.query(
      .unprepared(
        """
        SELECT snapshot, version, state, unit, unit_path, category, source, lead, facts, due_at, handle_due_at,
               dispatched_at, handled_at, closed_at, updated_at, policy_version, case_id,
               filed_day - DATE '1970-01-01', marks, owes_answer, merged_into
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
    let running = value.clocks.filter { $0.isRunning && $0.pausedAt == nil }
    #expect(try row.timestampOrNil(9)?.instant == running.map(\.dueAt).min())
    let handle = value.clocks.last { $0.name == .handle && $0.matter == .whole }
    #expect(try row.timestampOrNil(10)?.instant == handle?.finalDueAt)
    #expect(try row.timestampOrNil(11)?.instant == value.dispatchedAt)
    #expect(try row.timestampOrNil(12)?.instant == value.handledAt)
    #expect(try row.timestampOrNil(13)?.instant == value.closedAt)
    #expect(try row.timestamp(14).instant == value.updatedAt)
    #expect(try row.int32(15) == value.policyVersion)
    #expect(try row.text(16) == "d-\(number)")
    #expect(try row.int32(17) == fixture.policy.filedDay(value.subject.filedAt))
    let marks = CaseMarks(value)
    #expect(try row.int32(18) == marks.bits.rawValue)
    #expect(try row.texts(19) == marks.owesAnswer.map(\.text))
    #expect(try row.int64OrNil(20) == marks.mergedInto)
  }

  private static func expectParts(_ number: Int64, _ value: Case, _ fixture: CaseworkFixture) async throws {
    let rows = try await fixture.pool.query(
      .unprepared("SELECT department, state, facts FROM case_parts WHERE case_number = $1 ORDER BY department"),
      [.int64(number)]
    ).map { "\(try $0.text(0)) \(try $0.text(1)) \(try $0.int32(2))" }
    let parts = value.parts.sorted { $0.department < $1.department }
      .map { "\($0.department) \($0.state) \($0.facts.rawValue)" }
    #expect(rows == parts)
  }
}
