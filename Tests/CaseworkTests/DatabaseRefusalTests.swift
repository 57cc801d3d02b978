import Casework
import CaseworkSupport
import Domain
import PostgresClient
import Testing

/// What the machine never makes of a case the database does not take either.
@Suite struct DatabaseRefusalTests {
  private static let impossible: [(made: String, what: String)] = [
    ("signed", "state = 'unheard'"), ("signed", "lead = NULL"), ("signed", "facts = facts & ~16"),
    ("signed", "dispatched_at = NULL"), ("signed", "state = 'closed'"), ("signed", "closed_at = updated_at"),
    ("signed", "state = 'handled'"), ("signed", "state = 'void'"), ("signed", "state = 'merged'"),
    ("signed", "merged_into = 1"), ("signed", "state = 'suspended', lead = NULL"), ("filed", "state = 'dispatched'"),
    ("filed", "state = 'suspended'"), ("filed", "state = 'signed', lead = 'urban'"), ("closed", "state = 'dispatched'"),
    ("closed", "state = 'void'"), ("closed", "closed_at = NULL"), ("closed", "facts = facts & ~64"),
    ("closed", "version = 0"),
  ]

  @Test func aRowThatTheMachineCannotMakeIsRefused() async throws {
    try await CaseworkFixture.with("refusal") { fixture in
      var numbers: [String: Int64] = [:]
      for name in ["filed", "signed", "closed"] {
        let id = try await fixture.file()
        numbers[name] = id.number
        guard name != "filed" else { continue }
        try await fixture.route(id)
        try await fixture.perform(.sign, on: id, by: SampleActors.urban)
        guard name == "closed" else { continue }
        try await fixture.perform(.handle(result: "done"), on: id, by: SampleActors.urban)
        try await fixture.perform(.verify(passed: true, note: ""), on: id, by: SampleActors.officer)
      }
      for (made, what) in Self.impossible {
        let error = await #expect(throws: PostgresError.self, "a \(made) case became \(what)") {
          try await fixture.pool.execute(
            .unprepared("UPDATE cases SET \(what) WHERE number = $1"), [.int64(numbers[made])])
        }
        #expect(error?.sqlState == .checkViolation)
      }
    }
  }

  @Test func aPartInAnUnknownStateIsRefused() async throws {
    try await CaseworkFixture.with("refusal") { fixture in
      let id = try await fixture.file(category: "0201")
      try await fixture.route(id)
      await #expect(throws: PostgresError.self) {
        try await fixture.pool.execute(.unprepared("UPDATE case_parts SET state = 'gone'"), [])
      }
      #expect(try await fixture.number("SELECT count(*) FROM case_parts WHERE state = 'assigned'") == 1)
    }
  }
}
