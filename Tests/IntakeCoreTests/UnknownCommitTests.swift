import Domain
import Operations
import Platform
import PostgresClient
import TestSupport
import Testing

@testable import IntakeCore

/// A line that is cut at COMMIT: whether the batch was kept is looked up, never guessed.
@Suite struct UnknownCommitTests {
  private func fixture(_ name: String) async throws -> (IntakeFixture, SocketRelay) {
    let server = try await TestPostgres.shared
    let relay = Locked<SocketRelay?>(nil)
    let fixture = try await IntakeFixture.make(name) { database in
      let made = try SocketRelay(to: server, database: database)
      relay.withLock { $0 = made }
      return try made.configuration
    }
    return (fixture, try #require(relay.withLock { $0 }))
  }

  @Test func whatWasKeptIsFoundByItsKey() async throws {
    let (fixture, relay) = try await fixture("unknown_kept")
    relay.cutOnce(.afterServerAnswered(clientSent: "commit#"))
    let parcel = [try fixture.request(key: "k-1"), try fixture.request(description: "no key", at: .first.north(500))]
    let outcomes = try await fixture.desk.file(parcel, in: IntakeFixture.district)
    #expect(try outcomes.map { try $0.get().kind } == [.created, .created])
    #expect(try outcomes.map { try $0.get().caseID.number } == [1, 2])
    #expect(try outcomes.map { try $0.get().seq } == [1, 2])
    #expect(try await fixture.counts() == [2, 2, 2, 2, 2, 0])
    #expect(fixture.metrics.unknownOutcomes.value == 1)
    let again = try await fixture.file(try fixture.request(key: "k-1"))
    #expect(again.kind == .repeated && again.caseID.number == 1)
    relay.stop()
  }

  @Test func whatWasLostIsFiledOnce() async throws {
    let (fixture, relay) = try await fixture("unknown_lost")
    relay.cutOnce(.beforeServerReceived(clientSent: "commit#"))
    let outcome = try await fixture.file(try fixture.request())
    #expect(outcome.kind == .created && outcome.caseID.number == 1)
    #expect(try await fixture.counts() == [1, 1, 1, 1, 1, 0])
    #expect(fixture.metrics.unknownOutcomes.value == 1)
    relay.stop()
  }

  @Test func aReportKnownBeforeStaysARepeat() async throws {
    let (fixture, relay) = try await fixture("unknown_repeat")
    let first = try await fixture.file(try fixture.request(key: "k-1"))
    relay.cutOnce(.afterServerAnswered(clientSent: "commit#"))
    let parcel = [
      try fixture.request(key: "k-1"), try fixture.request(key: "k-2", description: "joins"),
    ]
    let outcomes = try await fixture.desk.file(parcel, in: IntakeFixture.district)
    #expect(try outcomes.map { try $0.get().kind } == [.repeated, .merged])
    #expect(try outcomes.allSatisfy { try $0.get().caseID == first.caseID })
    #expect(try await fixture.counts() == [1, 2, 2, 2, 1, 0])
    relay.stop()
  }
}
