import Domain
import Hummingbird
import NIOCore
import Operations
import Platform
import Testing
import Wire

@testable import IntakeCore

@Suite struct BulkTests {
  private func line(_ number: Int, north: Double, external: String? = nil) -> String {
    let place = TestPlace.first.north(north)
    let name = external ?? "b-\(number)"
    return #"{"source":"patrol","category":"E0102","description":"line \#(number)","external_id":"\#(name)","#
      + #""location":{"lat":\#(place.latitude),"lng":\#(place.longitude)}}"#
  }

  private func headers(_ key: String) -> [String: String] {
    ["content-type": "application/x-ndjson", "authorization": key]
  }

  @Test func everyLineIsAnsweredInOrder() async throws {
    let fixture = try await IntakeFixture.make("bulk")
    let lines = [
      line(1, north: 0), "{nonsense", line(3, north: 10), "", line(5, north: 400), line(1, north: 0),
      #"{"source":"officer"}"#, String(repeating: "x", count: 70_000), line(9, north: -5_000_000),
    ]
    let answer = try await fixture.router.send(
      .post, "/v1/reports/bulk", lines.joined(separator: "\n"), headers: headers(try await fixture.key()))
    #expect(answer.status == 200)
    let results = try answer.lines
    #expect(results.compactMap { $0["line"]?.integerValue } == [1, 2, 3, 5, 6, 7, 8, 9])
    #expect(
      results.compactMap { $0["outcome"]?.stringValue } == [
        "created", "rejected", "merged", "created", "repeated", "rejected", "rejected", "rejected",
      ])
    #expect(results[2]["case_id"] == "440306-1" && results[4]["case_id"] == "440306-1")
    #expect(results[1]["error"]?["code"] == "malformed_json" && results[6]["error"]?["code"] == "too_large")
    #expect(try await fixture.counts() == [2, 3, 3, 3, 2, 0])
  }

  @Test func thousandsOfLinesShareCommits() async throws {
    let fixture = try await IntakeFixture.make("bulk_many")
    let lines = (0..<2_500).map { line($0, north: Double($0 % 1_000)) }
    let pieces = Array(lines.joined(separator: "\n").utf8).chunks(of: 1_009)
    let body = RequestBody(
      asyncSequence: AsyncStream { continuation in
        for piece in pieces { continuation.yield(ByteBuffer(bytes: piece)) }
        continuation.finish()
      })
    let answer = try await fixture.router.send(
      .post, "/v1/reports/bulk", body, headers: headers(try await fixture.key()))
    let results = try answer.lines
    #expect(results.compactMap { $0["line"]?.integerValue } == (1...2_500).map { Int64($0) })
    #expect(!results.contains { $0["outcome"] == "rejected" })
    #expect(try await fixture.counts()[2] == 2_500)
    #expect(fixture.metrics.batchReports.count < 500)
  }

  @Test func aStreamThatIsCutAnswersItsWholeLines() async throws {
    let fixture = try await IntakeFixture.make("bulk_cut")
    let text = line(1, north: 0) + "\n" + line(2, north: 400)
    let body = RequestBody(asyncSequence: CutStream(bytes: ByteBuffer(string: text)))
    let answer = try await fixture.router.send(
      .post, "/v1/reports/bulk", body, headers: headers(try await fixture.key()))
    let results = try answer.lines
    #expect(results.compactMap { $0["outcome"]?.stringValue } == ["created", "rejected"])
    #expect(results.last?["error"]?["code"] == "incomplete_line")
    #expect(try await fixture.counts()[2] == 1)
  }

  @Test func aKeyOfTheWholeRequestCoversItsLines() async throws {
    let fixture = try await IntakeFixture.make("bulk_key")
    var fields = headers(try await fixture.key())
    fields["idempotency-key"] = "batch-1"
    let text = (1...3).map { line($0, north: Double($0) * 200) }.joined(separator: "\n")
    let first = try await fixture.router.send(.post, "/v1/reports/bulk", text, headers: fields)
    let again = try await fixture.router.send(.post, "/v1/reports/bulk", text, headers: fields)
    #expect(try first.lines.allSatisfy { $0["outcome"] == "created" })
    #expect(try again.lines.allSatisfy { $0["outcome"] == "repeated" })
    #expect(try again.lines.map { $0["case_id"] } == first.lines.map { $0["case_id"] })
  }
}

/// Gives its bytes and then breaks off, as a connection that is lost.
private struct CutStream: AsyncSequence, Sendable {
  struct Broken: Error {}

  let bytes: ByteBuffer

  struct Iterator: AsyncIteratorProtocol {
    var bytes: ByteBuffer?

    mutating func next() async throws -> ByteBuffer? {
      guard let bytes else { throw Broken() }
      self.bytes = nil
      return bytes
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(bytes: bytes) }
}

extension [UInt8] {
  fileprivate func chunks(of size: Int) -> [[UInt8]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
