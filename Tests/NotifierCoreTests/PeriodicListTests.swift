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

@Suite struct PeriodicListTests {
  /// So many reports of one incident, all by telephone, from now on one an hour.
  private func call(_ times: Int, _ fixture: CaseworkFixture) async throws -> CaseID {
    let id = try await fixture.file(source: .hotline, reporter: ("Wang", "1"))
    for part in 1..<max(times, 1) {
      fixture.advance(seconds: 3_600)
      try await fixture.pool.execute(
        .unprepared(
          """
          INSERT INTO reports (district, case_number, part, source, submitter, body_hash, seq, received_at,
            reporter_phone)
          VALUES ('d', $1, $2, 'hotline', 'source:line', '', 1, $3, $4)
          """),
        [
          .int64(id.number), .int64(Int64(part)), .timestamp(microseconds: fixture.now.microseconds),
          .text("\(part % 2)"),
        ])
    }
    return id
  }

  private func told(_ notices: NoticeFixture) async throws -> [String] {
    try await notices.fixture.pool.query(
      .unprepared("SELECT begins::text || ' ' || entries FROM periodic_lists ORDER BY begins")
    ).map { try $0.text(0) }
  }

  @Test func thePeriodsBeginOnMondaysAndEndAtEight() throws {
    let zone = try NoticeNetwork.read().policy.calendar.zone
    func last(_ text: String) throws -> String {
      PeriodicLists.lastEnded(at: try Instant(rfc3339: text), zone: zone).description
    }
    // 2026-03-02 is a Monday and the first day of a period.
    #expect(try last("2026-03-02T08:00:00+08:00") == "2026-02-16")
    #expect(try last("2026-03-02T07:59:59+08:00") == "2026-02-02")
    #expect(try last("2026-03-15T23:00:00+08:00") == "2026-02-16")
    #expect(try last("2026-03-16T08:00:00+08:00") == "2026-03-02")
  }

  @Test(.timeLimit(.minutes(5))) func ordersThatCameThreeTimesAreListedOnceEveryTwoWeeks() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      let fixture = notices.fixture
      try await notices.addUser("voice", role: "hotline", email: "voice@baoan.example", language: "en")
      try await notices.addUser("chief", role: "supervisor", email: nil)
      try await notices.duty.refresh()
      try await notices.lists.tellDue("d")
      #expect(try await told(notices) == ["2026-02-16 0"])
      #expect(try await notices.inbox().isEmpty, "nothing was repeated")

      let often = try await call(4, fixture)
      _ = try await call(2, fixture)
      _ = try await call(3, fixture)
      fixture.advance(seconds: 15 * 86_400)
      try await notices.duty.refresh()
      // Two copies, and one that begins anew.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          let lists = notices.lists
          group.addTask { try await lists.tellDue("d") }
        }
        try await group.waitForAll()
      }
      try await notices.lists.tellDue("d")
      #expect(try await told(notices) == ["2026-02-16 0", "2026-03-02 2"])
      #expect(try await notices.inbox() == ["repeated_orders hotline@d", "repeated_orders supervisor@d"])
      let details = try JSONParser.parse(
        try await fixture.pool.query(.unprepared("SELECT details FROM inbox LIMIT 1")).onlyRow().bytes(0))
      #expect(details["count"] == 2)
      #expect(details["cases"]?[0]?["case_id"]?.stringValue == often.description)
      #expect(details["cases"]?[0]?["reports"] == 4 && details["cases"]?[0]?["reporters"] == 2)

      fixture.advance(seconds: 3_600)
      try await notices.worker().drain("d")
      let message = try await mail.next()
      #expect(message["to"]?.stringValue == "voice@baoan.example")
      #expect(message["subject"]?.stringValue == "[Sample District] repeated_orders ")
    }
  }

  @Test func periodsThatTheServiceMissedAreMadeUpFor() async throws {
    try await NoticeFixture.with { notices in
      try await notices.duty.refresh()
      try await notices.lists.tellDue("d")
      notices.fixture.advance(seconds: 43 * 86_400)
      try await notices.duty.refresh()
      try await notices.lists.tellDue("d")
      #expect(try await told(notices) == ["2026-02-16 0", "2026-03-02 0", "2026-03-16 0", "2026-03-30 0"])
    }
  }
}
