import Casework
import Domain
import Hummingbird
import NIOCore
import Platform
import PostgresClient
import Testing
import Wire

@testable import IntakeCore

@Suite struct RightsTests {
  @Test func theServicesOwnRoleIsEnoughForSuppressionsAndCities() async throws {
    let owner = try await IntakeFixture.make("rights_city", files: SmallNetwork.city)
    let key = try await owner.key(name: "declared", unit: "440300", district: "440300")
    let now = Instant(microseconds: owner.clock.microseconds)
    let draft = SuppressionDraft(
      reason: "storm", unit: "440306", categories: ["E01"], until: now.adding(seconds: 60))
    _ = try await SuppressionStore(pool: owner.pool).add(draft, district: "440306", by: "user:wu", at: now)
    var configuration = owner.configuration
    configuration.role = "gridloop_intake"
    let fixture = try await IntakeFixture(configuration, clock: owner.clock)
    try await fixture.suppressions.refresh()
    let image = try await fixture.router.send(
      .post, "/v1/attachments", RequestBody(buffer: ByteBuffer(bytes: try ImageTests.image("a.png"))),
      headers: ["content-type": "image/png", "authorization": key])
    let id = try #require(try image.document["id"]?.stringValue)
    let report = DoorTests.good.replacing("\"x-1\"", with: "\"x-1\",\"attachments\":[\"\(id)\"]")
    #expect(try await fixture.router.report(report, key: key, idempotencyKey: "k").status == 201)
    let far = DoorTests.good.replacing("x-1", with: "x-2").replacing("22.555", with: "22.559")
    #expect(try await fixture.router.report(far, key: key).document["duplicate_of"] == "440306-1")
    let east = DoorTests.good.replacing("113.905", with: "113.915")
    #expect(try await fixture.router.report(east, key: key, idempotencyKey: "k").code == "idempotency_mismatch")
    let sent = try await fixture.router.send(
      .get, "/v1/reports?external_id=x-2", headers: ["authorization": key])
    #expect(try sent.document["case_id"] == "440306-1")
  }

  @Test func theServicesOwnRoleIsEnough() async throws {
    let owner = try await IntakeFixture.make("rights")
    let key = try await owner.key()
    var configuration = owner.configuration
    configuration.role = "gridloop_intake"
    let fixture = try await IntakeFixture(configuration, clock: owner.clock)
    _ = try await fixture.openCases.position(IntakeFixture.district)
    let image = try await fixture.router.send(
      .post, "/v1/attachments", RequestBody(buffer: ByteBuffer(bytes: try ImageTests.image("a.png"))),
      headers: ["content-type": "image/png", "authorization": key])
    let id = try #require(try image.document["id"]?.stringValue)
    let report = DoorTests.good.replacing("\"x-1\"", with: "\"x-1\",\"attachments\":[\"\(id)\"]")
    #expect(try await fixture.router.report(report, key: key, idempotencyKey: "k").status == 201)
    #expect(try await fixture.router.report(report, key: key, idempotencyKey: "k").status == 200)
    #expect(try await fixture.router.report(report.replacing(id, with: "none"), key: key).status == 422)
    let joined = try await fixture.router.report(DoorTests.good.replacing("x-1", with: "x-2"), key: key)
    #expect(try joined.document["duplicate_of"] == "440306-1")
    for path in ["discovery.json", "requests.json", "requests/440306-1.json", "servicerequestupdates.json"] {
      #expect(try await fixture.router.send(.get, "/open311/v2/" + path).status == 200)
    }
    #expect(try await owner.counts() == [1, 2, 2, 2, 1, 1])
    await #expect(throws: PostgresError.self) {
      try await fixture.pool.query(.unprepared("UPDATE journal SET kind = 'closed'"))
    }
  }
}
