import Casework
import CaseworkSupport
import Domain
import Journal
import MessageBus
import Operations
import Platform
import PostgresClient
import TestSupport
import Testing

@testable import EscalationCore

/// The service as it runs, with a clock that is moved by hand.
@Suite struct EscalationTimerTests {
  /// Runs follower and timer; both are stopped when `body` returns.
  private func running(
    _ fixture: CaseworkFixture, readiness: Readiness = Readiness(), _ body: () async throws -> Void
  ) async throws {
    let sink = DurableSink(
      consumer: TimerEffect.consumer, pool: fixture.pool, effect: TimerEffect(policies: fixture.policies),
      logger: silent)
    let follower = JournalFollower(bus: SilentBus(), reader: fixture.reader, sink: sink, logger: silent)
    let timer = EscalationTimer(
      pool: fixture.pool, policies: fixture.policies, publisher: fixture.publisher, clock: fixture.clock,
      logger: silent, metrics: MetricsRegistry(), readiness: readiness)
    let tasks = [Task { await follower.run() }, Task { await timer.run() }]
    defer { for task in tasks { task.cancel() } }
    try await body()
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func expectFired(_ fixture: CaseworkFixture, _ id: CaseID, _ rungs: [String]) async throws {
    let hasFired = try await eventually { try await fixture.fired(id, clock: .sign).map(\.rung) == rungs }
    #expect(hasFired, "\(rungs)")
  }

  private func expectTimers(_ fixture: CaseworkFixture, _ count: Int64) async throws {
    let areLaidOut = try await eventually { try await fixture.number("SELECT count(*) FROM timers") == count }
    #expect(areLaidOut)
  }

  private func dispatched(_ fixture: CaseworkFixture) async throws -> CaseID {
    let id = try await fixture.file()
    try await fixture.route(id)
    return id
  }

  @Test(.timeLimit(.minutes(5))) func aServiceThatIsStoppedBetweenRungsGoesOnWhereItWas() async throws {
    try await CaseworkFixture.with("timer") { fixture in
      let id = try await dispatched(fixture)
      try await running(fixture) {
        try await expectTimers(fixture, 3)
        fixture.advance(seconds: 3_600)
        try await expectFired(fixture, id, ["reminder"])
      }
      try await running(fixture) {
        fixture.advance(seconds: 3_600)
        try await expectFired(fixture, id, ["reminder", "street"])
      }
      // Nobody runs when the last rung's time comes.
      fixture.advance(seconds: 3 * 3_600)
      try await running(fixture) {
        try await expectFired(fixture, id, ["reminder", "street", "inspection"])
      }
      #expect(try await fixture.fired(id, clock: .sign).map(\.lateSeconds) == [0, 0, 3_600])
    }
  }

  @Test(.timeLimit(.minutes(5)), arguments: [true, false])
  func whoWasLateWhileItWasDownIsToldOfWhenItIsBack(hadFollowed: Bool) async throws {
    try await CaseworkFixture.with("timer") { fixture in
      let late = try await dispatched(fixture)
      let timely = try await dispatched(fixture)
      if hadFollowed { try await running(fixture) { try await expectTimers(fixture, 6) } }
      fixture.advance(seconds: 3_600 + 60)
      try await fixture.perform(.sign, on: timely, by: SampleActors.urban)
      fixture.advance(seconds: 4 * 3_600)
      try await fixture.perform(.sign, on: late, by: SampleActors.urban)
      fixture.advance(seconds: 60)
      try await running(fixture) {
        try await expectFired(fixture, late, ["street", "inspection"])
        // One for first contact and handling each; those of signing are gone.
        try await expectTimers(fixture, 4)
      }
      #expect(try await fixture.fired(late, clock: .sign).map(\.lateSeconds) == [3 * 3_600 + 120, 3_600 + 120])
      #expect(try await fixture.fired(timely, clock: .sign).isEmpty)
      #expect(try await fixture.number("SELECT count(*) FROM accountability") == 1)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aNewPolicyLaysTheTimersOutAnew() async throws {
    try await CaseworkFixture.with("timer") { fixture in
      let id = try await dispatched(fixture)
      let changed = SampleNetworkFiles.replacing(
        """
              - {name: street, at: "0", to: [supervisor@street], act: red}
              - {name: inspection, at: +2 urgent_hours, to: [inspector@district], act: flag}
          - clock: handle
        """,
        with: """
                - {name: early, at: 75% used, to: [supervisor@community], act: yellow}
                - {name: street, at: "0", to: [supervisor@street], act: red}
                - {name: inspection, at: +1 urgent_hours, to: [inspector@district], act: flag}
            - clock: handle
          """, in: "ladder.yaml")
      try await running(fixture) {
        try await expectTimers(fixture, 3)
        fixture.advance(seconds: 70 * 60)
        try await expectFired(fixture, id, ["reminder"])
        try await CaseworkFixture.load(changed, version: 2, pool: fixture.pool)
        try await fixture.policies.refresh()
        let next = CaseworkFixture.start.adding(seconds: 90 * 60)
        #expect(
          try await eventually {
            let row = try await fixture.pool.query(
              .unprepared("SELECT fire_at FROM timers WHERE clock = 'sign'")
            ).first
            return try row?.timestamp(0).instant == next
          })
        for (minutes, rungs) in [
          (20, ["reminder", "early"]), (30, ["reminder", "early", "street"]),
          (60, ["reminder", "early", "street", "inspection"]),
        ] {
          fixture.advance(seconds: Int64(minutes) * 60)
          try await expectFired(fixture, id, rungs)
        }
      }
      #expect(try await fixture.fired(id, clock: .sign).map(\.lateSeconds) == [600, 0, 0, 0])
      #expect(try await fixture.number("SELECT version FROM timer_policies") == 2)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aFaultIsSaidAndEndsByItself() async throws {
    try await CaseworkFixture.with("timer") { fixture in
      let id = try await dispatched(fixture)
      let readiness = Readiness()
      try await running(fixture, readiness: readiness) {
        try await expectTimers(fixture, 3)
        #expect(await eventually { readiness.results.allSatisfy { $0.failure == nil } })
        try await fixture.pool.execute(script: "ALTER TABLE timers RENAME TO hidden")
        #expect(await eventually { readiness.results.contains { $0.failure != nil } })
        try await fixture.pool.execute(script: "ALTER TABLE hidden RENAME TO timers")
        fixture.advance(seconds: 3_600)
        try await expectFired(fixture, id, ["reminder"])
        #expect(await eventually { readiness.results.allSatisfy { $0.failure == nil } })
      }
    }
  }
}
