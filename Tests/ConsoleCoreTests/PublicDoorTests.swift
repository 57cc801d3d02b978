import GridNetwork
import HTTPTypes
import Operations
import Platform
import Testing

@testable import ConsoleCore

@Suite("What one address may do on the public page") struct PublicDoorTests {
  private let page = PublicPolicy(
    takesReports: true, letsFollow: true, reportsPerAddress: PublicPolicy.Rate(count: 2, seconds: 3_600))

  @Test("So many reports as the policy lets one address file, and no more; another's are its own")
  func reports() throws {
    let door = PublicDoor()
    for _ in 0..<2 {
      try door.requireReportsLeft("a", page)
      try door.beginReport("a", page)
    }
    let refused = #expect(throws: Problem.self) { try door.requireReportsLeft("a", page) }
    #expect(refused?.status == .tooManyRequests && refused?.code == "too_many_reports")
    #expect((3_500...3_600).contains(Int(refused?.headers[.retryAfter] ?? "") ?? 0))
    #expect(throws: Problem.self) { try door.beginReport("a", page) }
    try door.beginReport("b", page)
    door.giveBackReport("a")
    try door.beginReport("a", page)
  }

  @Test("Who sends slowly keeps nobody else out")
  func reading() async throws {
    let door = PublicDoor()
    let gates = (0..<2).map { _ in AsyncStream<Void>.makeStream() }
    let begun = AsyncStream<Void>.makeStream()
    let slow = gates.map { gate in
      Task {
        try await door.reading("a") {
          begun.continuation.yield()
          for await _ in gate.stream {}
          return true
        }
      }
    }
    var both = begun.stream.makeAsyncIterator()
    for _ in 0..<2 { await both.next() }
    let refused = await #expect(throws: Problem.self) { try await door.reading("a") { true } }
    #expect(refused?.code == "overloaded")
    #expect(try await door.reading("b") { true })
    for gate in gates { gate.continuation.finish() }
    for task in slow { #expect(try await task.value) }
    #expect(try await door.reading("a") { true })
  }
}
