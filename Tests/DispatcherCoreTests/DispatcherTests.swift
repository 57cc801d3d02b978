import Casework
import CaseworkSupport
import Domain
import Journal
import MessageBus
import Operations
import PostgresClient
import TestSupport
import Testing

@testable import DispatcherCore

@Suite struct DispatcherTests {
  /// Intake and dispatcher, each on a bus of its own.
  private struct Pair {
    let intake: LoopbackBus
    let dispatcher: LoopbackBus

    init() {
      let network = LoopbackNetwork()
      intake = LoopbackBus(network: network, service: "intake", instance: "1", takesPushes: false)
      dispatcher = LoopbackBus(network: network, service: "dispatcher", instance: "1")
      for bus in [intake, dispatcher] { bus.setPeers([intake.ownPeer, dispatcher.ownPeer].compactMap { $0 }) }
    }
  }

  private func dispatching(
    _ fixture: CaseworkFixture, over bus: any Bus, metrics: MetricsRegistry = MetricsRegistry(),
    readiness: Readiness = Readiness(), sweepMilliseconds: Int = Dispatcher.sweepMilliseconds,
    _ body: () async throws -> Void
  ) async throws {
    let dispatcher = Dispatcher(
      pool: fixture.pool, policies: fixture.policies, publisher: JournalPublisher(bus: bus), bus: bus,
      clock: fixture.clock, logger: silent, metrics: metrics, readiness: readiness,
      sweepMilliseconds: sweepMilliseconds)
    let task = Task { await dispatcher.run() }
    do {
      try await body()
    } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    await task.value
  }

  private func isDispatched(_ fixture: CaseworkFixture, _ id: CaseID) async throws -> Bool {
    try await fixture.load(id).value.state == .dispatched
  }

  @Test(.timeLimit(.minutes(5))) func withoutABusTheSweepFindsEverything() async throws {
    try await CaseworkFixture.with("dispatcher") { fixture in
      let before = try await fixture.file()
      let readiness = Readiness()
      try await dispatching(fixture, over: SilentBus(), readiness: readiness) {
        #expect(try await eventually { try await isDispatched(fixture, before) })
        let after = try await fixture.file()
        #expect(try await eventually { try await isDispatched(fixture, after) })
        #expect(readiness.results.allSatisfy { $0.failure == nil })
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func aWakeUpDoesNotWaitForTheSweep() async throws {
    let pair = Pair()
    let fixture = try await CaseworkFixture.make(named: "dispatcher", bus: pair.intake)
    let runs = pair.intake.subscribe(prefix: Array("e/d/".utf8))
    try await dispatching(fixture, over: pair.dispatcher, sweepMilliseconds: 3_600_000) {
      for _ in 0..<5 {
        let id = try await fixture.file()
        fixture.publisher.wakeDispatcher("d", caseNumbers: [id.number])
        // Its own publication first, then the dispatcher's, which says that it is done.
        var heard = 0
        while heard < 2 { heard += await runs.nextBatch(maxEvents: 2 - heard).count }
        #expect(try await isDispatched(fixture, id))
      }
    }
    await fixture.close()
  }

  @Test(.timeLimit(.minutes(5))) func aWakeUpThatCannotBeReadIsCounted() async throws {
    let pair = Pair()
    let fixture = try await CaseworkFixture.make(named: "dispatcher", bus: pair.intake)
    let metrics = MetricsRegistry()
    try await dispatching(fixture, over: pair.dispatcher, metrics: metrics) {
      pair.intake.push(to: "dispatcher", frames: [[255, 255]])
      pair.intake.push(to: "dispatcher", frames: [])
      let id = try await fixture.file()
      fixture.publisher.wakeDispatcher("d", caseNumbers: [id.number])
      #expect(try await eventually { try await isDispatched(fixture, id) })
      // A commit is counted after others can read it.
      #expect(
        await eventually {
          let exposition = String(decoding: metrics.exposition(), as: UTF8.self)
          return exposition.contains("gridloop_dispatcher_unreadable_wakeups_total 2")
            && exposition.contains("gridloop_dispatcher_dispatched_total 1")
        })
    }
    await fixture.close()
  }

  @Test(.timeLimit(.minutes(5))) func aFaultIsSaidAndEndsByItself() async throws {
    try await CaseworkFixture.with("dispatcher") { fixture in
      let readiness = Readiness()
      try await dispatching(fixture, over: SilentBus(), readiness: readiness) {
        #expect(await eventually { readiness.results.allSatisfy { $0.failure == nil } })
        try await fixture.pool.execute(script: "ALTER TABLE cases RENAME TO hidden")
        #expect(await eventually { readiness.results.contains { $0.failure?.contains("42P01") == true } })
        try await fixture.pool.execute(script: "ALTER TABLE hidden RENAME TO cases")
        let id = try await fixture.file()
        #expect(try await eventually { try await isDispatched(fixture, id) })
        #expect(await eventually { readiness.results.allSatisfy { $0.failure == nil } })
      }
    }
  }
}
