import Casework
import CaseworkSupport
import Domain
import PostgresClient
import Testing

/// Whatever is changed in the rows of cases is found and named.
@Suite struct ProjectionProofTests {
  /// Column of `cases` → another value for a case that is signed.
  private static let changes: [(column: String, value: String)] = [
    ("version", "version + 1"), ("unit", "'g2'"), ("unit_path", "unit_path || 'x/'"),
    ("category", "'0901'"), ("source", "'camera'"), ("priority", "'urgent'"), ("finder", "'user:another'"),
    ("lead", "'water'"), ("facts", "facts | 4096"), ("filed_at", "filed_at - interval '1 microsecond'"),
    ("filed_day", "filed_day + 1"), ("latitude", "coalesce(latitude, 0) + 1"),
    ("longitude", "coalesce(longitude, 0) + 1"),
    ("due_at", "due_at + interval '1 second'"), ("handle_due_at", "NULL"),
    ("dispatched_at", "dispatched_at + interval '1 second'"), ("handled_at", "updated_at"),
    ("updated_at", "updated_at + interval '1 second'"), ("policy_version", "policy_version + 1"), ("marks", "1"),
    ("owes_answer", "'{water}'"), ("snapshot", "(SELECT snapshot FROM cases WHERE number = 1)"),
  ]
  /// What the constraints of the table leave no other value for where a case is signed, or what no column can differ in.
  private static let others: Set<String> = ["district", "number", "case_id", "closed_at", "merged_into", "state"]

  private func report(_ fixture: CaseworkFixture) async throws -> ProjectionProof.Report {
    try await ProjectionProof(pool: fixture.pool, policies: fixture.policies).run(fixture.district)
  }

  /// A filed case, a signed one, and one of which an assisting department has a part.
  private func withCases(_ body: (CaseworkFixture) async throws -> Void) async throws {
    try await CaseworkFixture.with("proof") { fixture in
      _ = try await fixture.file()
      let signed = try await fixture.file()
      try await fixture.route(signed)
      try await fixture.perform(.sign, on: signed, by: SampleActors.urban)
      try await fixture.route(try await fixture.file(category: "0201"))
      try await body(fixture)
    }
  }

  @Test func everyColumnIsCompared() async throws {
    try await withCases { fixture in
      let columns = try await fixture.pool.query(
        .unprepared("SELECT column_name::text FROM information_schema.columns WHERE table_name = 'cases'")
      ).map { try $0.text(0) }
      #expect(Set(columns) == Self.others.union(Self.changes.map(\.column)))
      try await fixture.pool.execute(script: "CREATE TABLE kept AS SELECT * FROM cases")
      for (column, value) in Self.changes {
        try await fixture.pool.execute(script: "UPDATE cases SET \(column) = \(value) WHERE number = 2")
        let report = try await report(fixture)
        #expect(report.found.map(\.column) == [column], "\(report.found)")
        #expect(report.found.allSatisfy { $0.caseID.number == 2 && $0.table == "cases" && $0.kept != $0.folded })
        try await fixture.pool.execute(
          script: "UPDATE cases SET \(column) = kept.\(column) FROM kept WHERE cases.number = 2 AND kept.number = 2")
      }
      let whole = try await report(fixture)
      #expect(whole.holds && whole.cases == 3 && whole.parts == 1)
    }
  }

  @Test func stateAndEndAreCompared() async throws {
    try await withCases { fixture in
      try await fixture.pool.execute(script: "UPDATE cases SET state = 'desk' WHERE number = 1")
      let moved = try await report(fixture).found.map(\.description)
      #expect(moved == ["d-1 cases.state: kept desk, the journal says filed"])
      try await fixture.pool.execute(script: "UPDATE cases SET state = 'filed' WHERE number = 1")
      let closed = CaseID(district: fixture.district, number: 2)
      try await fixture.perform(.handle(result: "done"), on: closed, by: SampleActors.urban)
      try await fixture.perform(.verify(passed: true, note: ""), on: closed, by: SampleActors.officer)
      try await fixture.perform(
        .merge(into: CaseID(district: fixture.district, number: 3)),
        on: CaseID(district: fixture.district, number: 1), by: SampleActors.dispatcher)
      #expect(try await report(fixture).holds)
      try await fixture.pool.execute(script: "UPDATE cases SET closed_at = closed_at + interval '1 s' WHERE number = 2")
      try await fixture.pool.execute(script: "UPDATE cases SET merged_into = 2 WHERE number = 1")
      #expect(try await report(fixture).found.map(\.column) == ["merged_into", "closed_at"])
    }
  }

  @Test func rowsTooManyOrTooFewAreNamed() async throws {
    try await withCases { fixture in
      try await fixture.pool.execute(
        script: """
          DELETE FROM cases WHERE number = 1;
          DELETE FROM journal WHERE case_number = 2;
          UPDATE case_parts SET state = 'signed';
          INSERT INTO case_parts VALUES ('d', 3, 'forestry', 'assigned', 8);
          """)
      let report = try await report(fixture)
      #expect(
        report.found.map(\.description) == [
          "d-1 cases: kept nothing, the journal says filed",
          "d-2 cases: kept a row, the journal says nothing",
          "d-3 case_parts.forestry: kept assigned with facts 8, the journal says nothing",
          "d-3 case_parts.urban: kept signed with facts 8, the journal says assigned with facts 8",
        ], "\(report.found)")
    }
  }

  @Test func eventsThatMakeNoCaseAreNamed() async throws {
    try await withCases { fixture in
      try await fixture.pool.execute(
        script: """
          UPDATE journal SET body = '\\xffff' WHERE case_number = 1;
          DELETE FROM journal WHERE case_number = 2 AND kind = 'dispatched';
          DELETE FROM journal WHERE case_number = 3 AND kind = 'filed';
          """)
      let report = try await report(fixture)
      #expect(report.found.map(\.table) == ["journal", "journal", "journal"])
      #expect(report.found[0].folded?.contains("unreadable") == true)
      #expect(report.found[1].folded == "event 2, signed, does not continue the one before it")
      #expect(report.found[2].folded == "its first event is dispatched")
    }
  }
}
