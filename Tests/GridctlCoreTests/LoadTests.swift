import Dispatch
import Histogram
import Testing

@testable import GridctlCore

@Suite struct LoadTests {
  @Test func responsesAreFoundInPieces() throws {
    let text =
      "HTTP/1.1 201 Created\r\nDate: x\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 503 No\r\ncontent-length:0\r\n\r\n"
    var scanner = ResponseScanner()
    var found: [(Int, String)] = []
    for byte in text.utf8 {
      withUnsafeBytes(of: byte) { scanner.add($0) }
      if let response = try scanner.response() {
        found.append((response.status, String(decoding: response.body, as: UTF8.self)))
        scanner.removeResponse()
      }
    }
    #expect(found.map(\.0) == [201, 503])
    #expect(found.map(\.1) == ["hello", ""])
    #expect(scanner.bytes.isEmpty)
  }

  @Test(arguments: ["HTTP/2 200\r\n\r\n and more", "HTTP/1.1 abc OK\r\n\r\n", "nonsense nonsense\r\n\r\n"])
  func whatIsNoResponseIsRefused(_ text: String) {
    var scanner = ResponseScanner()
    Array(text.utf8).withUnsafeBytes { scanner.add($0) }
    #expect(throws: (any Error).self) { try scanner.response() }
  }

  @Test func theCountIsNewAtEachSending() {
    let body = Array("{\"external_id\":\"b-\(RequestPool.counterMark)\",\"code\":\"\(RequestPool.counterMark)\"}".utf8)
    var pool = RequestPool(
      host: "h", path: "/v1/reports", authorization: "ApiKey k", bodies: [body, body], firstCount: 41)
    var buffer: [UInt8] = []
    var seen: [String] = []
    for _ in 0..<3 {
      pool.write(into: &buffer)
      seen.append(String(decoding: buffer, as: UTF8.self))
    }
    #expect(seen[0].contains("b-000000000042\",\"code\":\"000000000042"))
    #expect(seen[1].contains("b-000000000043"))
    #expect(seen[2].contains("b-000000000044"))
    #expect(seen[0].hasPrefix("POST /v1/reports HTTP/1.1\r\nHost: h\r\nAuthorization: ApiKey k\r\n"))
    #expect(seen[0].contains("Content-Length: \(body.count)\r\n\r\n{"))
  }

  @Test func aClosedPaceCountsEveryAnswer() async throws {
    let door = try ScriptedDoor { _, number in
      number % 10 == 9
        ? .answer(status: 422, body: "{\"code\":\"no\"}") : .answer(status: 201, body: "{\"case_id\":\"a-\(number)\"}")
    }
    defer { door.close() }
    let client = LoadClient(
      port: door.port, connections: 4, pool: RequestPool(get: "/", host: "h"), pace: .closed, seconds: 0.3)
    let result = try await client.run()
    #expect(result.acknowledged > 0)
    #expect(result.acknowledged + result.refused == Int64(door.seen.count))
    #expect(result.firstRefusal.contains("no"))
    #expect(result.latency.totalCount == UInt64(result.acknowledged))
  }

  @Test func anOpenPaceCountsFromWhenARequestWasDue() async throws {
    // One connection and an answer that is held back: what waits for it is late as well.
    let door = try ScriptedDoor { _, number in
      if number == 0 { _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(200)) }
      return .answer(status: 201, body: "{\"case_id\":\"440306-\(number + 1)\"}")
    }
    defer { door.close() }
    let client = LoadClient(
      port: door.port, connections: 1, pool: RequestPool(get: "/", host: "h"), pace: .open(perSecond: 100), seconds: 2
    )
    let result = try await client.run()
    #expect(result.acknowledgements.first?.caseNumber == 1)
    // Some twenty requests were due while the first was held; half of them waited for 100 ms and more.
    #expect(result.latency.valueAtPercentile(100) >= 190_000)
    let late = result.latency.count(within: 50_000...60_000_000)
    #expect(late >= 10)
  }

  @Test func aPortThatTakesNoConnectionIsARefusal() async throws {
    let door = try ScriptedDoor { _, _ in .hangUp }
    let port = door.port
    door.close()
    let client = LoadClient(
      port: port, connections: 1, pool: RequestPool(get: "/", host: "h"), pace: .closed, seconds: 0.1)
    await #expect(throws: Refusal.self) { try await client.run() }
  }

  @Test func caseNumbersAreReadFromAcknowledgements() {
    #expect(LoadClient.caseNumber(Array("{\"case_id\":\"440306-1024\",\"state\":\"filed\"}".utf8)[...]) == 1_024)
    #expect(LoadClient.caseNumber(Array("{}".utf8)[...]) == nil)
  }
}
