import Domain
import HTTPTypes
import PostgresClient
import Testing
import Wire

@testable import IntakeCore

/// What a platform can ask of its own reports.
@Suite struct SentReportTests {
  private func ask(_ fixture: IntakeFixture, _ query: String, key: String?) async throws -> Client.Answer {
    try await fixture.router.send(.get, "/v1/reports?" + query, headers: key.map { ["authorization": $0] } ?? [:])
  }

  @Test func aSenderFollowsItsReportByItsOwnID() async throws {
    let fixture = try await IntakeFixture.make("sent")
    let key = try await fixture.key(name: "platform")
    let other = try await fixture.key(name: "other")
    _ = try await fixture.router.report(DoorTests.good.replacing("x-1", with: "单 1"), key: key)
    let found = try await ask(fixture, "external_id=%E5%8D%95%201", key: key)
    #expect(found.status == 200)
    #expect(try found.document["case_id"] == "440306-1" && found.document["state"] == "filed")
    #expect(try found.document["external_id"] == "单 1" && found.document["unit"]?["grid"] == "440306017001001")
    #expect(try found.document["duplicate_of"] == nil && found.document["result"] == nil)
    #expect(try await ask(fixture, "external_id=%E5%8D%95%201", key: other).status == 404)
    #expect(try await ask(fixture, "external_id=x-9", key: key).status == 404)
    #expect(try await ask(fixture, "external_id=x-9", key: nil).status == 401)
    #expect(try await ask(fixture, "id=1", key: key).fields == ["id": "unknown_field", "external_id": "missing"])
    // A repeat of another platform, and what became of the case.
    _ = try await fixture.router.report(DoorTests.good.replacing("x-1", with: "o-1"), key: other)
    let id = try #require(CaseID("440306-1"))
    try await fixture.dispatchAndSign(id)
    try await fixture.handleAndClose(id, result: "已核实并回填")
    let answered = try await ask(fixture, "external_id=o-1", key: other)
    #expect(try answered.document["duplicate_of"] == "440306-1" && answered.document["state"] == "closed")
    #expect(try answered.document["result"] == "已核实并回填" && answered.document["closed_at"] != nil)
  }

  @Test func aMergedCaseIsFollowedToItsSurvivor() async throws {
    let fixture = try await IntakeFixture.make("sent_merged")
    let key = try await fixture.key()
    _ = try await fixture.router.report(DoorTests.good, key: key)
    let far = DoorTests.good.replacing("x-1", with: "x-2").replacing("22.555", with: "22.5586")
    _ = try await fixture.router.report(far, key: key)
    let (first, second) = (try #require(CaseID("440306-1")), try #require(CaseID("440306-2")))
    try await fixture.perform(.merge(into: second), on: first, by: IntakeFixture.dispatcher)
    let answer = try await ask(fixture, "external_id=x-1", key: key)
    #expect(try answer.document["case_id"] == "440306-1" && answer.document["merged_into"] == "440306-2")
    #expect(try answer.document["state"] == "filed")
  }

  @Test func open311KeepsTheSendersID() async throws {
    let fixture = try await IntakeFixture.make("sent_open311")
    let key = try await fixture.key()
    let headers = ["content-type": "application/x-www-form-urlencoded", "authorization": key]
    let form = "service_code=E0102&lat=22.555&long=113.905&external_id=o-1"
    let filed = try await fixture.router.send(.post, "/open311/v2/requests.json", form, headers: headers)
    #expect(filed.status == 201)
    let again = try await fixture.router.send(.post, "/open311/v2/requests.json", form, headers: headers)
    #expect(again.status == 200 && again.text == filed.text)
    let list = try await fixture.router.send(
      .get, "/open311/v2/requests.json?external_id=o-1,o-2", headers: ["authorization": key])
    #expect(try list.document.arrayValue?.compactMap { $0["service_request_id"]?.stringValue } == ["440306-1"])
    #expect(try await fixture.router.send(.get, "/open311/v2/requests.json?external_id=o-1").status == 403)
    let token = try await fixture.router.send(
      .get, "/open311/v2/tokens/o-1.json", headers: ["authorization": key])
    #expect(token.text.contains("440306-1"))
    #expect(try await fixture.router.send(.get, "/open311/v2/tokens/o-1.json").status == 404)
    #expect(try await ask(fixture, "external_id=o-1", key: key).document["case_id"] == "440306-1")
  }
}
