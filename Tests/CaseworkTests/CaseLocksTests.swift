import Casework
import CaseworkSupport
import Domain
import PostgresClient
import Testing

@Suite struct CaseLocksTests {
  @Test func twoClaimersShareNothing() async throws {
    try await CaseworkFixture.with("locks") { fixture in
      try await fixture.append(try (0..<10).map { _ in try fixture.filing() })
      let other = fixture.pool()
      let claims = try await other.withConnection { holder in
        try await holder.execute(
          script: """
            BEGIN; SELECT number FROM cases WHERE state = 'filed' ORDER BY number LIMIT 4 FOR UPDATE SKIP LOCKED
            """)
        let claimed = try await fixture.pool.transaction { transaction in
          try CaseLocks.claimFiled("d", limit: 4, in: transaction).map(\.id.number)
        }
        let rest = try await fixture.pool.transaction { transaction in
          try CaseLocks.claimFiled("d", limit: 100, in: transaction).map(\.id.number)
        }
        try await holder.execute(script: "COMMIT")
        return [claimed, rest]
      }
      #expect(claims == [[5, 6, 7, 8], [5, 6, 7, 8, 9, 10]])
      await other.close()
    }
  }

  @Test func onlyFiledCasesOfTheDistrictAreClaimed() async throws {
    try await CaseworkFixture.with("locks") { fixture in
      let ids = try await [
        fixture.file(), fixture.file(source: .citizen), fixture.file(unit: "g4"), fixture.file(category: "0901"),
      ]
      try await fixture.route(ids[2])
      let claimed = try await fixture.pool.transaction { transaction in
        try CaseLocks.claimFiled("d", limit: 10, in: transaction)
      }
      #expect(claimed.map(\.id) == [ids[0], ids[3]])
      let elsewhere = try await fixture.pool.transaction { try CaseLocks.claimFiled("x", limit: 10, in: $0).count }
      #expect(elsewhere == 0)
    }
  }

  @Test func locksAreTakenInOrderAndWhatDoesNotExistIsLeftOut() async throws {
    try await CaseworkFixture.with("locks") { fixture in
      try await fixture.append(try (0..<5).map { _ in try fixture.filing() })
      let locked = try await fixture.pool.transaction { transaction in
        try CaseLocks.lock("d", [5, 99, 2, 4], in: transaction)
      }
      #expect(locked.map(\.id.number) == [2, 4, 5])
      #expect(locked.allSatisfy { $0.value.version == 1 })
    }
  }

  @Test func whoWantsTheSameCasesInAnotherOrderWaitsAndDoesNotLock() async throws {
    try await CaseworkFixture.with("locks") { fixture in
      try await fixture.append(try (0..<6).map { _ in try fixture.filing() })
      try await withThrowingTaskGroup(of: Void.self) { group in
        for round in 0..<12 {
          let numbers: [Int64] = round.isMultiple(of: 2) ? [1, 2, 3, 4, 5, 6] : [6, 5, 4, 3, 2, 1]
          group.addTask {
            try await fixture.pool.transaction { transaction in
              let count = try CaseLocks.lock("d", numbers, in: transaction).count
              try #require(count == 6)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
