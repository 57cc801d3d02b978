import Casework
import CaseworkSupport
import Domain
import GridNetwork
import PostgresClient
import TestSupport
import Testing

@Suite struct PolicyStoreTests {
  /// The sample network with another limit of signing.
  private func files(signWithin limit: String) -> [String: [UInt8]] {
    SampleNetworkFiles.replacing(
      "clock: sign, limit: 2 urgent_hours", with: "clock: sign, limit: \(limit)", in: "limits.yaml")
  }

  private func signLimit(_ policy: NetworkPolicy) -> String? {
    let traits = CaseTraits(
      category: "0101", unit: "g1", layers: [], source: .officer, priority: .normal, text: "", minuteOfDay: 600)
    return policy.limit(for: .sign, traits)?.stages[0].limit.description
  }

  @Test func aNewVersionIsPickedUpAndTheOldOneIsStillToBeHad() async throws {
    try await CaseworkFixture.with("policies") { fixture in
      #expect(signLimit(try fixture.policy) == "2 urgent_hours")
      try await CaseworkFixture.load(files(signWithin: "30 urgent_minutes"), version: 2, pool: fixture.pool)
      #expect(try fixture.policy.version == 1, "nobody has looked yet")
      try await fixture.policies.refresh()
      #expect(try fixture.policy.version == 2)
      #expect(signLimit(try fixture.policy) == "30 urgent_minutes")
      #expect(signLimit(try await fixture.policies.policy("d", version: 1)) == "2 urgent_hours")
      #expect(signLimit(try await fixture.policies.policy("d", version: 2)) == "30 urgent_minutes")
      #expect(try await fixture.policies.policy("d", version: 0).version == 2)
    }
  }

  @Test func anOldVersionIsReadFromTheDatabaseByWhoNeverHeldIt() async throws {
    try await CaseworkFixture.with("policies") { fixture in
      for version: Int32 in 2...12 {
        try await CaseworkFixture.load(
          files(signWithin: "\(version) urgent_hours"), version: version, pool: fixture.pool)
      }
      let store = PolicyStore(pool: fixture.pool, geometry: .skip, logger: silent)
      try await store.refresh()
      for version: Int32 in [2, 11, 5, 1, 12, 3, 4, 6, 7, 8, 9, 10, 2] {
        let policy = try await store.policy("d", version: version)
        #expect(policy.version == version)
        #expect(version == 1 || signLimit(policy) == "\(version) urgent_hours")
      }
      await #expect(throws: PolicyFault.unknownVersion("d", 13)) { try await store.policy("d", version: 13) }
      await #expect(throws: PolicyFault.unknownVersion("x", 1)) { try await store.policy("x", version: 1) }
    }
  }

  @Test(.timeLimit(.minutes(5))) func theRunningStoreSeesANewVersion() async throws {
    try await CaseworkFixture.with("policies") { fixture in
      let store = PolicyStore(pool: fixture.pool, geometry: .skip, logger: silent)
      let task = Task { await store.run() }
      #expect(await eventually { store.current("d")?.policy.version == 1 })
      try await CaseworkFixture.load(SampleNetworkFiles.all, version: 2, pool: fixture.pool)
      #expect(await eventually { store.current("d")?.policy.version == 2 })
      task.cancel()
      await task.value
    }
  }

  @Test func whatIsServedIsSaid() async throws {
    try await CaseworkFixture.with("policies") { fixture in
      #expect(fixture.policies.districts == ["d"])
      #expect(fixture.policies.networks.map(\.policy.name) == ["sample"])
      #expect(fixture.policies.network(holding: "g3")?.policy.version == 1)
      #expect(fixture.policies.network(holding: "elsewhere") == nil)
      #expect(fixture.policies.current("elsewhere") == nil)
    }
  }

  @Test func aVersionThatCannotBeReadLeavesTheOneInForce() async throws {
    try await CaseworkFixture.with("policies") { fixture in
      try await fixture.pool.execute(
        script: """
          INSERT INTO network_versions (district, version, name, archive, sha256, applied_by)
          VALUES ('d', 2, 'sample', 'no archive', '', 'test')
          """)
      await #expect(throws: (any Error).self) { try await fixture.policies.refresh() }
      #expect(try fixture.policy.version == 1)
    }
  }

  @Test func aSubtreeIsAPrefixOfTheUnitPath() async throws {
    try await CaseworkFixture.with("policies") { fixture in
      let policy = try fixture.policy
      #expect(policy.unitPath("g3") == "d/s1/c2/g3/")
      #expect(policy.unitPath("s2") == "d/s2/")
      #expect(policy.filedDay(CaseworkFixture.start) == 20_514)
      #expect(policy.filedDay(CaseworkFixture.start.adding(seconds: -9 * 3_600 - 1)) == 20_513, "midnight in Shanghai")
    }
  }
}
