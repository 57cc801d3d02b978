import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import TestSupport
import Testing

@testable import NotifierCore

/// Whom notices reach as rosters and absences stand in the database.
@Suite struct DutyNoticeTests {
  @Test func aNoticeGoesToThoseOnDutyAndTheirMailToo() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example")
      try await notices.addUser("wang", role: "handler", department: "urban", email: "wang@baoan.example")
      try await notices.addShift("li", "handler@d/urban", hours: 0...8)
      try await notices.addShift("wang", "handler@d/urban", hours: 8...16)
      try await notices.dispatched()
      #expect(try await notices.inbox(.dispatched) == ["dispatched handler@d/urban on li"])
      #expect(try await notices.deliveries().map(\.channel) == ["smtp:li"])
      notices.fixture.advance(seconds: 8 * 3_600)
      try await notices.dispatched()
      #expect(try await notices.inbox(.dispatched).last == "dispatched handler@d/urban on wang")
      #expect(try await notices.deliveries().map(\.channel) == ["smtp:li", "smtp:wang"])
    }
  }

  @Test func whatNobodyOnDutyHearsGoesToTheHeadAndSaysFromWhere() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example")
      try await notices.addUser("chief", role: "supervisor", email: "chief@baoan.example")
      try await notices.addShift("li", "handler@d/urban", hours: 0...8)
      notices.fixture.advance(seconds: 9 * 3_600)
      try await notices.dispatched()
      #expect(try await notices.inbox(.dispatched) == ["dispatched supervisor@d for handler@d/urban"])
      #expect(try await notices.deliveries().map(\.target) == ["chief@baoan.example"])
      #expect(notices.unheard.withLock { $0 }.isEmpty)
    }
  }

  @Test func aNoticeThatNobodyIsThereForWaitsForTheAdministratorsAndIsCounted() async throws {
    try await NoticeFixture.with { notices in
      try await notices.addUser("gone", role: "handler", department: "urban", email: nil, isDisabled: true)
      try await notices.dispatched()
      #expect(try await notices.inbox(.dispatched) == ["dispatched admin@d for handler@d/urban"])
      #expect(
        notices.unheard.withLock { $0 }
          == [UnheardNotice(address: "handler@d/urban", notice: "dispatched", caseID: "d-1")])
    }
  }

  @Test func aSubstituteOfAnotherPostHearsWhileTheOtherIsAway() async throws {
    try await NoticeFixture.with { notices in
      let fixture = notices.fixture
      try await notices.addUser("li", role: "handler", department: "urban", email: nil)
      try await notices.addUser("wu", role: "handler", department: "water", email: nil)
      try await notices.addShift("wu", "handler@d/urban", hours: 0...99, substituteFor: "li")
      try await notices.dispatched()
      let away = DutyEntry(
        id: "leave", post: nil, username: "li", starts: fixture.now, ends: fixture.now + 3_600, createdBy: "user:head")
      try await DutyStore(pool: fixture.pool).add([away], to: "d", at: fixture.now)
      try await notices.dispatched()
      #expect(try await DutyStore(pool: fixture.pool).remove("leave", of: "d", by: "user:head", at: fixture.now))
      try await notices.dispatched()
      #expect(
        try await notices.inbox(.dispatched) == [
          "dispatched handler@d/urban", "dispatched handler@d/urban on wu", "dispatched handler@d/urban",
        ])
    }
  }

  @Test func nothingIsToldBeforeTheRostersOfThatTimeAreKnown() async throws {
    try await NoticeFixture.with { notices in
      let fixture = notices.fixture
      try await notices.duty.refresh()
      fixture.advance(seconds: (DutyStore.bookDaysAhead + 1) * 86_400)
      #expect(notices.duty.book("d", at: fixture.now) == nil)
      try await notices.duty.refresh()
      #expect(notices.duty.book("d", at: fixture.now) != nil)
    }
  }
}
