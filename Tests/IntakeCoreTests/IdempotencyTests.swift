import Domain
import PostgresClient
import Testing
import WebAuth

@testable import IntakeCore

@Suite struct IdempotencyTests {
  @Test func theSameKeyFromManyCopiesAtOnceMakesOneCase() async throws {
    let first = try await IntakeFixture.make("same_key")
    let second = try await IntakeFixture(first.configuration, clock: first.clock)
    let outcomes = try await withThrowingTaskGroup(of: FilingOutcome.self) { group in
      for index in 0..<20 {
        let copy = index.isMultiple(of: 2) ? first : second
        group.addTask { try await copy.file(try copy.request(key: "one")) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(outcomes.map(\.caseID.number)) == [1])
    #expect(outcomes.allSatisfy { $0.state == .filed && !$0.isDuplicate && $0.seq == 1 })
    #expect(outcomes.contains { $0.kind == .created })
    #expect(try await first.counts() == [1, 1, 1, 1, 1, 0])
  }

  @Test func theSameExternalIDFromManyCopiesAtOnceMakesOneCase() async throws {
    let first = try await IntakeFixture.make("same_external")
    let second = try await IntakeFixture(first.configuration, clock: first.clock)
    _ = try await withThrowingTaskGroup(of: FilingOutcome.self) { group in
      for index in 0..<20 {
        let copy = index.isMultiple(of: 2) ? first : second
        group.addTask { try await copy.file(try copy.request(key: "k-\(index)", external: "order-7")) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(try await first.counts() == [1, 1, 1, 1, 1, 0])
  }

  @Test func anExternalIDIsKnownAgainUnderAnotherKey() async throws {
    let fixture = try await IntakeFixture.make("external")
    let first = try await fixture.file(try fixture.request(key: "a", external: "order-1"))
    let again = try await fixture.file(try fixture.request(key: "b", external: "order-1"))
    #expect(again.kind == .repeated && again.caseID == first.caseID && again.seq == first.seq)
    await #expect(throws: FilingRefusal.otherBody(field: "external_id")) {
      try await fixture.file(try fixture.request(key: "c", external: "order-1", description: "other"))
    }
    #expect(try await fixture.counts() == [1, 1, 1, 1, 1, 0])
  }

  @Test func anotherSenderMayUseTheSameKeys() async throws {
    let fixture = try await IntakeFixture.make("senders")
    _ = try await fixture.file(try fixture.request(key: "a", external: "1"))
    let other = Caller(
      name: "camera-2", kind: .key, role: .source, unit: IntakeFixture.district, department: nil,
      district: IntakeFixture.district)
    let outcome = try await fixture.file(
      try fixture.request(key: "a", external: "1", at: .first.north(600), caller: other))
    #expect(outcome.kind == .created)
  }

  @Test func theFirstAnswerIsGivenAgainWhateverHappenedSince() async throws {
    let fixture = try await IntakeFixture.make("first_answer")
    let request = try fixture.request(key: "a", more: #","on_spot":{"action":"persuaded","note":"moved on"}"#)
    let first = try await fixture.file(request)
    #expect(first.state == .closed && first.seq == 2)
    var expected = first
    expected.kind = .repeated
    #expect(try await fixture.file(request) == expected)
    let filed = try await fixture.file(try fixture.request(key: "b", at: .first.north(700)))
    let joined = try await fixture.file(try fixture.request(key: "c", description: "x", at: .first.north(700)))
    #expect(joined.isDuplicate)
    let again = try await fixture.file(try fixture.request(key: "c", description: "x", at: .first.north(700)))
    #expect(again.isDuplicate && again.caseID == filed.caseID && again.seq == joined.seq)
  }
}
