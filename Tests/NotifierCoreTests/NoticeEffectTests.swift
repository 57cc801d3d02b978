import Casework
import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient
import TestSupport
import Testing

@testable import NotifierCore

@Suite struct NoticeEffectTests {
  @Test func theInboxesOfThoseConcernedAreFilled() async throws {
    try await NoticeFixture.with { notices in
      let fixture = notices.fixture
      try await notices.addUser("li", role: "handler", department: "urban", email: nil)
      try await notices.addUser("desk", role: "dispatcher", email: nil)
      try await notices.addUser("head", role: "supervisor", unit: "s2", email: nil)
      try await notices.dispatched()
      let desked = try await fixture.file(category: "0901", unit: "g4")
      try await fixture.route(desked)
      try await notices.follow()
      #expect(
        try await notices.inbox() == [
          "filed finder", "dispatched handler@d/urban", "filed finder", "desked dispatcher@d", "desked supervisor@s2",
        ])
      #expect(try await notices.deliveries().isEmpty, "no channel has an address")
      #expect(notices.unheard.withLock { $0 }.isEmpty)
    }
  }

  @Test func beginningAgainTellsNobodyTwice() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      try await notices.dispatched()
      let (inbox, deliveries) = (try await notices.inbox(), try await notices.deliveries())
      #expect(deliveries.count == 2)
      try await notices.fixture.pool.execute(
        script: """
          UPDATE inbox SET read_at = clock_timestamp(); UPDATE deliveries SET state = 'delivered', attempts = 1;
          UPDATE positions SET seq = 0, hash = decode(repeat('00', 32), 'hex')
          """)
      try await notices.follow()
      #expect(try await notices.inbox() == inbox)
      #expect(try await notices.deliveries().map(\.state) == ["delivered", "delivered"])
      #expect(try await notices.fixture.number("SELECT count(*) FROM inbox WHERE read_at IS NULL") == 0)
    }
  }

  @Test func aMailGoesToEachHolderOfTheRoleInTheirLanguage() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example", language: "en")
      try await notices.addUser("wang", role: "handler", department: "urban", email: "wang@baoan.example")
      try await notices.addUser("silent", role: "handler", department: "urban", email: nil)
      try await notices.addUser("gone", role: "handler", department: "urban", email: "x@b.example", isDisabled: true)
      try await notices.addUser("wu", role: "handler", department: "water", email: "wu@baoan.example")
      try await notices.addUser("head", role: "supervisor", department: nil, email: "head@baoan.example")
      try await notices.dispatched()
      let deliveries = try await notices.deliveries()
      #expect(deliveries.map(\.channel) == ["smtp:li", "smtp:wang"])
      #expect(deliveries.map(\.target) == ["li@baoan.example", "wang@baoan.example"])
      #expect(deliveries.map(\.language) == ["en", "zh"])
      #expect(deliveries.allSatisfy { $0.inSeconds == 0 && !$0.digest && $0.state == "pending" })
    }
  }

  @Test func whatIsNotUrgentWaitsForTheMorning() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      notices.fixture.advance(seconds: 14 * 3_600)
      try await notices.dispatched()
      #expect(try await notices.deliveries().map(\.inSeconds) == [30_600, 30_600], "23:00 to 07:30")
    }
  }
}
