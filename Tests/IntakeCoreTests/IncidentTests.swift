import Domain
import Journal
import Platform
import PostgresClient
import Testing
import Wire

@testable import IntakeCore

/// One incident is one case, whoever reports it, how often, and whatever becomes of the case meanwhile.
@Suite struct IncidentTests {
  private func body(
    _ source: String, _ id: String, category: String = "E0102", at place: TestPlace = .first, reporter: String = ""
  ) -> String {
    """
    {"source":"\(source)","category":"\(category)","description":"seen","external_id":"\(id)",\(reporter)
     "location":{"lat":\(place.latitude),"lng":\(place.longitude)}}
    """
  }

  @Test func aCameraACallerAndAnOfficerMakeOneCaseWithThreeReporters() async throws {
    let fixture = try await IntakeFixture.make("three")
    let camera = try await fixture.key(name: "camera-7", source: "camera")
    let hotline = try await fixture.key(name: "12345", source: "hotline")
    let officer = try await fixture.key(name: "patrol", source: "officer")
    let first = try await fixture.router.report(body("camera", "c-1"), key: camera)
    #expect(try first.status == 201 && first.document["duplicate_of"] == nil)
    let call = body(
      "hotline", "h-1", at: .first.north(30), reporter: #""reporter":{"name":"Zhang","phone":"13800138000"},"#)
    let second = try await fixture.router.report(call, key: hotline)
    let third = try await fixture.router.report(body("officer", "o-1", at: .first.north(-20)), key: officer)
    for answer in [second, third] {
      #expect(answer.status == 201)
      #expect(try answer.document["case_id"] == "440306-1" && answer.document["duplicate_of"] == "440306-1")
    }
    let id = try #require(CaseID("440306-1"))
    #expect(
      try await fixture.reports(of: id) == ["camera source:camera-7", "hotline source:12345", "officer source:patrol"])
    let value = try await fixture.load(id)
    #expect(value.counts.duplicates == 2 && value.subject.source == .camera)
    #expect(try await fixture.counts() == [1, 3, 3, 3, 1, 0])
    // Where the others saw it is kept beside the case's own place.
    let places = try await fixture.pool.query(
      .unprepared("SELECT category, unit, latitude IS NULL FROM reports ORDER BY part"))
    #expect(try places.map { try $0.textOrNil(0) } == [nil, "E0102", "E0102"])
    #expect(try places[2].text(1) == "440306017001001" && places[0].bool(2) && !places[2].bool(2))
  }

  @Test func categoriesOfOneClassAreOneIncidentWhereTheRuleSaysSo() async throws {
    let fixture = try await IntakeFixture.make("classes")
    let vendor = try await fixture.file(try fixture.request(category: "E0501"))
    let trading = try await fixture.file(try fixture.request(at: .first.north(20), category: "E0504"))
    #expect(trading.kind == .merged && trading.caseID == vendor.caseID)
    let bags = try await fixture.file(try fixture.request(category: "E0102"))
    let rubble = try await fixture.file(try fixture.request(category: "E0103"))
    #expect(bags.kind == .created && rubble.kind == .created)
    // In one batch as well.
    let both = try await fixture.desk.file(
      [
        try fixture.request(at: .first.north(300), category: "E0502"),
        try fixture.request(at: .first.north(310), category: "E0511"),
      ], in: IntakeFixture.district)
    #expect(try both[1].get().caseID == both[0].get().caseID)
    let row = try await fixture.pool.query(.unprepared("SELECT category FROM reports WHERE category IS NOT NULL"))
    #expect(try row.map { try $0.text(0) }.sorted() == ["E0504", "E0511"])
  }

