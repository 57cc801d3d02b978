import Domain
import Journal
import Operations
import Platform
import PostgresClient
import TestSupport
import Testing

@testable import IntakeCore

@Suite struct FilingTests {
  @Test func aReportBecomesACase() async throws {
    let fixture = try await IntakeFixture.make("filing")
    let outcome = try await fixture.file(try fixture.request(external: "a-1"))
    #expect(outcome.kind == .created)
    #expect(outcome.caseID.description == "440306-1")
    #expect(outcome.state == .filed)
    #expect(outcome.unit == "440306017001001")
    #expect(outcome.seq == 1)
    #expect(try await fixture.counts() == [1, 1, 1, 1, 1, 0])
    let row = try await fixture.pool.query(
      .unprepared("SELECT description, seq, part, submitter, octet_length(salt) FROM reports"))[0]
    #expect(try row.text(0) == "bags on the road")
    #expect(try row.int64(1) == 1)
    #expect(try row.int64(2) == 0)
    #expect(try row.text(3) == "source:camera-1")
    #expect(try row.int32(4) == 16)
  }

  @Test func theJournalHoldsNothingOfTheReporter() async throws {
    let fixture = try await IntakeFixture.make("privacy")
    let request = try fixture.request(
      description: "secret words", more: #","reporter":{"name":"Zhang San","phone":"13800138000"}"#)
    _ = try await fixture.file(request)
    let body = try await fixture.pool.query(.unprepared("SELECT body FROM journal"))[0].bytes(0)
    let snapshot = try await fixture.pool.query(.unprepared("SELECT snapshot FROM cases"))[0].bytes(0)
    for text in ["secret words", "Zhang San", "13800138000"] {
      #expect(!body.contains(text) && !snapshot.contains(text))
    }
    #expect(body.firstRange(of: request.content.digest) != nil)
  }

  @Test func aBatchMixesNewCasesRepeatsAndRefusals() async throws {
    let fixture = try await IntakeFixture.make("mixed")
    let first = try await fixture.file(try fixture.request(key: "k-0"))
    let parcel = [
      try fixture.request(description: "again, by another", at: .first.north(20)),
      try fixture.request(key: "k-0"),
      try fixture.request(key: "k-0", description: "other words"),
      try fixture.request(description: "far away", at: .first.north(400)),
      try fixture.request(description: "beside the last", at: .first.north(410)),
      try fixture.request(more: #","attachments":["none"]"#),
      try fixture.request(
        description: "settled", at: .first.north(300), more: #","on_spot":{"action":"persuaded"}"#),
    ]
    let outcomes = try await fixture.desk.file(parcel, in: IntakeFixture.district)
    let joined = try outcomes[0].get()
    #expect(joined.kind == .merged && joined.caseID == first.caseID && joined.isDuplicate)
    #expect(try outcomes[1].get() == repeated(first))
    #expect(throws: FilingRefusal.otherBody(field: "Idempotency-Key")) { try outcomes[2].get() }
    let second = try outcomes[3].get()
    #expect(second.kind == .created && second.caseID.number == 2)
    let beside = try outcomes[4].get()
    #expect(beside.kind == .merged && beside.caseID == second.caseID && beside.seq == second.seq + 1)
    #expect(throws: FilingRefusal.unknownAttachment(position: 0)) { try outcomes[5].get() }
    let settled = try outcomes[6].get()
    #expect(settled.state == .closed && settled.caseID.number == 3)
    #expect(try await fixture.counts() == [3, 6, 5, 6, 3, 0])
    try await expectSeqs(fixture, [first, joined, second, beside, settled])
    let end = try #require(await JournalReader(pool: fixture.pool).ends()[IntakeFixture.district])
    let report = try await JournalVerifier(pool: fixture.pool).verify(IntakeFixture.district, to: end)
    #expect(report.faults.isEmpty)
  }

  @Test func everyReporterOfOneIncidentIsKept() async throws {
    let fixture = try await IntakeFixture.make("reporters")
    for number in 1...5 {
      _ = try await fixture.file(
        try fixture.request(
          description: "call \(number)", source: "hotline", more: #","reporter":{"name":"caller \#(number)"}"#))
    }
    let rows = try await fixture.pool.query(
      .unprepared("SELECT case_number, part, reporter_name FROM reports ORDER BY part"))
    #expect(try rows.map { try $0.text(2) } == (1...5).map { "caller \($0)" })
    #expect(try rows.map { try $0.int64(0) } == [1, 1, 1, 1, 1])
    #expect(try rows.map { try $0.int64(1) } == [0, 2, 3, 4, 5])
  }

  @Test func otherThingsInTheSamePlaceAreNotMerged() async throws {
    let fixture = try await IntakeFixture.make("subjects")
    let numbers = try await [
      fixture.file(try fixture.request(more: #","subject":{"kind":"shop","code":"A1"}"#)),
      fixture.file(try fixture.request(more: #","subject":{"kind":"shop","code":"B2"}"#)),
      fixture.file(try fixture.request(category: "E0103")),
      fixture.file(try fixture.request()),
    ].map(\.caseID.number)
    #expect(numbers == [1, 2, 3, 1])
    fixture.clock.advance(microseconds: 49 * Instant.microsecondsPerHour)
    #expect(try await fixture.file(try fixture.request()).caseID.number == 4)
  }

  @Test func aClosedCaseIsNotJoined() async throws {
    let fixture = try await IntakeFixture.make("closed")
    _ = try await fixture.file(try fixture.request())
    // The index still has it; the locked row says that it is closed.
    _ = try await fixture.pool.query(.unprepared("DELETE FROM cases"))
    #expect(try await fixture.file(try fixture.request()).kind == .created)
  }

  @Test func aCaseOfAnotherCopyIsFoundThroughTheJournal() async throws {
    let fixture = try await IntakeFixture.make("copies")
    let other = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    let start = try await other.openCases.position(IntakeFixture.district)
    #expect(start.seq == 0)
    let first = try await fixture.file(try fixture.request())
    let slice = try #require(
      await JournalReader(pool: fixture.pool).events(IntakeFixture.district, after: 0))
    _ = try await other.openCases.apply(slice, to: IntakeFixture.district, from: start)
    let joined = try await other.file(try other.request(description: "seen by another copy"))
    #expect(joined.kind == .merged && joined.caseID == first.caseID)
    let third = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    #expect(try await third.openCases.position(IntakeFixture.district).seq == 2)
    #expect(third.openCases.count(in: IntakeFixture.district) == 1)
  }

  private func repeated(_ outcome: FilingOutcome) -> FilingOutcome {
    var outcome = outcome
    outcome.kind = .repeated
    return outcome
  }

  /// The rows of `reports` must name the events that the answers name.
  private func expectSeqs(_ fixture: IntakeFixture, _ outcomes: [FilingOutcome]) async throws {
    let rows = try await fixture.pool.query(.unprepared("SELECT case_number, seq FROM reports ORDER BY seq"))
    let stored = try rows.map { "\(try $0.int64(0)) \(try $0.int64(1))" }
    #expect(stored == outcomes.sorted { $0.seq < $1.seq }.map { "\($0.caseID.number) \($0.seq)" })
  }
}

extension [UInt8] {
  fileprivate func contains(_ text: String) -> Bool { firstRange(of: Array(text.utf8)) != nil }
}
