import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import PostgresClient
import Testing
import Wire

@testable import ConsoleCore

@Suite("What administrators mend") struct UpkeepTests {
  private static let street = Person(name: "street", role: .admin, unit: "s1")

  /// A console that has the rights of the service alone.
  private func door(_ name: String) async throws -> ConsoleDoor {
    let door = try await ConsoleDoor.open(name)
    _ = try await door.ask(
      .post, "/v1/users", as: .admin,
      body: ["username": "street", "role": "admin", "unit": "s1", "password": .string(ConsoleDoor.password)])
    try await door.fixture.pool.execute(
      script: """
        INSERT INTO quarantine (district, consumer, case_number, first_seq, fault)
        VALUES ('d', 'stats', 1, 1, 'odd'), ('d', 'notifier', 1, 1, 'odd'), ('other', 'stats', 1, 1, 'odd');
        INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload, state,
          attempts, next_attempt_at, last_fault, created_at)
        VALUES ('d', 1, 0, 'webhook', 'https://x', 'filed', 1, 'zh-CN', '', 'failed', 3, now(), '502', now()),
          ('d', 2, 0, 'smtp:li', 'li@x', 'filed', 2, 'zh-CN', '', 'failed', 3, now(), 'timeout: slow', now()),
          ('d', 3, 0, 'webhook', 'https://x', 'filed', 3, 'zh-CN', '', 'delivered', 1, now(), NULL, now()),
          ('d', 0, 1, 'webhook', 'https://x', 'channel_test', 0, 'zh-CN', '', 'failed', 1, now(), '502', now()),
          ('other', 1, 0, 'webhook', 'https://x', 'filed', 1, 'zh-CN', '', 'failed', 3, now(), '502', now());
        """)
    return door
  }

  private func states(_ door: ConsoleDoor) async throws -> [String] {
    try await door.fixture.pool.query(
      .unprepared("SELECT district || seq || state || attempts FROM deliveries ORDER BY district, seq")
    ).map { try $0.text(0) }
  }

  private func acts(_ door: ConsoleDoor) async throws -> [String] {
    try await door.ask(.get, "/v1/access/acts", as: .admin).items.map {
      "\($0["actor"]?.stringValue ?? "") \($0["act"]?.stringValue ?? "") \($0["subject"]?.stringValue ?? "")"
    }
  }

