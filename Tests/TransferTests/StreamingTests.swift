import TestSupport
import Testing
import Transfer

@Suite(.timeLimit(.minutes(5)))
struct StreamingTests {
  @Test func eventsArriveWhole() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    var request = OutgoingRequest(url: "http://127.0.0.1:\(server.port)/events/1000")
    request.totalTimeoutMilliseconds = 0
    let response = try await client.stream(request)
    #expect(response.status == 200)
    #expect(response.head.value(of: "content-type") == "text/event-stream")
    var text: [UInt8] = []
    for try await piece in response.body { text += piece }
    let expected = (0..<1000).map { "id: \($0)\ndata: event\n\n" }.joined()
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }

  @Test func questionsAndAnswersInterleave() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let (questions, asking) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    asking.yield(Array("0\n".utf8))
    let response = try await client.stream(
      OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/lines"), upload: questions)
    var answers = response.body.makeAsyncIterator()
    // Each question is asked only after the answer to the one before, so both directions must be open at once.
    for number in 0..<20 {
      #expect(try await answers.next() == Array("got \(number)\n".utf8))
      asking.yield(Array("\(number + 1)\n".utf8))
    }
    #expect(try await answers.next() == Array("got 20\n".utf8))
    asking.finish()
    #expect(try await answers.next() == nil)
  }

  @Test func aLargeUploadPassesThroughItsBound() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let piece = [UInt8](repeating: 65, count: 100_000)
    let upload = AsyncThrowingStream<[UInt8], any Error> { continuation in
      for _ in 0..<50 { continuation.yield(piece) }
      continuation.finish()
    }
    let response = try await client.stream(
      OutgoingRequest(method: "PUT", url: "http://127.0.0.1:\(server.port)/echo"), upload: upload)
    var count = 0
    for try await piece in response.body { count += piece.count { $0 == 65 } }
    #expect(response.status == 200)
    #expect(count == 5_000_000)
  }

  @Test func aFailingSourceBreaksTheTransferOff() async throws {
    struct Failure: Error {}
    let server = try await ChildServer.start("web.py")
    let upload = AsyncThrowingStream<[UInt8], any Error> { continuation in
      continuation.yield([1])
      continuation.finish(throwing: Failure())
    }
    let client = HTTPClient()
    let error = await #expect(throws: TransferError.self) {
      try await client.stream(
        OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/echo"), upload: upload)
    }
    #expect(error?.code == .uploadFailed)
  }

  @Test func anUnreadBodyHoldsTheOtherSideBackAndLettingItGoEndsIt() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    var request = OutgoingRequest(url: "http://127.0.0.1:\(server.port)/endless")
    request.maxResponseBytes = 256 << 10
    var response: StreamedResponse? = try await client.stream(request)
    do {
      var iterator = try #require(response).body.makeAsyncIterator()
      var count = 0
      while count < 4 << 20 { count += try #require(try await iterator.next()).count }
    }
    response = nil
    #expect(await server.nextLine() == "gone")
  }

  @Test func aCancelledReaderIsLetGo() async throws {
    let server = try await ChildServer.start("web.py")
    let client = HTTPClient()
    let (questions, asking) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    asking.yield(Array("0\n".utf8))
    let response = try await client.stream(
      OutgoingRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/lines"), upload: questions)
    let body = response.body
    let reader = Task {
      for try await piece in body where piece.isEmpty {}
    }
    reader.cancel()
    let error = await #expect(throws: TransferError.self) { try await reader.value }
    #expect(error?.code == .cancelled)
    asking.finish()
  }
}
