import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import Testing
import Wire

@testable import IntakeCore

@Suite struct SuppressionTests {
  private func suppress(
    _ fixture: IntakeFixture, unit: UnitCode = "440306017", categories: [CategoryCode] = ["E01"],
    sources: [ReportSource] = [], hours: Int64 = 24
  ) async throws -> Suppression {
    let now = Instant(microseconds: fixture.clock.microseconds)
    let draft = SuppressionDraft(
      reason: "typhoon", unit: unit, categories: categories, sources: sources, until: now.adding(seconds: hours * 3_600)
    )
    let policy = fixture.network.policy
    try #require(draft.faults(policy: policy, within: IntakeFixture.district, now: now).isEmpty)
    let stored = try await SuppressionStore(pool: fixture.pool).add(
      draft, district: IntakeFixture.district, by: "user:wu", at: now)
    guard case .stored(let suppression) = stored else { throw SuppressionTestFault.notStored }
    try await fixture.suppressions.refresh()
    return suppression
  }

  private func stored(_ fixture: IntakeFixture, _ suppression: Suppression) async throws -> Suppression {
    try #require(
      try await SuppressionStore(pool: fixture.pool).suppression(suppression.id, of: IntakeFixture.district))
  }

  @Test func theFirstReportBeginsTheCaseThatAllOthersJoin() async throws {
    let fixture = try await IntakeFixture.make("suppressed")
    let suppression = try await suppress(fixture)
    let key = try await fixture.key()
    let first = try await fixture.router.report(DoorTests.good, key: key)
    #expect(try first.status == 201 && first.document["duplicate_of"] == nil)
    // 400 metres away, another category of the class, and one that has no point.
    let far = DoorTests.good.replacing("x-1", with: "x-2").replacing("22.555", with: "22.5586")
    let other = DoorTests.good.replacing("x-1", with: "x-3").replacing("E0102", with: "E0103")
    let inWords = DoorTests.good.replacing("x-1", with: "x-4")
      .replacing("{\"lat\":22.555,\"lng\":113.905}", with: "{\"unit\":\"440306017001\"}")
    for report in [far, other, inWords] {
      let answer = try await fixture.router.report(report, key: key)
      #expect(try answer.status == 201 && answer.document["duplicate_of"] == "440306-1")
    }
    // Another street, another class, and what was settled on the spot are not meant.
    let elsewhere = DoorTests.good.replacing("x-1", with: "x-5").replacing("22.555", with: "22.565")
    let vendor = DoorTests.good.replacing("x-1", with: "x-6").replacing("E0102", with: "E0502")
    let settled = DoorTests.good.replacing("\"x-1\"", with: "\"x-7\",\"on_spot\":{\"action\":\"told\"}")
    for (place, report) in [elsewhere, vendor, settled].enumerated() {
      let answer = try await fixture.router.report(report, key: key)
      #expect(try answer.document["case_id"]?.stringValue == "440306-\(place + 2)", "\(answer.text)")
    }
    let id = try #require(CaseID("440306-1"))
    #expect(try await fixture.load(id).counts.duplicates == 3)
    #expect(try await fixture.reports(of: id).count == 4)
    let now = try await stored(fixture, suppression)
    #expect(now.anchor == id && now.reports == 4)
    let marked = try await fixture.pool.query(
      .unprepared("SELECT external_id, category, unit FROM reports WHERE suppression = $1 ORDER BY part"),
      [.text(suppression.id)])
    #expect(try marked.map { try $0.text(0) } == ["x-1", "x-2", "x-3", "x-4"])
    #expect(try marked[2].text(1) == "E0103" && marked[3].text(2) == "440306017001")
    // Sent again, the answer is the first one.
    #expect(try await fixture.router.report(far, key: key).status == 200)
    #expect(try await stored(fixture, suppression).reports == 4)
    let end = try #require(await JournalReader(pool: fixture.pool).ends()[IntakeFixture.district])
    #expect(try await JournalVerifier(pool: fixture.pool).verify(IntakeFixture.district, to: end).faults.isEmpty)
  }

  @Test func theFirstOpenCaseOfTheAreaIsJoinedAndWhenItIsOverAnotherBegins() async throws {
    let fixture = try await IntakeFixture.make("anchors")
    let outside = try await fixture.file(try fixture.request(category: "E0502")).caseID
    let first = try await fixture.file(try fixture.request(at: .first.north(100))).caseID
    _ = try await fixture.file(try fixture.request(at: .first.north(300)))
    let suppression = try await suppress(fixture)
    #expect(try await fixture.file(try fixture.request(at: .first.north(450))).caseID == first)
    try await fixture.dispatchAndSign(first)
    #expect(try await fixture.file(try fixture.request(at: .first.north(450))).caseID == first)
    try await fixture.handleAndClose(first)
    // One batch: the first of it begins the next case.
    let outcomes = try await fixture.desk.file(
      [
        try fixture.request(at: .first.north(500)), try fixture.request(at: .first.north(-200)),
        try fixture.request(description: "third", at: .first.north(-450)),
      ], in: IntakeFixture.district
    ).map { try $0.get() }
    #expect(outcomes.map(\.kind) == [.created, .merged, .merged])
    #expect(Set(outcomes.map(\.caseID.number)) == [4] && outcomes[0].caseID != outside)
    #expect(try await stored(fixture, suppression).anchor == outcomes[0].caseID)
    #expect(try await stored(fixture, suppression).reports == 5)
  }

  @Test func twoCopiesBeginOneCase() async throws {
    let fixture = try await IntakeFixture.make("anchor_copies")
    let copy = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    let suppression = try await suppress(fixture)
    try await copy.suppressions.refresh()
    let outcomes = try await withThrowingTaskGroup(of: FilingOutcome.self) { group in
      for index in 0..<40 {
        let one = index.isMultiple(of: 2) ? fixture : copy
        group.addTask {
          try await one.file(try one.request(description: "\(index)", at: .first.north(Double(index) * 10 - 200)))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(outcomes.map(\.caseID.number)) == [1])
    #expect(outcomes.count { $0.kind == .created } == 1)
    #expect(try await stored(fixture, suppression).reports == 40)
  }

  @Test func whenItEndsThingsAreAsBefore() async throws {
    let fixture = try await IntakeFixture.make("ended")
    let byTime = try await suppress(fixture, hours: 2)
    _ = try await fixture.file(try fixture.request())
    #expect(try await fixture.file(try fixture.request(at: .first.north(400))).caseID.number == 1)
    fixture.clock.advance(microseconds: 2 * Instant.microsecondsPerHour)
    #expect(try await fixture.file(try fixture.request(at: .first.north(400))).caseID.number == 2)
    #expect(try await stored(fixture, byTime).reports == 2)
    let byHand = try await suppress(fixture, sources: [.officer])
    #expect(try await fixture.file(try fixture.request(at: .first.north(200), source: "hotline")).caseID.number == 3)
    #expect(try await fixture.file(try fixture.request(at: .first.north(-200))).caseID.number == 1)
    let ended = try await SuppressionStore(pool: fixture.pool).end(
      byHand.id, of: IntakeFixture.district, by: "user:zheng",
      at: Instant(microseconds: fixture.clock.microseconds))
    #expect(ended?.endedBy == "user:zheng")
    // Ended by another process, and this one has not looked since: the row tells it.
    #expect(try await fixture.file(try fixture.request(at: .first.north(-400))).caseID.number == 4)
  }

  @Test func anAnchorThatWasMergedSendsReportsToItsSurvivor() async throws {
    let fixture = try await IntakeFixture.make("anchor_merged")
    let suppression = try await suppress(fixture)
    let anchor = try await fixture.file(try fixture.request()).caseID
    let other = try await fixture.file(try fixture.request(category: "E0502")).caseID
    try await fixture.perform(.merge(into: other), on: anchor, by: IntakeFixture.dispatcher)
    #expect(try await fixture.file(try fixture.request(at: .first.north(400))).caseID == other)
    #expect(try await stored(fixture, suppression).anchor == other)
  }

  @Test func everyFaultOfADraftIsNamed() throws {
    let now = Instant(secondsSince1970: 1_772_413_200)
    let policy = try NetworkOfTests.policy
    func faults(_ draft: SuppressionDraft, within: UnitCode = "440306") -> [String] {
      draft.faults(policy: policy, within: within, now: now).map { "\($0.field) \($0.code)" }
    }
    let day = Instant.microsecondsPerDay
    let empty = SuppressionDraft(reason: " ", unit: nil, categories: [], until: nil)
    #expect(faults(empty) == ["reason required", "unit required", "categories required", "until required"])
    let odd = SuppressionDraft(
      reason: String(repeating: "长", count: 501), unit: "9", categories: ["E0102", "X1", "X2"],
      from: now.adding(microseconds: -day), until: now)
    #expect(
      faults(odd) == [
        "reason too_long", "unit unknown_unit", "categories unknown_category", "categories unknown_category",
        "from in_past", "until not_after_begin",
      ])
    let long = SuppressionDraft(
      reason: "r", unit: "440306018", categories: ["E01"], from: now.adding(microseconds: 40 * day),
      until: now.adding(microseconds: 72 * day))
    #expect(faults(long, within: "440306017") == ["unit outside_unit", "from too_far", "until too_long"])
    let good = SuppressionDraft(
      reason: "r", unit: "440306018", categories: ["E01"], until: now.adding(microseconds: 31 * day))
    #expect(faults(good).isEmpty)
  }
}

enum SuppressionTestFault: Error {
  case notStored
}