  @Test("A case is released for one consumer, and it is written down who did it")
  func release() async throws {
    let door = try await door("upkeep_release")
    let path = "/v1/quarantine/actions"
    let body: JSONValue = ["action": "release", "case_id": "d-1", "consumer": "stats"]
    #expect(try await door.ask(.post, path, as: .dispatcher, body: body).status == .forbidden)
    let part = try await door.ask(.post, path, as: Self.street, body: body)
    #expect(try part.status == .forbidden && part.code == "whole_district")
    let released = try await door.ask(.post, path, as: .admin, body: body)
    #expect(try released.status == .ok && released.json["released"] == .integer(1))
    #expect(try await door.ask(.post, path, as: .admin, body: body).status == .notFound)
    let foreign: JSONValue = ["action": "release", "case_id": "other-1"]
    #expect(try await door.ask(.post, path, as: .admin, body: foreign).status == .notFound)
    #expect(try await acts(door).first == "user:admin release_case d-1 stats")
    let listed = try await door.ask(.get, "/v1/quarantine", as: .admin).items
    #expect(
      Set(listed.map { "\($0["consumer"]?.stringValue ?? "") \($0["released"] == true)" }) == [
        "stats true", "notifier false",
      ])
    let page = try await door.page("/administration/quarantine", as: .admin).text
    #expect(page.contains("Released, being applied") && page.contains("/v1/quarantine/actions"))
    #expect(try await !door.page("/administration/quarantine", as: Self.street).text.contains("/v1/quarantine/actions"))
    #expect(try await door.page("/administration/log", as: .admin).text.contains("Released from quarantine"))
  }

  @Test("One notice or all that failed are sent again, but neither tests nor what another district sent")
  func resend() async throws {
    let door = try await door("upkeep_resend")
    let path = "/v1/deliveries/actions"
    let one: JSONValue = ["action": "resend", "id": "d.1.0.webhook"]
    #expect(try await door.ask(.post, path, as: Self.street, body: one).status == .forbidden)
    #expect(try await door.ask(.post, path, as: .admin, body: one).json["resent"] == .integer(1))
    #expect(try await states(door) == ["d0failed1", "d1pending0", "d2failed3", "d3delivered1", "other1failed3"])
    let gone = try await door.ask(.post, path, as: .admin, body: ["action": "resend", "id": "d.3.0.webhook"])
    #expect(try gone.status == .conflict && gone.code == "nothing_to_resend")
    let page = try await door.page("/administration/deliveries", as: .admin, language: "zh-CN").text
    #expect(page.contains("d.2.0.smtp:li") && page.contains("邮件 · li") && page.contains("超时 (slow)"))
    let mails: JSONValue = ["action": "resend", "channel": "smtp"]
    #expect(try await door.ask(.post, path, as: .admin, body: mails).json["resent"] == .integer(1))
    #expect(try await states(door)[2] == "d2pending0")
    #expect(try await acts(door).first == "user:admin resend_notices smtp ×1")
  }

  @Test("A channel is tried by the notifier; the console says what became of it, and not too often")
  func channelTests() async throws {
    let door = try await door("upkeep_channels")
    let path = "/v1/channels/webhook/tests"
    #expect(try await door.ask(.post, path, as: Self.street, body: [:]).status == .forbidden)
    let asked = try await door.ask(.post, path, as: .admin, body: [:])
    #expect(try asked.status == .accepted && asked.json["state"] == "waiting" && asked.json["id"] == "d-t1")
    let soon = try await door.ask(.post, path, as: .admin, body: [:])
    #expect(soon.status == .tooManyRequests && soon.headers[.retryAfter] != nil)
    for to in ["", "nobody", "a@b\r\nBcc: c@d", "a@b@c"] {
      let refused = try await door.ask(.post, "/v1/channels/smtp/tests", as: .admin, body: ["to": .string(to)])
      #expect(refused.status == .unprocessableContent, "\(to)")
    }
    #expect(try await door.ask(.post, "/v1/channels/inbox/tests", as: .admin, body: [:]).status == .notFound)

    // What the notifier writes: the delivery of that number, which has failed already in this fixture.
    try await door.fixture.pool.execute(script: "UPDATE channel_tests SET taken_at = now()")
    let test = try await door.ask(.get, "/v1/channels/tests/d-t1", as: .admin)
    #expect(try test.json["state"] == "failed" && test.json["fault"] == "502")
    try await door.fixture.pool.execute(script: "UPDATE deliveries SET state = 'delivered' WHERE seq = 0")
    #expect(try await door.ask(.get, "/v1/channels/tests/d-t1", as: .admin).json["state"] == "delivered")
    let page = try await door.page("/administration/channels", as: .admin).text
    #expect(page.contains("Arrived") && page.contains("data-watch=\"/v1/channels/tests/\""))
    #expect(try await acts(door).first == "user:admin test_channel webhook")
  }

  @Test("Tests of one channel are five seconds apart, and twenty in an hour")
  func limits() {
    let limiter = ChannelTestLimiter()
    var now: Int64 = 0
    #expect(limiter.begin("d", .smtp, now: now) == nil)
    #expect(limiter.begin("d", .smtp, now: now + 1_500_000) == 4)
    #expect(limiter.begin("d", .webhook, now: now) == nil)
    for _ in 1..<ChannelTestLimiter.maxTests {
      now += 5_000_000
      #expect(limiter.begin("d", .smtp, now: now) == nil)
    }
    #expect(limiter.begin("d", .smtp, now: now + 5_000_000) == 3_500)
    #expect(limiter.begin("d", .smtp, now: 3_600_000_000) == nil)
  }
}
