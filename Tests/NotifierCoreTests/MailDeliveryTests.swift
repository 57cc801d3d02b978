import Casework
import CaseworkSupport
import Domain
import Journal
import Operations
import PostgresClient
import TestSupport
import Testing
import Transfer
import Wire

@testable import NotifierCore

@Suite struct MailDeliveryTests {
  private func text(_ value: JSONValue, _ key: String) -> String { value[key]?.stringValue ?? "" }

  @Test(.timeLimit(.minutes(5))) func aMailIsReadInTheReceiversLanguage() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example", language: "en")
      try await notices.addUser("wang", role: "handler", department: "urban", email: "wang@baoan.example")
      try await notices.dispatched()
      try await notices.worker().drain("d")
      let mails = [try await mail.next(), try await mail.next()].sorted { text($0, "to") < text($1, "to") }
      #expect(mails.map { text($0, "to") } == ["li@baoan.example", "wang@baoan.example"])
      #expect(mails.allSatisfy { text($0, "sender") == "gridloop@baoan.example" })
      #expect(text(mails[0], "from") == "Sample District <gridloop@baoan.example>")
      #expect(text(mails[0], "subject") == "[Sample District] dispatched d-1")
      #expect(text(mails[0], "text").hasPrefix("Exposed rubbish at Grid One, Urban Management, due 2026-03-02 11:00"))
      #expect(text(mails[1], "from") == "样例区 <gridloop@baoan.example>")
      #expect(text(mails[1], "subject") == "[样例区] dispatched 案件 d-1")
      #expect(text(mails[1], "text").hasPrefix("一格的暴露垃圾,城管局"))
      #expect(text(mails[0], "date") == "Mon, 02 Mar 2026 09:00:00 +0800")
      #expect(text(mails[0], "id") != text(mails[1], "id"))
      #expect(try await notices.deliveries().allSatisfy { $0.state == "delivered" })
    }
  }

  @Test(.timeLimit(.minutes(5))) func aDigestIsOneMailOfMany() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      let fixture = notices.fixture
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example", language: "en")
      var ids: [CaseID] = []
      for _ in 0..<3 { ids.append(try await notices.dispatched()) }
      try await notices.worker().drain("d")
      for _ in 0..<3 { _ = try await mail.next() }
      // An hour later half the time of signing is used: three reminders, gathered for 14:00.
      fixture.advance(seconds: 3_600)
      let policy = try fixture.policy
      for id in ids {
        let loaded = try await fixture.load(id)
        let wake = try #require(
          LadderMachine.firstWake(loaded.value.clocks[0], traits: loaded.value.traits(policy: policy), policy: policy))
        let outcome = try #require(
          LadderMachine.fire(
            wake, loaded.value, id: id, by: .service("escalation"), policy: policy, now: fixture.now))
        try await fixture.append([CaseChange(loaded, outcome.draft, policy: policy)])
      }
      try await notices.follow()
      let reminders = try await notices.deliveries().filter(\.digest)
      #expect(reminders.map(\.notice) == ["remind", "remind", "remind"])
      #expect(reminders.allSatisfy { $0.inSeconds == 4 * 3_600 })
      try await notices.worker().drain("d")
      #expect(try await notices.deliveries().filter(\.digest).allSatisfy { $0.state == "pending" })
      fixture.advance(seconds: 4 * 3_600)
      try await notices.worker().drain("d")
      let digest = try await mail.next()
      #expect(text(digest, "subject") == "[Sample District] remind d-1 (+2)")
      #expect(text(digest, "text").components(of: "Exposed rubbish") == 3)
      #expect(try await notices.deliveries().filter(\.digest).allSatisfy { $0.state == "delivered" })
    }
  }

  @Test(.timeLimit(.minutes(5))) func whatTheMailServerSaysDecides() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      try await notices.addUser("a", role: "handler", department: "urban", email: "permanent@baoan.example")
      try await notices.addUser("b", role: "handler", department: "urban", email: "temporary@baoan.example")
      try await notices.addUser("c", role: "handler", department: "urban", email: "fine@baoan.example")
      try await notices.dispatched()
      try await notices.worker().drain("d")
      let rows = try await notices.deliveries()
      #expect(rows.map(\.state) == ["failed", "pending", "delivered"])
      #expect(rows[0].fault?.hasPrefix("refused_permanently") == true)
      #expect(rows[1].fault?.hasPrefix("refused_temporarily") == true && rows[1].inSeconds == 60)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aChannelThatWasSwitchedOffIsShownAndNotLost() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example")
      try await notices.dispatched()
      let off = notices.worker(NoticeOutlets())
      try await off.drain("d")
      let row = try await notices.deliveries()[0]
      #expect(row.state == "pending" && row.fault == "the channel has no address any more" && row.inSeconds == 60)
      notices.fixture.advance(seconds: 60)
      try await notices.worker().drain("d")
      #expect(try await notices.deliveries()[0].state == "delivered")
    }
  }

  @Test(.timeLimit(.minutes(5))) func aMailServerThatANewPolicyNamesIsUsedWithoutARestart() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with { notices in
      let fixture = notices.fixture
      try await notices.addUser("li", role: "handler", department: "urban", email: "li@baoan.example", language: "en")
      let worker = notices.worker(NoticeOutlets(), consoleURL: "https://grid.example")
      try await notices.dispatched()
      #expect(try await notices.deliveries().isEmpty, "no channel has an address")
      var files = NoticeNetwork.files
      let server = "smtp: {host: 127.0.0.1, port: \(mail.port), sender: grid@baoan.example, tls: false}\n"
      files["channels.yaml"] = Array(server.utf8) + (files["channels.yaml"] ?? [])
      files["templates/dispatched.en.txt"] = Array("New {case_id}\n\nSee it.\n{link}\n".utf8)
      try await CaseworkFixture.load(files, version: 2, pool: fixture.pool)
      try await fixture.policies.refresh()
      try await notices.dispatched()
      try await worker.drain("d")
      let message = try await mail.next()
      #expect(text(message, "sender") == "grid@baoan.example")
      #expect(text(message, "text").contains("https://grid.example/?case=d-2"))
    }
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
