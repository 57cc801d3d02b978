import Casework
import CaseworkSupport
import Cryptography
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import TestSupport
import Testing
import Wire

@testable import NotifierCore

/// What services ask for is told like what the journal says: by roster, with fallbacks, on every channel, in words.
@Suite struct AskedNoticeTests {
  private func ask(_ notices: NoticeFixture, _ id: CaseID, hearers: [String] = ["handler@d/urban"]) async throws {
    let notice = AskedNotice(
      id: "statement_due/record", kind: .statementDue, caseNumber: id.number, unit: "g1", department: "urban",
      hearers: hearers.compactMap { ReceiverAddress($0) }, askedAt: notices.fixture.now,
      details: [
        "accountability_id": "record", "clock": "sign",
        "due_at_microseconds": .integer(notices.fixture.now.microseconds),
      ])
    _ = try await notices.fixture.pool.pipeline([notice.asking(in: "d"), notice.asking(in: "d")])
  }

  @Test(.timeLimit(.minutes(5))) func aLateStatementReachesThoseOnDutyOnEveryChannelOnce() async throws {
    let hook = try await ChildServer.start("hook.py")
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(webhook: hook, mail: mail) { notices in
      let fixture = notices.fixture
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example", language: "en")
      try await notices.addUser("wang", role: "handler", department: "urban", email: "wang@baoan.example")
      try await notices.addUser("chief", role: "supervisor", email: nil)
      try await notices.addShift("li", "handler@d/urban", hours: 0...8)
      let id = try await fixture.file()
      try await notices.duty.refresh()
      try await ask(notices, id)
      // Two copies at once.
      let pools = [fixture.pool(), fixture.pool()]
      let told = try await withThrowingTaskGroup(of: Int.self) { group in
        for pool in pools { group.addTask { try await notices.asked(pool).tell("d") } }
        return try await group.reduce(0, +)
      }
      for pool in pools { await pool.close() }
      #expect(told == 1)
      #expect(try await notices.asked.tell("d") == 0)
      #expect(
        try await notices.inbox() == [
          "statement_due handler@d/urban on li", "statement_due supervisor@d",
          "statement_due supervisor@d for inspector@d",
        ], "nobody inspects: the head hears of it instead")
      #expect(try await notices.deliveries().map(\.channel) == ["smtp:li", "webhook"])
      try await notices.worker().drain("d")
      let message = try await mail.next()
      #expect(message["to"]?.stringValue == "li@baoan.example")
      #expect(message["subject"]?.stringValue == "[Sample District] statement_due \(id)")
      let body = try #require(try await hook.next()["body"]?.stringValue)
      let posted = try JSONParser.parse(try Base64.standard.decode(body))
      #expect(posted["type"] == "case.statement_due")
      #expect(posted["data"]?["accountability_id"] == "record" && posted["data"]?["department_code"] == "urban")
      #expect(posted["data"]?["state"] == "filed" && posted["data"]?["event"]?.isNull == true)
    }
  }

  @Test func whatNobodyHearsIsCounted() async throws {
    try await NoticeFixture.with { notices in
      let id = try await notices.fixture.file()
      try await notices.duty.refresh()
      try await ask(notices, id, hearers: [])
      try await notices.asked.tell("d")
      #expect(
        try await notices.inbox() == [
          "statement_due admin@d for supervisor@d", "statement_due admin@d for inspector@d",
        ])
      #expect(notices.unheard.withLock { $0 }.map(\.address) == ["supervisor@d", "inspector@d"])
    }
  }

  @Test func severalBesideOneEventAndAListHavePlacesOfTheirOwn() async throws {
    try await NoticeFixture.with { notices in
      let fixture = notices.fixture
      let id = try await fixture.file()
      try await notices.duty.refresh()
      try await ask(notices, id)
      try await notices.asked.tell("d")
      let check = AskedNotice(
        id: "self_check/2026-03-02", kind: .selfCheck, caseNumber: nil, unit: "d", hearers: [], askedAt: fixture.now,
        details: ["count": 3])
      _ = try await fixture.pool.pipeline([check.asking(in: "d")])
      try await notices.asked.tell("d")
      let rows = try await fixture.pool.query(
        .unprepared("SELECT DISTINCT seq, part, notice, case_number, details FROM inbox ORDER BY part"))
      #expect(
        try rows.map { try $0.text(2) } == Array(repeating: "statement_due", count: 3) + ["self_check", "self_check"])
      #expect(try rows.map { try $0.int64(3) } == [id.number, id.number, id.number, 0, 0])
      #expect(try JSONParser.parse(rows[4].bytes(4))["count"] == 3)
    }
  }

  /// A network that does not name the kind is not silent about it.
  @Test func aNetworkWithoutARuleStillTellsThoseWhomTheRequestNames() throws {
    var files = NoticeNetwork.files
    let kinds: [NoticeKind] = [.statementDue, .selfCheck]
    let lines = String(decoding: files["channels.yaml"] ?? [], as: UTF8.self).split(separator: "\n")
    files["channels.yaml"] = Array(
      lines.filter { line in !kinds.contains { line.contains("kind: \($0.rawValue),") } }.joined(separator: "\n").utf8)
    for kind in kinds {
      for language in ["zh", "en"] { files["templates/\(kind.rawValue).\(language).txt"] = nil }
    }
    let network = try NetworkReader.read(MemorySource(files: files), version: 1, geometry: .skip)
    for kind in kinds {
      #expect(network.channels.notices[kind] == nil)
      let rule = try #require(NoticeRule.of(kind, network.channels, network.policy))
      #expect(rule.to.isEmpty && rule.channels == [.inbox])
    }
  }
}
