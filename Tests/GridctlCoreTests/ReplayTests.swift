import Foundation
import Testing
import Transfer
import Wire

@testable import GridctlCore

@Suite struct ReplayTests {
  private struct Reports: ReportFeed {
    let count: Int
    func report(_ index: Int) -> OutgoingReport { ReplayTests.report(index) }
  }

  private static func report(
    _ index: Int, places: [OutgoingReport.Place] = [.point(latitude: 40.5, longitude: -73.5, datum: nil)]
  ) -> OutgoingReport {
    OutgoingReport(
      line: index + 2, source: "citizen", externalID: "x-\(index)", category: "Noise", description: "loud",
      address: nil, occurredAt: nil, places: places)
  }

  private func sender(_ door: ScriptedDoor, patienceMilliseconds: Int64 = 20_000) -> ReportSender {
    ReportSender(
      client: HTTPClient(), address: "http://127.0.0.1:\(door.port)", authorization: ["citizen": "ApiKey k"],
      patienceMilliseconds: patienceMilliseconds)
  }

  private func created(_ number: Int) -> ScriptedDoor.Reply {
    .answer(status: 201, body: "{\"case_id\":\"nyc-\(number)\"}")
  }

  @Test func answersAreToldApart() {
    func outcome(_ status: Int, _ body: String) -> ReplayOutcome? {
      ReplayOutcome(status: status, body: Array(body.utf8))
    }
    #expect(outcome(201, "{\"case_id\":\"nyc-1\"}") == .created(caseID: "nyc-1"))
    #expect(outcome(201, "{\"case_id\":\"nyc-1\",\"duplicate_of\":null}") == .created(caseID: "nyc-1"))
    #expect(outcome(201, "{\"case_id\":\"nyc-1\",\"duplicate_of\":\"nyc-1\"}") == .merged(caseID: "nyc-1"))
    #expect(outcome(200, "{\"case_id\":\"nyc-1\"}") == .repeated(caseID: "nyc-1"))
    for status in [0, 408, 429, 500, 503] { #expect(outcome(status, "{}") == nil) }
    // An answer that names no case acknowledges nothing.
    #expect(outcome(201, "{}") == nil)
    guard
      case .rejected(let rejection)? = outcome(
        422, "{\"code\":\"invalid_report\",\"errors\":[{\"field\":\"a\",\"code\":\"c\",\"detail\":\"D.\"}]}")
    else {
      Issue.record("no rejection")
      return
    }
    #expect(rejection.code == "c")
    #expect(rejection.detail == "a: D.")
    #expect(!rejection.isPlace)
  }

  @Test func whatIsAwayIsTriedAgainUnderTheSameKey() async throws {
    let door = try ScriptedDoor { _, number in
      switch number {
      case 0: .answer(status: 503, body: "{}")
      case 1: .hangUp
      default: .answer(status: 201, body: "{\"case_id\":\"nyc-1\"}")
      }
    }
    defer { door.close() }
    let result = try await sender(door).send(Self.report(0))
    #expect(result.outcome == .created(caseID: "nyc-1"))
    // The client itself may try again on a fresh connection when a kept one is lost.
    #expect((1...2).contains(result.retries))
    #expect(door.seen.count == 3)
    #expect(Set(door.seen.map { $0.headers["idempotency-key"] }) == ["x-0"])
    #expect(Set(door.seen.map(\.body)).count == 1)
    #expect(door.seen[0].headers["authorization"] == "ApiKey k")
  }

  @Test func aRefusedPlaceGivesWayToTheNext() async throws {
    let door = try ScriptedDoor { request, _ in
      String(decoding: request.body, as: UTF8.self).contains("\"unit\":\"4\"")
        ? .answer(status: 201, body: "{\"case_id\":\"nyc-9\"}")
        : .answer(status: 422, body: "{\"code\":\"outside_network\"}")
    }
    defer { door.close() }
    let places: [OutgoingReport.Place] = [.point(latitude: 0, longitude: 0, datum: nil), .unit("499"), .unit("4")]
    let result = try await sender(door).send(Self.report(0, places: places))
    #expect(result.outcome == .created(caseID: "nyc-9"))
    // Another body needs another key; the external id stays.
    #expect(door.seen.map { $0.headers["idempotency-key"] } == ["x-0", "x-0/1", "x-0/2"])
    #expect(door.seen.allSatisfy { String(decoding: $0.body, as: UTF8.self).contains("\"external_id\":\"x-0\"") })
  }

  @Test func patienceEnds() async throws {
    let door = try ScriptedDoor { _, _ in .answer(status: 503, body: "{}") }
    defer { door.close() }
    let refusal = await #expect(throws: Refusal.self) {
      try await sender(door, patienceMilliseconds: 300).send(Self.report(0))
    }
    #expect(refusal?.code == "unreachable")
  }

