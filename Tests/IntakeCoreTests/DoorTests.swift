import Domain
import HTTPTypes
import Hummingbird
import MessageBus
import NIOCore
import Testing
import Wire

@testable import IntakeCore

@Suite struct DoorTests {
  static let good = """
    {"source":"officer","category":"E0102","description":"bags","location":{"lat":22.555,"lng":113.905},
     "external_id":"x-1"}
    """

  @Test func answersAsTheContractSays() async throws {
    let fixture = try await IntakeFixture.make("contract")
    let key = try await fixture.key()
    let first = try await fixture.router.report(Self.good, key: key, idempotencyKey: "k")
    #expect(first.status == 201)
    let expected = """
      {"case_id":"440306-1","state":"filed","district":"440306","unit":{"grid":"440306017001001",\
      "community":"440306017001","street":"440306017","district":"440306"},"seq":1}
      """
    #expect(first.text == expected)
    let again = try await fixture.router.report(Self.good, key: key, idempotencyKey: "k")
    #expect(again.status == 200 && again.text == expected)
    let other = Self.good.replacing("bags", with: "boxes")
    let mismatch = try await fixture.router.report(other, key: key, idempotencyKey: "k")
    #expect(mismatch.status == 422 && mismatch.code == "idempotency_mismatch")
    #expect(mismatch.headers[.contentType] == "application/problem+json")
    let joined = try await fixture.router.report(
      other.replacing("x-1", with: "x-2"), key: key, idempotencyKey: "k2")
    #expect(joined.status == 201)
    #expect(try joined.document["duplicate_of"] == "440306-1" && joined.document["seq"] == 2)
  }

  @Test func wakesTheDispatcherAndPublishesTheRun() async throws {
    let fixture = try await IntakeFixture.make("publish")
    let inbox = fixture.bus.subscribe(prefix: Topics.events(IntakeFixture.district))
    _ = try await fixture.router.report(Self.good, key: try await fixture.key())
    let events = await inbox.nextBatch(maxEvents: 10)
    guard case .message(let message)? = events.first else {
      Issue.record("nothing was published")
      return
    }
    let run = try JournalRun(decoding: message.frames[0])
    #expect(run.firstSeq == 1 && run.entries.map(\.kind) == ["filed"])
  }

