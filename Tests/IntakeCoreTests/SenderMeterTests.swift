import Domain
import HTTPTypes
import Operations
import Platform
import Testing
import WebAuth
import Wire

@testable import IntakeCore

/// What one key may hand in in a minute.
@Suite struct SenderMeterTests {
  private func caller(_ key: String, _ limit: Int32?) -> Caller {
    Caller(
      name: "camera", kind: .key, role: .source, unit: "440306", department: nil, district: "440306",
      allowance: limit.map { ReportAllowance(key: key, reportsPerMinute: $0) })
  }

  @Test func countsEachKeyInItsOwnMinute() {
    let meter = SenderMeter()
    let (one, other) = (caller("k1", 2), caller("k2", 2))
    #expect(meter.beginReport(of: one, now: 0) == nil && meter.beginReport(of: one, now: 20_000_000) == nil)
    #expect(meter.beginReport(of: one, now: 20_000_000)?.headers[.retryAfter] == "40")
    #expect(meter.refusal(of: one, now: 59_500_000)?.headers[.retryAfter] == "1")
    #expect(meter.refusal(of: other, now: 20_000_000) == nil && meter.beginReport(of: other, now: 20_000_000) == nil)
    #expect(meter.refusal(of: one, now: 60_000_000) == nil && meter.beginReport(of: one, now: 60_000_000) == nil)
    for _ in 0..<20 { #expect(meter.beginImage(of: one, now: 0) == nil) }
    #expect(meter.beginImage(of: one, now: 0)?.code == "too_many_images")
  }

  @Test func whoHasNoLimitIsNotCounted() {
    let meter = SenderMeter()
    for _ in 0..<10_000 { #expect(meter.beginReport(of: caller("k", nil), now: 0) == nil) }
  }

  @Test func whatIsBeyondIsRefusedAndSaysWhenToComeAgain() async throws {
    let fixture = try await IntakeFixture.make("meter")
    let key = try await fixture.key(reportsPerMinute: 3)
    #expect(try await fixture.router.report(DoorTests.good, key: key).status == 201)
    // A repeat and one that is refused cost work, too.
    #expect(try await fixture.router.report(DoorTests.good, key: key).status == 200)
    #expect(try await fixture.router.report("{", key: key).status == 400)
    let refused = try await fixture.router.report(DoorTests.good, key: key)
    #expect(refused.status == 429 && refused.code == "too_many_reports")
    #expect(refused.headers[.contentType] == "application/problem+json")
    let seconds = try #require(refused.headers[.retryAfter].flatMap { Int64($0) })
    #expect((1...60).contains(seconds))
    #expect(try refused.document["retry_after_seconds"] == .integer(seconds))
    #expect(try refused.document["detail"]?.stringValue?.contains("3 reports a minute") == true)
    // Keys may share a name; another one, and one without a limit, go on.
    let same = try await fixture.key(reportsPerMinute: 1)
    #expect(try await fixture.router.report(DoorTests.good.replacing("x-1", with: "x-9"), key: same).status == 201)
    let free = try await fixture.key(name: "free")
    for number in 0..<5 {
      let body = DoorTests.good.replacing("x-1", with: "f-\(number)")
      #expect(try await fixture.router.report(body, key: free).status == 201)
    }
    // What is only asked is not handed in.
    let asked = try await fixture.router.send(
      .get, "/v1/reports?external_id=x-1", headers: ["authorization": key])
    #expect(asked.status == 200)
  }

  @Test func eachLineOfABulkRequestCounts() async throws {
    let fixture = try await IntakeFixture.make("meter_bulk")
    let headers = [
      "content-type": "application/x-ndjson", "authorization": try await fixture.key(reportsPerMinute: 3),
    ]
    let line = DoorTests.good.split(separator: "\n").joined()
    let lines = [
      line, "{nonsense", line.replacing("x-1", with: "x-3"), line.replacing("x-1", with: "x-4"),
      line.replacing("x-1", with: "x-5"),
    ]
    let answer = try await fixture.router.send(
      .post, "/v1/reports/bulk", lines.joined(separator: "\n"), headers: headers)
    #expect(answer.status == 200)
    let results = try answer.lines
    #expect(
      results.compactMap { $0["outcome"]?.stringValue } == ["created", "rejected", "merged", "rejected", "rejected"])
    #expect(results.compactMap { $0["line"]?.integerValue } == [1, 2, 3, 4, 5])
    #expect(results[1]["error"]?["code"] == "malformed_json")
    for result in results[3...] {
      #expect(result["error"]?["code"] == "too_many_reports" && result["error"]?["status"] == 429)
      #expect(result["error"]?["retry_after_seconds"]?.integerValue ?? 0 > 0)
    }
    let whole = try await fixture.router.send(.post, "/v1/reports/bulk", line, headers: headers)
    #expect(whole.status == 429 && whole.headers[.retryAfter] != nil)
  }

  @Test func theLimitHoldsAtOpen311AndForImages() async throws {
    let fixture = try await IntakeFixture.make("meter_open311")
    let key = try await fixture.key(reportsPerMinute: 1)
    let form = "service_code=E0102&lat=22.555&long=113.905&description=bags"
    var headers = ["content-type": "application/x-www-form-urlencoded", "authorization": key]
    let path = "/open311/v2/requests.json"
    #expect(try await fixture.router.send(.post, path, form, headers: headers).status == 201)
    let refused = try await fixture.router.send(.post, path, form, headers: headers)
    #expect(refused.status == 429 && refused.headers[.retryAfter] != nil)
    #expect(try refused.document[0]?["code"] == 429)
    headers["content-type"] = "image/png"
    for _ in 0..<10 {
      #expect(try await fixture.router.send(.post, "/v1/attachments", "no image", headers: headers).status < 429)
    }
    let image = try await fixture.router.send(.post, "/v1/attachments", "no image", headers: headers)
    #expect(image.status == 429 && image.code == "too_many_images")
  }

  @Test func anotherLimitIsHeardOf() async throws {
    let fixture = try await IntakeFixture.make("meter_changed")
    let key = try await fixture.key(reportsPerMinute: 1)
    let account = try #require(try await fixture.accounts.keys(of: IntakeFixture.district).first)
    #expect(account.caller.allowance == ReportAllowance(key: account.identifier, reportsPerMinute: 1))
    func set(_ limit: Int32?) async throws -> Bool {
      try await fixture.accounts.limitKey(
        district: IntakeFixture.district, identifier: account.identifier, reportsPerMinute: limit)
    }
    #expect(try await set(nil))
    for _ in 0..<3 { #expect(try await fixture.router.report(DoorTests.good, key: key).status < 300) }
    #expect(
      try await fixture.accounts.revokeKey(
        district: IntakeFixture.district, identifier: account.identifier,
        at: Instant(microseconds: fixture.clock.microseconds)))
    #expect(try await !set(5))
  }
}
