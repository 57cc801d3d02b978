import Casework
import CaseworkSupport
import Domain
import Journal
import PostgresClient
import Testing

@Suite struct SplitAndEraseTests {
  private func reports(_ fixture: CaseworkFixture, _ id: CaseID) async throws -> [String] {
    try await fixture.pool.query(
      .unprepared(
        """
        SELECT coalesce(description, '-') || ' ' || coalesce(reporter_name, '-') || ' ' || (salt IS NULL)::text
        FROM reports WHERE case_number = $1 ORDER BY received_at, abs(part)
        """), [.int64(id.number)]
    ).map { try $0.text(0) }
  }

  @Test func aSplitBeginsACaseWithTheSameReporters() async throws {
    try await CaseworkFixture.with("split") { fixture in
      let id = try await fixture.file(description: "a burst main and rubbish", reporter: (name: "Li", phone: "1"))
      try await fixture.route(id)
      let result = try await fixture.perform(
        .split(category: "0201", unit: nil, note: "two matters"), on: id, by: SampleActors.dispatcher)
      let other = try #require(result.value.splitInto.first)
      #expect(other.number == id.number + 1)
      #expect(result.value.counts.splits == 1 && result.value.state == .dispatched)
      let begun = try await fixture.load(other).value
      #expect(begun.state == .filed && begun.splitFrom == id && begun.subject.category == "0201")
      #expect(try await fixture.kinds(of: id) == ["filed", "dispatched", "split"])
      #expect(try await fixture.kinds(of: other) == ["filed", "split"])
      #expect(try await reports(fixture, other) == reports(fixture, id))
      try await fixture.route(other)
      #expect(try await fixture.load(other).value.lead?.department == "water")
      #expect(try await fixture.file().number == other.number + 1, "no number is given twice")
      try await JournalFold.expectProjection(of: fixture, numbers: [1, 2, 3])
    }
  }

  @Test func manySplitsAtOnceShareACommit() async throws {
    try await CaseworkFixture.with("split") { fixture in
      let ids = try await (0..<6).asyncMap { _ in try await fixture.file() }
      let results = try await withThrowingTaskGroup(of: CaseID?.self) { group in
        for id in ids {
          group.addTask {
            try await fixture.perform(.split(category: nil, unit: nil, note: ""), on: id, by: SampleActors.dispatcher)
              .value.splitInto.first
          }
        }
        return try await group.reduce(into: Set<Int64>()) { if let id = $1 { $0.insert(id.number) } }
      }
      #expect(results == Set(7...12))
      for number in results {
        let begun = try await fixture.load(CaseID(district: "d", number: number)).value
        let from = try #require(begun.splitFrom)
        #expect(try await fixture.load(from).value.splitInto.map(\.number) == [number])
      }
      try await JournalFold.expectProjection(of: fixture, numbers: Set(1...12))
    }
  }