  @Test func listsEveryFaultAtOnce() async throws {
    let fixture = try await IntakeFixture.make("faults")
    let key = try await fixture.key()
    let bad = """
      {"source":"ghost","category":"no-such","location":{"lat":91,"lng":"x","height":3},"occurred_at":"yesterday",
       "urgent":"yes","reporter":{"phone":"call me"},"on_spot":{},"attachments":["a","a"],"colour":"red"}
      """
    let answer = try await fixture.router.report(bad, key: key)
    #expect(answer.status == 422 && answer.code == "invalid_report")
    #expect(
      try answer.fields == [
        "source": "unknown_value", "category": "unknown_category", "description": "missing",
        "location.lat": "out_of_range", "location.lng": "invalid_type", "location.height": "unknown_field",
        "occurred_at": "malformed_time", "urgent": "invalid_type", "reporter.phone": "malformed_phone",
        "on_spot.action": "missing", "attachments.1": "duplicate", "colour": "unknown_field",
      ])
    #expect(try await fixture.counts() == [0, 0, 0, 0, 0, 0])
  }

  static let refused: [(body: String, status: Int, code: String)] = [
    (good.replacing("22.555", with: "0.5"), 422, "outside_network"),
    (good.replacing("\"E0102\"", with: "\"E01\""), 422, "invalid_report"),
    (good.replacing("bags", with: String(repeating: "长", count: 4_001)), 422, "invalid_report"),
    (good.replacing("\"lat\":22.555", with: "\"lat\":NaN"), 400, "malformed_json"),
    (good.replacing("\"lat\":22.555", with: "\"lat\":1e999"), 400, "malformed_json"),
    (good.replacing("bags", with: "a\\u0000b"), 400, "nul_character"),
    (good.replacing("bags", with: "\\ud800"), 400, "malformed_json"),
    (good.replacing("\"x-1\"", with: "\"x-1\",\"occurred_at\":\"2099-01-01T00:00:00Z\""), 422, "invalid_report"),
    (good.replacing("\"x-1\"", with: "\"x-1\",\"attachments\":[\"ffff\"]"), 422, "invalid_report"),
    (good.replacing("{\"lat\":22.555,\"lng\":113.905}", with: "{\"unit\":\"999\"}"), 422, "invalid_report"),
    (good.replacing("{\"lat\":22.555,\"lng\":113.905}", with: "{}"), 422, "invalid_report"),
    (good.replacing("\"lng\":113.905", with: "\"lng\":113.905,\"unit\":\"440306\""), 422, "invalid_report"),
    ("[]", 422, "invalid_report"), ("", 400, "malformed_json"), ("{\"a\":", 400, "malformed_json"),
    (String(repeating: "[", count: 100), 400, "malformed_json"),
    ("{\"source\":\"officer\",\"source\":\"officer\"}", 400, "malformed_json"),
    (String(repeating: " ", count: 70_000), 413, "too_large"),
  ]

  @Test func whatIsRefusedChangesNothing() async throws {
    let fixture = try await IntakeFixture.make("refused")
    let key = try await fixture.key()
    for (body, status, code) in Self.refused {
      let answer = try await fixture.router.report(body, key: key)
      #expect(answer.status == status && answer.code == code, "\(body.prefix(80))")
    }
    let broken = try await fixture.router.send(
      .post, "/v1/reports",
      RequestBody(buffer: ByteBuffer(bytes: Array("{\"source\":\"".utf8) + [0xFF, 0xC0] + Array("\"}".utf8))),
      headers: ["content-type": "application/json", "authorization": key])
    #expect(broken.status == 400 && broken.code == "invalid_utf8")
    let text = try await fixture.router.send(
      .post, "/v1/reports", Self.good, headers: ["content-type": "text/plain", "authorization": key])
    #expect(text.status == 415)
    let badKey = try await fixture.router.report(Self.good, key: key, idempotencyKey: "~own")
    #expect(badKey.status == 400 && badKey.code == "invalid_idempotency_key")
    #expect(try await fixture.counts() == [0, 0, 0, 0, 0, 0])
  }

  @Test func asksWhoSendsAndFromWhere() async throws {
    let fixture = try await IntakeFixture.make("senders_door")
    #expect(try await fixture.router.report(Self.good, key: nil).status == 401)
    #expect(try await fixture.router.report(Self.good, key: "ApiKey glk_440306-000000000000_x").status == 401)
    let auditor = try await fixture.key(name: "reader", role: .auditor)
    #expect(try await fixture.router.report(Self.good, key: auditor).status == 403)
    let elsewhere = try await fixture.key(name: "west", unit: "440306018")
    let answer = try await fixture.router.report(Self.good, key: elsewhere)
    #expect(answer.status == 403 && answer.code == "outside_unit")
    let bound = try await fixture.key(name: "bound", source: "camera")
    #expect(try await fixture.router.report(Self.good, key: bound).fields == ["source": "not_your_source"])
    #expect(try await fixture.counts() == [0, 0, 0, 0, 0, 0])
  }

  @Test func aPlaceInWordsGoesToTheSendersUnit() async throws {
    let fixture = try await IntakeFixture.make("address")
    let body = Self.good.replacing("{\"lat\":22.555,\"lng\":113.905}", with: "{\"address\":\"1 Some Road\"}")
    let answer = try await fixture.router.report(body, key: try await fixture.key())
    #expect(answer.status == 201)
    #expect(try answer.document["unit"] == ["district": "440306"])
  }

  @Test func aCitizensReportWaitsForVerification() async throws {
    let fixture = try await IntakeFixture.make("verify_first")
    let body = Self.good.replacing("\"officer\"", with: "\"citizen\"")
    let answer = try await fixture.router.report(body, key: try await fixture.key())
    #expect(try answer.document["state"] == "reported")
  }
}