  @Test func aCameraThatFiresEveryMinuteMakesOneCaseUntilThatIsClosed() async throws {
    let fixture = try await IntakeFixture.make("camera")
    let key = try await fixture.key(source: "camera")
    let id = try #require(CaseID("440306-1"))
    var sent = 0
    // The window of the rule is two hours; the camera goes on for five.
    func fire(minutes: Int) async throws -> Set<String> {
      var cases: Set<String> = []
      for _ in 0..<minutes {
        sent += 1
        let answer = try await fixture.router.report(body("camera", "f-\(sent)", category: "E0505"), key: key)
        cases.insert(try #require(try answer.document["case_id"]?.stringValue))
        fixture.clock.advance(microseconds: 60_000_000)
      }
      return cases
    }
    #expect(try await fire(minutes: 100) == ["440306-1"])
    try await fixture.dispatchAndSign(id)
    #expect(try await fire(minutes: 200) == ["440306-1"])
    let value = try await fixture.load(id)
    #expect(value.state == .signed && value.counts.duplicates == 299)
    #expect(try await fixture.reports(of: id).count == 300)
    try await fixture.handleAndClose(id)
    #expect(try await fire(minutes: 3) == ["440306-2"])
    #expect(try await fixture.load(id).counts.duplicates == 299)
    #expect(try await fixture.reports(of: id).count == 300)
    // Silence longer than the window ends the incident, though its case is open.
    fixture.clock.advance(microseconds: 121 * 60_000_000)
    #expect(try await fire(minutes: 1) == ["440306-3"])
  }

  @Test func anotherCopyOfTheServiceCountsTheWindowFromTheLastReport() async throws {
    let fixture = try await IntakeFixture.make("window_copies")
    _ = try await fixture.file(try fixture.request(category: "E0505"))
    fixture.clock.advance(microseconds: 110 * 60_000_000)
    _ = try await fixture.file(try fixture.request(category: "E0505"))
    fixture.clock.advance(microseconds: 110 * 60_000_000)
    let late = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    _ = try await late.openCases.position(IntakeFixture.district)
    #expect(try await late.file(try late.request(category: "E0505")).caseID.number == 1)
  }

  @Test func whatRepeatsAMergedCaseJoinsItsSurvivor() async throws {
    let fixture = try await IntakeFixture.make("survivors")
    let numbers = try await [0.0, 300, 600].map { metres in
      try fixture.request(description: "at \(metres)", at: .first.north(metres))
    }.asyncMap { try await fixture.file($0).caseID }
    try await fixture.perform(.merge(into: numbers[1]), on: numbers[0], by: IntakeFixture.dispatcher)
    // This process has not heard of the merge yet: the locked row tells it.
    let first = try await fixture.file(try fixture.request(at: .first.north(5)))
    #expect(first.kind == .merged && first.caseID == numbers[1])
    // A chain, and now known from the journal.
    try await fixture.perform(.merge(into: numbers[2]), on: numbers[1], by: IntakeFixture.dispatcher)
    let second = try await fixture.file(try fixture.request(at: .first.north(10)))
    #expect(second.caseID == numbers[2])
    let copy = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    _ = try await copy.openCases.position(IntakeFixture.district)
    #expect(copy.openCases.count(in: IntakeFixture.district) == 3)
    #expect(try await copy.file(try copy.request(at: .first.north(15))).caseID == numbers[2])
    let family = try await numbers.asyncMap { try await fixture.load($0).counts.duplicates }
    // Every report of the family but its first is counted once: two merges and three repeats.
    #expect(family.reduce(0, +) == 5)
    #expect(try await fixture.pool.query(.unprepared("SELECT count(*) FROM reports"))[0].int64(0) == 6)
    try await fixture.dispatchAndSign(numbers[2])
    try await fixture.handleAndClose(numbers[2])
    #expect(try await fixture.file(try fixture.request(at: .first.north(5))).kind == .created)
  }

  @Test func theJournalTellsACopyOfMergesAndRepeats() async throws {
    let fixture = try await IntakeFixture.make("journal_merges")
    let copy = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    let start = try await copy.openCases.position(IntakeFixture.district)
    let first = try await fixture.file(try fixture.request(category: "E0505")).caseID
    let other = try await fixture.file(try fixture.request(at: .first.north(300), category: "E0505")).caseID
    try await fixture.perform(.merge(into: other), on: first, by: IntakeFixture.dispatcher)
    fixture.clock.advance(microseconds: 110 * 60_000_000)
    _ = try await fixture.file(try fixture.request(at: .first.north(300), category: "E0505"))
    fixture.clock.advance(microseconds: 110 * 60_000_000)
    let slice = try #require(await JournalReader(pool: fixture.pool).events(IntakeFixture.district, after: 0))
    _ = try await copy.openCases.apply(slice, to: IntakeFixture.district, from: start)
    #expect(try await copy.file(try copy.request(category: "E0505")).caseID == other)
  }

  @Test func aReopenedCaseIsJoinedAgain() async throws {
    let fixture = try await IntakeFixture.make("reopened")
    let copy = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    let start = try await copy.openCases.position(IntakeFixture.district)
    let id = try await fixture.file(try fixture.request()).caseID
    try await fixture.dispatchAndSign(id)
    try await fixture.handleAndClose(id)
    try await fixture.perform(.reopen(reason: "it is back"), on: id, by: IntakeFixture.dispatcher)
    let slice = try #require(await JournalReader(pool: fixture.pool).events(IntakeFixture.district, after: 0))
    _ = try await copy.openCases.apply(slice, to: IntakeFixture.district, from: start)
    #expect(try await copy.file(try copy.request(description: "again")).caseID == id)
  }
}

extension Sequence {
  func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