  @Test func aRefusedSplitTakesNoNumber() async throws {
    try await CaseworkFixture.with("split") { fixture in
      let id = try await fixture.file()
      let end = try await fixture.end()
      await #expect(throws: CaseRefusal.unknownCategory("77")) {
        try await fixture.perform(.split(category: "77", unit: nil, note: ""), on: id, by: SampleActors.dispatcher)
      }
      await #expect(throws: CaseRefusal.unknownUnit("zz")) {
        try await fixture.perform(.split(category: nil, unit: "zz", note: ""), on: id, by: SampleActors.dispatcher)
      }
      #expect(try await fixture.end() == end)
      #expect(try await fixture.number("SELECT count(*) FROM cases") == 1)
    }
  }

  @Test func attachmentsThatAreNamedGoAlongAndTheOthersStay() async throws {
    try await CaseworkFixture.with("split") { fixture in
      let id = try await fixture.file()
      let foreign = try await fixture.file()
      for name in ["pipe", "rubbish", "both"] { try await fixture.attachment(name, by: "user:finder", of: id) }
      try await fixture.attachment("else", by: "user:finder", of: foreign)
      try await fixture.attachment("loose", by: "user:finder")
      let end = try await fixture.end()
      await #expect(throws: CommandFault.unknownAttachments(["else", "loose", "none"])) {
        try await fixture.perform(
          .split(category: nil, unit: nil, note: "", attachments: ["pipe", "else", "loose", "none"]), on: id,
          by: SampleActors.dispatcher)
      }
      #expect(try await fixture.end() == end)
      let split = try await fixture.perform(
        .split(category: "0201", unit: nil, note: "", attachments: ["pipe"]), on: id, by: SampleActors.dispatcher)
      let other = try #require(split.value.splitInto.first)
      let rows = try await fixture.pool.query(
        .unprepared("SELECT id, case_number, split_from FROM attachments WHERE id <> 'loose' ORDER BY id"))
      #expect(try rows.map { try $0.text(0) } == ["both", "else", "pipe", "rubbish"], "none is lost")
      #expect(
        try rows.map { try $0.int64(1) } == [id.number, foreign.number, other.number, id.number])
      #expect(try rows.map { try $0.int64OrNil(2) } == [nil, nil, id.number, nil])
      let details = try await fixture.journal().compactMap { try $0.event.decoded()?.detail }
      #expect(details.contains(.split(.into(other, attachments: ["pipe"]))))
      #expect(details.contains(.split(.from(id, attachments: ["pipe"]))))
      await #expect(throws: CommandFault.unknownAttachments(["pipe"])) {
        try await fixture.perform(
          .split(category: nil, unit: nil, note: "", attachments: ["pipe"]), on: id, by: SampleActors.dispatcher)
      }
    }
  }

  @Test func whatIsErasedIsGoneWhereverItWasCopiedAndTheChainHolds() async throws {
    try await CaseworkFixture.with("erase") { fixture in
      let id = try await fixture.file(description: "secret", reporter: (name: "Zhang", phone: "13812341234"))
      let untouched = try await fixture.file(description: "another", reporter: (name: "Wang", phone: "2"))
      let split = try await fixture.perform(
        .split(category: nil, unit: nil, note: ""), on: id, by: SampleActors.dispatcher)
      let other = try #require(split.value.splitInto.first)
      for (name, uploader) in [("mine", "user:finder"), ("theirs", "user:li")] {
        try await fixture.attachment(name, by: uploader, of: id)
      }
      try await fixture.perform(.erase(reason: "asked for"), on: other, by: SampleActors.chief)
      #expect(try await reports(fixture, id) == ["- - true"])
      #expect(try await reports(fixture, other) == ["- - true"])
      #expect(try await reports(fixture, untouched) == ["another Wang true"])
      #expect(try await fixture.kinds(of: other) == ["filed", "split", "erased"])
      try await fixture.perform(.erase(reason: "asked for"), on: id, by: SampleActors.chief)
      let kept = try await fixture.pool.query(.unprepared("SELECT id FROM attachments WHERE content <> ''"), [])
      #expect(try kept.map { try $0.text(0) } == ["theirs"])
      #expect(try await fixture.number("SELECT count(*) FROM reports WHERE body_hash = ''") == 2)
      let report = try await JournalVerifier(pool: fixture.pool).verify("d", to: try await fixture.end())
      #expect(report.faults.isEmpty)
    }
  }

  @Test func noticesThatHaveLeftLoseWhatPeopleWroteAndThoseThatWaitStillAnswer() async throws {
    try await CaseworkFixture.with("erase") { fixture in
      let target = try await fixture.file()
      let id = try await fixture.file(reporter: (name: "Zhang", phone: "13812341234"))
      let untouched = try await fixture.file()
      try await fixture.attachment("mine", by: "user:finder", of: id)
      let split = try await fixture.perform(
        .split(category: nil, unit: nil, note: "", attachments: ["mine"]), on: id, by: SampleActors.dispatcher)
      try await fixture.perform(.merge(into: target), on: id, by: SampleActors.dispatcher)
      let other = try #require(split.value.splitInto.first)
      for (place, (number, state)) in [
        (id.number, "delivered"), (id.number, "failed"), (id.number, "pending"), (target.number, "delivered"),
        (other.number, "delivered"), (untouched.number, "delivered"),
      ].enumerated() {
        try await fixture.pool.execute(
          .unprepared(
            """
            INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload, state,
              next_attempt_at, created_at)
            VALUES ('d', $1, 0, 'webhook', '', 'closed', $2, 'zh', $3, $4, $5, $5)
            """),
          [
            .int64(Int64(place)), .int64(number),
            .bytes(Array(#"{"notice":"closed","reason":"Zhang rang","result":"r","reports":[{}],"seq":7}"#.utf8)),
            .text(state), .timestamp(microseconds: fixture.now.microseconds),
          ])
      }
      try await fixture.perform(.erase(reason: "asked for"), on: id, by: SampleActors.chief)
      let payloads = try await fixture.pool.query(
        .unprepared("SELECT convert_from(payload, 'UTF8')::jsonb::text FROM deliveries ORDER BY seq"))
      let (bare, whole) = (
        #"{"seq": 7, "notice": "closed"}"#,
        #"{"seq": 7, "notice": "closed", "reason": "Zhang rang", "result": "r", "reports": [{}]}"#
      )
      #expect(try payloads.map { try $0.text(0) } == [bare, bare, whole, bare, bare, whole])
      #expect(try await fixture.number("SELECT count(*) FROM attachments WHERE content <> ''") == 0)
    }
  }

  @Test func thoseWhoReportedAMergedCaseAreStillFound() async throws {
    try await CaseworkFixture.with("merge") { fixture in
      let ids = try await (0..<3).asyncMap { number in
        try await fixture.file(reporter: (name: "R\(number)", phone: "\(number)"))
      }
      try await fixture.perform(.merge(into: ids[1]), on: ids[0], by: SampleActors.dispatcher)
      try await fixture.perform(.merge(into: ids[2]), on: ids[1], by: SampleActors.dispatcher)
      let reporters = try await CaseQueries(pool: fixture.pool).reporters(of: ids[2])
      #expect(reporters.map(\.name) == ["R0", "R1", "R2"])
      #expect(reporters.map(\.caseID) == ids)
      let split = try await fixture.perform(
        .split(category: nil, unit: nil, note: ""), on: ids[2], by: SampleActors.dispatcher)
      let other = try #require(split.value.splitInto.first)
      let inherited = try await CaseQueries(pool: fixture.pool).reporters(of: other)
      #expect(Set(inherited.compactMap(\.name)) == ["R0", "R1", "R2"])
    }
  }
}

@Suite struct PhotoTests {
  @Test func photosAreBoundToTheCaseOrRefused() async throws {
    try await CaseworkFixture.with("photos") { fixture in
      let (id, other) = (try await fixture.file(), try await fixture.file())
      for id in [id, other] {
        try await fixture.route(id)
        try await fixture.perform(.sign, on: id, by: SampleActors.urban)
      }
      try await fixture.attachment("free", by: "user:li")
      try await fixture.attachment("taken", by: "user:li", of: other)
      let end = try await fixture.end()
      await #expect(throws: CommandFault.unknownAttachments(["taken", "none"])) {
        try await fixture.perform(
          .handle(result: "done", photos: ["free", "taken", "none"]), on: id, by: SampleActors.urban)
      }
      #expect(try await fixture.end() == end)
      #expect(try await fixture.number("SELECT count(*) FROM attachments WHERE case_number IS NULL") == 1)
      try await fixture.perform(.handle(result: "done", photos: ["free"]), on: id, by: SampleActors.urban)
      #expect(
        try await fixture.number("SELECT case_number FROM attachments WHERE id = 'free'") == id.number)
    }
  }
}

extension CaseworkFixture {
  fileprivate func attachment(_ name: String, by uploader: String, of id: CaseID? = nil) async throws {
    try await pool.execute(
      .unprepared(
        """
        INSERT INTO attachments (district, id, case_number, media_type, width, height, sha256, content, uploaded_by)
        VALUES ($1, $2, $3, 'image/png', 1, 1, 'x', 'x', $4)
        """), [.text(district.text), .text(name), .int64(id?.number), .text(uploader)])
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
