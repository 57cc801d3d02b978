import Casework
import CaseworkSupport
import Cryptography
import Domain
import GridNetwork
import Journal
import PostgresClient
import TestSupport
import Testing
import Wire

@testable import NotifierCore

/// Every reporter of a case hears how it ended, and each platform under the number of its own report.
@Suite struct ReporterNoticeTests {
  /// A report that joins a case, as the intake does it.
  private func join(
    _ id: CaseID, by actor: Actor, source: ReportSource, externalID: String?, part: Int64,
    _ fixture: CaseworkFixture
  ) async throws {
    let loaded = try await fixture.load(id)
    let digest = SHA256.digest(of: "again")
    let draft = CaseMachine.join(loaded.value, source: source, contentDigest: digest, by: actor, now: fixture.now)
    let appended = try await fixture.append([CaseChange(loaded, draft, policy: try fixture.policy)])
    try await fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO reports (district, case_number, part, source, submitter, external_id, body_hash, seq, received_at)
        VALUES ('d', $1, $2, $3, $4, $5, $6, $7, $8)
        """),
      [
        .int64(id.number), .int64(part), .text(source.rawValue), .text(actor.text), .text(externalID),
        .bytes(digest), .int64(appended.run.firstSeq), .timestamp(microseconds: fixture.now.microseconds),
      ])
  }

  private func close(_ id: CaseID, _ fixture: CaseworkFixture) async throws {
    try await fixture.perform(.sign, on: id, by: SampleActors.urban)
    try await fixture.perform(
      .handle(result: "cleared", checklist: ["clean", "swept"], photos: []), on: id, by: SampleActors.urban)
    try await fixture.perform(.verify(passed: true, note: ""), on: id, by: SampleActors.officer)
  }

  @Test(.timeLimit(.minutes(5))) func allReportersOfACaseHearThatItIsClosedOnce() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      let fixture = notices.fixture
      let second = Actor(kind: .user, name: "second", role: .officer, unit: "g1")
      let camera = Actor(kind: .source, name: "camera", role: .source, unit: "d")
      let line = Actor(kind: .source, name: "line", role: .source, unit: "d")
      let id = try await fixture.file()
      try await fixture.route(id)
      try await join(id, by: second, source: .officer, externalID: nil, part: 2, fixture)
      try await join(id, by: camera, source: .camera, externalID: "cam-7", part: 3, fixture)
      try await join(id, by: second, source: .officer, externalID: nil, part: 4, fixture)
      let third = Actor(kind: .user, name: "third", role: .officer, unit: "g1")
      let other = try await fixture.file(by: third)
      try await join(other, by: line, source: .hotline, externalID: "12345-1", part: 1, fixture)
      try await join(other, by: second, source: .officer, externalID: nil, part: 2, fixture)
      try await fixture.perform(.merge(into: id), on: other, by: SampleActors.dispatcher)
      try await close(id, fixture)
      try await notices.follow()
      #expect(try await notices.inbox(.closed) == ["closed finder", "closed second", "closed third"])
      #expect(try await notices.inbox(.merged).suffix(2) == ["merged third", "merged second"], "of the other case")

      try await fixture.pool.execute(script: "DELETE FROM deliveries WHERE notice <> 'closed'")
      try await notices.worker().drain("d")
      let body = try JSONParser.parse(try Base64.standard.decode(try await hook.next()["body"]?.stringValue ?? ""))
      #expect(body["type"] == "case.closed" && body["data"]?["result"] == "cleared")
      let reports = body["data"]?["reports"]?.arrayValue ?? []
      #expect(reports.map { $0["external_id"]?.stringValue } == ["cam-7", "12345-1"])
      #expect(reports.map { $0["submitter"]?.stringValue } == ["source:camera", "source:line"])
      #expect(reports.map { $0["case_id"]?.stringValue } == ["d-1", "d-2"])
    }
  }

  @Test(.timeLimit(.minutes(5))) func aPlatformHearsOfItsOwnReportThatJoined() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      let fixture = notices.fixture
      let camera = Actor(kind: .source, name: "camera", role: .source, unit: "d")
      let id = try await fixture.file()
      try await join(id, by: camera, source: .camera, externalID: "cam-8", part: 1, fixture)
      try await join(id, by: camera, source: .camera, externalID: "cam-9", part: 2, fixture)
      try await notices.follow()
      let payloads = try await fixture.pool.query(
        .unprepared("SELECT payload FROM deliveries WHERE channel = 'webhook' ORDER BY seq")
      ).map { try JSONParser.parse(try $0.bytes(0)) }
      #expect(payloads.map { $0["notice"]?.stringValue } == ["filed"], "joining is told in the inbox alone here")
      #expect(payloads[0]["reports"]?.arrayValue?.isEmpty == true, "the first has no number elsewhere")
    }
  }

  @Test func beginningAgainTellsReportersNothingNew() async throws {
    try await NoticeFixture.with { notices in
      let fixture = notices.fixture
      let id = try await fixture.file()
      try await fixture.route(id)
      try await close(id, fixture)
      try await notices.follow()
      let before = try await notices.inbox()
      try await fixture.perform(.reopen(reason: "dirty again"), on: id, by: SampleActors.chief)
      let second = Actor(kind: .user, name: "second", role: .officer, unit: "g1")
      try await join(id, by: second, source: .officer, externalID: nil, part: 9, fixture)
      try await notices.follow()
      try await fixture.pool.execute(
        script: "UPDATE positions SET seq = 0, hash = decode(repeat('00', 32), 'hex')")
      try await notices.follow()
      #expect(Array(try await notices.inbox().prefix(before.count)) == before)
      #expect(try await notices.inbox(.closed) == ["closed finder"], "who joined later did not hear then")
    }
  }
}
