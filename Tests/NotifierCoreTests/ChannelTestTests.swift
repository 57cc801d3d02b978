import Casework
import CaseworkSupport
import Cryptography
import Domain
import PostgresClient
import TestSupport
import Testing
import Wire

@testable import NotifierCore

@Suite struct ChannelTestTests {
  private func ask(
    _ notices: NoticeFixture, _ channel: ChannelTest.Channel, to target: String = ""
  ) async throws -> String {
    try await ChannelTests(pool: notices.fixture.pool)
      .ask(channel, to: target, in: "d", by: "user:admin", at: notices.fixture.now)
  }

  private func test(_ notices: NoticeFixture, _ id: String) async throws -> ChannelTest {
    try #require(try await ChannelTests(pool: notices.fixture.pool).find(id, of: ["d"]))
  }

  @Test(.timeLimit(.minutes(1))) func aWebhookIsTriedWithASignedAndMarkedNotice() async throws {
    let hook = try await ChildServer.start("hook.py", ["503", "200"])
    try await NoticeFixture.with(webhook: hook) { notices in
      let worker = notices.worker(notices.fixture.pool(role: "gridloop_notifier"))
      let first = try await ask(notices, .webhook)
      #expect(try await test(notices, first).state == .waiting)
      try await worker.drain("d")
      // Told at once, although another try might succeed.
      let failed = try await test(notices, first)
      #expect(failed.state == .failed && failed.fault == "the receiver answered 503")
      let second = try await ask(notices, .webhook)
      try await worker.drain("d")
      #expect(try await test(notices, second).state == .delivered)
      _ = try await hook.next()
      let request = try await hook.next()
      let body = try Base64.standard.decode(request["body"]?.stringValue ?? "")
      let posted = try JSONParser.parse(body)
      #expect(posted["type"] == "channel.test" && posted["data"]?["test"] == true)
      #expect(request["headers"]?["webhook-signature"]?.stringValue?.hasPrefix("v1,") == true)
    }
  }

  @Test(.timeLimit(.minutes(1))) func aMailIsTriedAndSaysWhatItIs() async throws {
    let mail = try await ChildServer.start("mailbox.py")
    try await NoticeFixture.with(mail: mail) { notices in
      let id = try await ask(notices, .smtp, to: "li@baoan.example")
      try await notices.worker().drain("d")
      let received = try await mail.next()
      #expect(received["to"]?.stringValue == "li@baoan.example")
      #expect(received["subject"]?.stringValue == "[样例区] 邮件渠道测试")
      #expect(try await test(notices, id).state == .delivered)
    }
  }

  @Test func aChannelWithoutAnAddressSaysSo() async throws {
    try await NoticeFixture.with { notices in
      let ids = [try await ask(notices, .webhook), try await ask(notices, .smtp, to: "li@baoan.example")]
      try await notices.worker().drain("d")
      for id in ids {
        let failed = try await test(notices, id)
        #expect(failed.state == .failed && failed.fault?.hasPrefix("channel_off:") == true, "\(id)")
      }
      #expect(try await notices.deliveries().isEmpty)
    }
  }
}
