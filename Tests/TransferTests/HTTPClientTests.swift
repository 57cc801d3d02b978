import TestSupport
import Testing
import Transfer

@Suite(.timeLimit(.minutes(5)))
struct HTTPClientTests {
  @Test func methodHeadersAndBodyArriveAndNothingElse() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let response = try await client.send(
      OutgoingRequest(
        method: "POST", url: "http://127.0.0.1:\(server.port)/echo/x?y=1",
        headers: [.init("Content-Type", "application/json"), .init("X-Empty", ""), .init("X-Name", "网格")],
        body: Array("{\"a\":1}".utf8)))
    #expect(response.status == 200)
    #expect(response.head.value(of: "X-Test") == "one")
    #expect(response.headers.filter { $0.name == "x-test" }.map(\.value) == ["one", "two"])
    let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "POST /echo/x?y=1")
    #expect(lines.last == "{\"a\":1}")
    #expect(lines.contains("content-type: application/json"))
    #expect(lines.contains("content-length: 7"))
    #expect(lines.contains("x-empty: "))
    #expect(lines.contains("user-agent: gridloop"))
    #expect(!lines.contains { $0.hasPrefix("expect") || $0.hasPrefix("accept-encoding") })
  }

  @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "POST"])
  func everyMethodWithAndWithoutBody(method: String) async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let url = "http://127.0.0.1:\(server.port)/echo"
    let bodies: [[UInt8]?] = method == "GET" || method == "HEAD" ? [nil] : [nil, [], Array("body".utf8)]
    for body in bodies {
      let response = try await client.send(OutgoingRequest(method: method, url: url, body: body))
      #expect(response.status == 200)
      let text = String(decoding: response.body, as: UTF8.self)
      #expect(method == "HEAD" ? text.isEmpty : text.hasPrefix("\(method) /echo\n"))
      #expect(text.hasSuffix(String(decoding: body ?? [], as: UTF8.self)))
      #expect(!text.contains("content-type"))
    }
  }

  @Test(arguments: [204, 302, 404, 500, 503])
  func everyStatusIsAResponseAndRedirectsAreNotFollowed(status: Int) async throws {
    let server = try await ChildServer.start("web.py")
    let response = try await HTTPClient().send(
      OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/status/\(status)", body: [1]))
    #expect(response.status == status)
    #expect(response.head.value(of: "retry-after") == "7")
  }

  @Test func manyRequestsShareFewConnections() async throws {
    let server = try await ChildServer.start("web.py")
    var options = HTTPClientOptions()
    options.maxConcurrentRequests = 16
    let client = HTTPClient(options)
    let base = "http://127.0.0.1:\(server.port)"
    let body = [UInt8](repeating: 7, count: 1_000)
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<400 {
        group.addTask {
          try await client.send(OutgoingRequest(method: "POST", url: "\(base)/echo/\(number)", body: body)).status
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses == [Int](repeating: 200, count: 400))
    let counted = try await client.send(OutgoingRequest(url: "\(base)/connections"))
    let connections = try #require(Int(String(decoding: counted.body, as: UTF8.self)))
    #expect(connections <= 16)
  }

  @Test func aResponseBeyondItsLimitIsBrokenOff() async throws {
    let server = try await ChildServer.start("web.py")
    var request = OutgoingRequest(url: "http://127.0.0.1:\(server.port)/bytes/100000")
    request.maxResponseBytes = 100_000
    let client = HTTPClient()
    #expect(try await client.send(request).body.count == 100_000)
    request.maxResponseBytes = 99_999
    let error = await #expect(throws: TransferError.self) { try await client.send(request) }
    #expect(error?.code == .responseTooLarge)
  }

  @Test func aSlowAnswerRunsIntoItsTimeLimit() async throws {
    let server = try await ChildServer.start("web.py")
    var request = OutgoingRequest(url: "http://127.0.0.1:\(server.port)/hold")
    request.totalTimeoutMilliseconds = 100
    let error = await #expect(throws: TransferError.self) { try await HTTPClient().send(request) }
    #expect(error?.code == .timeout)
    #expect(error?.isRetriable == true)
  }

  @Test func aCancelledRequestIsBrokenOff() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let url = "http://127.0.0.1:\(server.port)/hold"
    let task = Task { try await client.send(OutgoingRequest(url: url)) }
    #expect(await server.nextLine() == "held")
    task.cancel()
    let error = await #expect(throws: TransferError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    #expect(await server.nextLine() == "gone")
  }

  @Test func closingBreaksOffWhatIsUnderWay() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let url = "http://127.0.0.1:\(server.port)/hold"
    let task = Task { try await client.send(OutgoingRequest(url: url)) }
    #expect(await server.nextLine() == "held")
    client.close()
    client.close()
    let error = await #expect(throws: TransferError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    let late = await #expect(throws: TransferError.self) { try await client.send(OutgoingRequest(url: url)) }
    #expect(late?.code == .cancelled)
  }

  @Test func failuresAreTyped() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let codes: [(String, TransferError.Code)] = [
      ("http://127.0.0.1:1/", .connection), ("http://no-such-host.invalid/", .unresolved),
      ("http://127.0.0.1:\(server.port)/cut", .connection), ("https://127.0.0.1:\(server.port)/", .encryption),
    ]
    for (url, code) in codes {
      let error = await #expect(throws: TransferError.self) { try await client.send(OutgoingRequest(url: url)) }
      #expect(error?.code == code, "\(url)")
    }
  }

  @Test func requestsThatCouldBreakOutAreRefused() async {
    let client = HTTPClient()
    let requests = [
      OutgoingRequest(url: "file:///etc/passwd"), OutgoingRequest(url: "http://host/\r\nX: y"),
      OutgoingRequest(method: "GET /\r\n", url: "http://host/"),
      OutgoingRequest(url: "http://host/", headers: [.init("X", "a\r\nY: b")]),
      OutgoingRequest(url: "http://host/", headers: [.init("X: y", "a")]),
    ]
    for request in requests {
      let error = await #expect(throws: TransferError.self) { try await client.send(request) }
      #expect(error?.code == .invalidRequest)
    }
  }

  @Test func requestsBeyondTheQueueAreRefused() async throws {
    let server = try await ChildServer.start("web.py")
    var options = HTTPClientOptions()
    options.maxConcurrentRequests = 1
    options.maxWaitingRequests = 1
    let client = HTTPClient(options)
    let url = "http://127.0.0.1:\(server.port)/hold"
    let first = Task { try await client.send(OutgoingRequest(url: url)) }
    #expect(await server.nextLine() == "held")
    let codes = await withTaskGroup(of: TransferError.Code?.self) { group in
      for _ in 0..<3 {
        group.addTask {
          do {
            _ = try await client.send(OutgoingRequest(url: url))
            return nil
          } catch {
            return (error as? TransferError)?.code
          }
        }
      }
      let refused = [await group.next() ?? nil, await group.next() ?? nil]
      client.close()
      return [refused[0], refused[1], await group.next() ?? nil]
    }
    #expect(codes == [.busy, .busy, .cancelled])
    _ = await first.result
  }
}
