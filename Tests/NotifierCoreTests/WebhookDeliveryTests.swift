import Casework
import CaseworkSupport
import Cryptography
import Domain
import GridNetwork
import Operations
import Platform
import PostgresClient
import TestSupport
import Testing
import Wire

@testable import NotifierCore

@Suite struct WebhookDeliveryTests {
  @Test(.timeLimit(.minutes(5))) func aNoticeIsPostedAndSigned() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      let id = try await notices.dispatched()
      try await notices.worker().drain("d")
      let requests = [try await hook.next(), try await hook.next()]
      let headers = try #require(requests[1]["headers"])
      let body = try Base64.standard.decode(requests[1]["body"]?.stringValue ?? "")
      let identifier = try #require(headers["webhook-id"]?.stringValue)
      let timestamp = try #require(headers["webhook-timestamp"]?.stringValue)
      #expect(timestamp == "\(notices.fixture.clock.microseconds / 1_000_000)")
      let signed = Array("\(identifier).\(timestamp).".utf8) + body
      let code = HMACSHA256.code(of: signed, key: NoticeFixture.secret)
      #expect(headers["webhook-signature"]?.stringValue == "v1,\(Base64.standard.encode(code))")
      #expect(requests[1]["path"]?.stringValue == "/notices")
      let data = try #require(
        try requests.map { request in
          try JSONParser.parse(try Base64.standard.decode(request["body"]?.stringValue ?? ""))
        }.first { $0["type"]?.stringValue == "case.dispatched" })
      #expect(data["timestamp"]?.stringValue == "2026-03-02T01:00:00Z")
      #expect(data["data"]?["case_id"]?.stringValue == id.description)
      #expect(data["data"]?["department_code"]?.stringValue == "urban")
      #expect(
        try await notices.deliveries().allSatisfy { $0.state == "delivered" && $0.isDelivered && $0.attempts == 1 })
    }
  }

  @Test(.timeLimit(.minutes(5))) func aFaultThatMayPassIsTriedAgainAtThePolicysTimesAndThenShown() async throws {
    let hook = try await ChildServer.start("hook.py", ["503", "502", "500", "200"])
    try await NoticeFixture.with(webhook: hook) { notices in
      let (fixture, worker) = (notices.fixture, notices.worker())
      try await fixture.file()
      try await notices.follow()
      var seen: [[String]] = []
      for seconds: Int64 in [0, 59, 1, 299, 1, 3_600] {
        fixture.advance(seconds: seconds)
        try await worker.drain("d")
        let row = try await notices.deliveries()[0]
        seen.append(["\(row.attempts)", row.state, "\(row.inSeconds)", row.fault ?? ""])
      }
      #expect(seen[0] == ["1", "pending", "60", "the receiver answered 503"])
      #expect(seen[1] == ["1", "pending", "1", "the receiver answered 503"])
      #expect(seen[2] == ["2", "pending", "300", "the receiver answered 502"])
      #expect(seen[4].prefix(2) == ["3", "failed"] && seen[4][3] == "the receiver answered 500")
      #expect(seen[5].prefix(2) == ["3", "failed"], "not tried again by itself")
      let identifiers = try await [hook.next(), hook.next(), hook.next()].map {
        $0["headers"]?["webhook-id"]?.stringValue
      }
      #expect(Set(identifiers).count == 1, "a receiver can tell a repeat")

      // What an operator does.
      try await fixture.pool.execute(script: "UPDATE deliveries SET state = 'pending', attempts = 0")
      try await worker.drain("d")
      #expect(try await notices.deliveries().map(\.state) == ["delivered"])
    }
  }

  @Test(.timeLimit(.minutes(5))) func noAnswerIsAFaultThatMayPass() async throws {
    let hook = try await ChildServer.start("hook.py", ["hang"])
    try await NoticeFixture.with(webhook: hook, files: NoticeNetwork.impatient) { notices in
      let channels = try #require(notices.fixture.policies.current("d")?.channels)
      #expect(channels.webhook == nil, "the address comes from the settings")
      #expect(channels.webhookTimeoutSeconds == 1, "and the time from the policy")
      try await notices.fixture.file()
      try await notices.follow()
      try await notices.worker().drain("d")
      let row = try await notices.deliveries()[0]
      #expect(row.attempts == 1 && row.state == "pending" && row.inSeconds == 60)
      #expect(row.fault?.hasPrefix("timeout:") == true)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aFinalRefusalIsNotTriedAgain() async throws {
    let hook = try await ChildServer.start("hook.py", ["410"])
    try await NoticeFixture.with(webhook: hook) { notices in
      try await notices.fixture.file()
      try await notices.follow()
      try await notices.worker().drain("d")
      let row = try await notices.deliveries()[0]
      #expect(row.state == "failed" && row.attempts == 1 && row.fault == "the receiver answered 410")
      #expect(!row.isDelivered)
    }
  }

  @Test(.timeLimit(.minutes(5))) func severalCopiesSendEachNoticeOnce() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      try await notices.fixture.append(try (0..<100).map { _ in try notices.fixture.filing() })
      try await notices.follow()
      let pools = [notices.fixture.pool(), notices.fixture.pool(), notices.fixture.pool()]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for pool in pools {
          let worker = notices.worker(pool)
          group.addTask { try await worker.drain("d") }
        }
        try await group.waitForAll()
      }
      var identifiers: [String] = []
      for _ in 0..<100 { identifiers.append(try await hook.next()["headers"]?["webhook-id"]?.stringValue ?? "") }
      #expect(Set(identifiers).count == 100)
      #expect(try await notices.deliveries().allSatisfy { $0.state == "delivered" && $0.attempts == 1 })
      for pool in pools { await pool.close() }
    }
  }

  @Test(.timeLimit(.minutes(5))) func whatADeadCopyHadClaimedIsSentAfterItsLease() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      let fixture = notices.fixture
      try await fixture.file()
      try await notices.follow()
      let queue = DeliveryQueue(district: "d", pool: fixture.pool)
      #expect(try await queue.claim(at: fixture.now).count == 1)
      try await notices.worker().drain("d")
      #expect(try await notices.deliveries()[0].state == "pending")
      fixture.advance(seconds: DeliveryQueue.leaseSeconds)
      try await notices.worker().drain("d")
      #expect(try await notices.deliveries()[0].state == "delivered")
      #expect(try await notices.deliveries()[0].attempts == 2)
    }
  }

  @Test(.timeLimit(.minutes(5))) func theRunningWorkerSendsByItself() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      let readiness = Readiness()
      let worker = notices.worker(readiness: readiness)
      let task = Task { await worker.run() }
      try await notices.dispatched()
      _ = try await hook.next()
      _ = try await hook.next()
      let isReady = await eventually { readiness.results.allSatisfy { $0.failure == nil } }
      #expect(isReady)
      task.cancel()
      await task.value
    }
  }

  @Test(.timeLimit(.minutes(5))) func nothingIsPostedUnsigned() async throws {
    let hook = try await ChildServer.start("hook.py")
    try await NoticeFixture.with(webhook: hook) { notices in
      try await notices.dispatched()
      try await notices.worker(notices.outlets, secret: nil).drain("d")
      let rows = try await notices.deliveries()
      #expect(rows.allSatisfy { $0.state == "pending" && $0.fault?.contains("GRIDLOOP_WEBHOOK_SECRET") == true })
    }
  }
}
