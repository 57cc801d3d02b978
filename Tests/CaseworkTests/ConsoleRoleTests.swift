import Casework
import CaseworkSupport
import Domain
import PostgresClient
import Testing

/// The console's own role of the database has the rights that its commands need, and no more than it had.
@Suite struct ConsoleRoleTests {
  @Test func everythingBesideTheJournalIsWritten() async throws {
    try await CaseworkFixture.with("console_role") { fixture in
      let pool = fixture.pool(role: "gridloop_console")
      let desk = CommandDesk(
        pool: pool, policies: fixture.policies, publisher: fixture.publisher, clock: fixture.clock)
      func perform(_ command: CaseCommand, on id: CaseID, by actor: Actor) async throws -> Case {
        try await desk.perform(CommandRequest(id: id, command: command, actor: actor, expectedVersion: nil)).value
      }
      let (first, second) = (try await fixture.file(category: "0201"), try await fixture.file())
      try await fixture.route(first)
      try await fixture.pool.execute(
        .unprepared(
          """
          INSERT INTO attachments (district, id, media_type, width, height, sha256, content, uploaded_by)
          VALUES ('d', 'photo', 'image/png', 1, 1, 'x', 'x', 'user:finder')
          """), [])
      _ = try await perform(.merge(into: first), on: second, by: SampleActors.dispatcher)
      let split = try await perform(.split(category: nil, unit: nil, note: ""), on: first, by: SampleActors.dispatcher)
      #expect(split.splitInto.map(\.number) == [3])
      for actor in [SampleActors.urban, SampleActors.water] { _ = try await perform(.sign, on: first, by: actor) }
      _ = try await perform(.handle(result: "part", photos: ["photo"]), on: first, by: SampleActors.urban)
      _ = try await perform(.erase(reason: "asked for"), on: first, by: SampleActors.chief)
      #expect(try await CaseQueries(pool: pool).reporters(of: first).map(\.caseID) == [first, second])
      #expect(try await fixture.number("SELECT count(*) FROM attachments WHERE content = ''") == 1)
      try await JournalFold.expectProjection(of: fixture, numbers: [1, 2, 3])
      await #expect(throws: PostgresError.self) {
        try await pool.execute(.unprepared("DELETE FROM reports"), [])
      }
      await desk.close()
      await pool.close()
    }
  }
}