  @Test func aRefusedKeyEndsTheReplayAtOnce() async throws {
    let door = try ScriptedDoor { _, _ in .answer(status: 401, body: "{}") }
    defer { door.close() }
    let refusal = await #expect(throws: Refusal.self) { try await sender(door).send(Self.report(0)) }
    #expect(refusal?.code == "forbidden")
    #expect(door.seen.count == 1)
  }

  @Test func everyRowIsCountedOnceAndRejectionsAreListed() async throws {
    let home = try TemporaryDirectory()
    let door = try ScriptedDoor { request, number in
      let text = String(decoding: request.body, as: UTF8.self)
      if text.contains("\"x-7\"") {
        return .answer(status: 422, body: "{\"code\":\"invalid_report\",\"detail\":\"No.\"}")
      }
      if text.contains("\"x-8\"") { return .answer(status: 200, body: "{\"case_id\":\"nyc-8\"}") }
      return .answer(status: 201, body: "{\"case_id\":\"nyc-\(100 + number)\"}")
    }
    defer { door.close() }
    let run = ReplayRun(
      feed: Reports(count: 100), sender: sender(door), inFlight: 16, rate: nil,
      acknowledgements: try AckLog(path: home.file("acks")))
    let summary = await run.run(Progress("test", unit: "rows", total: 100))
    #expect(summary.created == 98)
    #expect(summary.repeated == 1)
    #expect(summary.rejected == 1)
    #expect(summary.sent == 100)
    #expect(summary.rejections.first?.line == 9)
    #expect(!summary.answer.isGood)
    let lines = try String(contentsOfFile: home.file("acks"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 99)
    #expect(Set(try lines.map { try JSONParser.parse(String($0))["external_id"]?.stringValue ?? "" }).count == 99)
  }

  @Test func bulkRepliesAreReadLineByLine() {
    let body = """
      {"line":1,"outcome":"created","case_id":"nyc-1"}
      {"line":2,"outcome":"rejected","error":{"status":422,"code":"unknown_category"}}
      {"line":3,"outcome":"merged","case_id":"nyc-1"}
      """
    let outcomes = BulkRun.outcomes(Array(body.utf8), count: 3)
    #expect(outcomes?.map(\.name) == ["created", "rejected", "merged"])
    #expect(BulkRun.outcomes(Array(body.utf8), count: 4) == nil, "a stream cut short is sent again")
    let busy = "{\"line\":1,\"outcome\":\"rejected\",\"error\":{\"status\":503,\"code\":\"unavailable\"}}"
    #expect(BulkRun.outcomes(Array(busy.utf8), count: 1) == nil)
  }

  @Test func bulkSendsEachSourceItsOwnStream() async throws {
    let door = try ScriptedDoor { request, _ in
      let lines = request.body.split(separator: UInt8(ascii: "\n")).count
      return .answer(
        status: 200,
        body: (1...lines).map { "{\"line\":\($0),\"outcome\":\"created\",\"case_id\":\"nyc-\($0)\"}" }
          .joined(separator: "\n"))
    }
    defer { door.close() }
    let run = BulkRun(feed: Reports(count: 1_200), sender: sender(door), inFlight: 3, rate: nil, acknowledgements: nil)
    let summary = await run.run(Progress("test", unit: "rows", total: 1_200))
    #expect(summary.created == 1_200)
    #expect(door.seen.count == 3)
    #expect(door.seen.allSatisfy { $0.path == "/v1/reports/bulk" })
  }
}
