import Casework
import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient
import Testing

@testable import EscalationCore

/// Which timers stand for a case: one for each clock that runs, and one for the end of a suspension.
@Suite struct TimerPlanTests {
  private static let files: [String: [UInt8]] = {
    SampleNetworkFiles.replacing(
      """
        max_returns: 2
      """,
      with: """
          max_returns: 2
          extensions:
            - grades: [{longest: 8 urgent_hours, granted_by: [dispatcher]}]
          suspension: {longest: 60 urgent_days, granted_by: [dispatcher, supervisor]}
        """, in: "network.yaml")
  }()

  private func with(_ body: (CaseworkFixture, EscalationRig) async throws -> Void) async throws {
    let fixture = try await CaseworkFixture.make(named: "plan", files: Self.files)
    try await body(fixture, EscalationRig(fixture))
    await fixture.close()
  }

  private func signed(_ fixture: CaseworkFixture) async throws -> CaseID {
    let id = try await fixture.file()
    try await fixture.route(id)
    try await fixture.perform(.sign, on: id, by: SampleActors.urban)
    return id
  }

  /// The keys of the timers, as `clock/version`.
  private func keys(_ fixture: CaseworkFixture) async throws -> [String] {
    try await fixture.timers().map { "\($0.clock)/\($0.version)" }
  }

  /// Timers laid out from the beginning of the journal are those that stand.
  private func expectRebuilt(_ fixture: CaseworkFixture, _ rig: EscalationRig) async throws {
    let standing = try await fixture.timers()
    try await rig.forget()
    try await rig.follow()
    while try await rig.fireOnce() != nil {}
    #expect(try await fixture.timers() == standing)
  }

  @Test func theClocksOfLeadAndPartsRunBesideEachOther() async throws {
    try await with { fixture, rig in
      let id = try await fixture.file(category: "0901")
      try await fixture.route(id)
      try await fixture.perform(
        .dispatch(lead: "urban", assists: ["water"], note: ""), on: id, by: SampleActors.dispatcher)
      try await rig.settle()
      #expect(try await keys(fixture) == ["contact/1", "handle/1", "handle/2", "sign/1", "sign/2"])
      fixture.advance(seconds: 3_600)
      try await rig.settle()
      let fired = try await fixture.fired(id, clock: .sign)
      #expect(fired.map(\.rung) == ["reminder", "reminder"])
      try await fixture.perform(.sign, on: id, by: SampleActors.water)
      try await rig.settle()
      #expect(try await keys(fixture) == ["contact/1", "handle/1", "handle/2", "sign/1"])
      try await expectRebuilt(fixture, rig)
    }
  }

  @Test func anExtensionBringsAClockOfItsOwn() async throws {
    try await with { fixture, rig in
      let id = try await signed(fixture)
      try await rig.settle()
      #expect(try await keys(fixture) == ["contact/1", "handle/1"])
      try await fixture.perform(
        .requestExtension(by: try Limit("8 urgent_hours"), reason: "parts"), on: id, by: SampleActors.urban)
      try await fixture.perform(.grantExtension(department: nil), on: id, by: SampleActors.dispatcher)
      try await rig.settle()
      #expect(try await keys(fixture) == ["contact/1", "handle/2"])
      fixture.advance(seconds: 8 * 3_600 + 60)
      try await rig.settle()
      #expect(try await fixture.fired(id, clock: .handle).isEmpty, "no rung of the old due time")
      fixture.advance(seconds: 8 * 3_600)
      try await rig.settle()
      #expect(try await fixture.fired(id, clock: .handle).map(\.rung) == ["yellow", "street"])
      try await expectRebuilt(fixture, rig)
    }
  }

  @Test func aSuspendedCaseWakesByItselfAndItsClocksRunAgain() async throws {
    try await with { fixture, rig in
      let id = try await signed(fixture)
      fixture.advance(seconds: 2 * 3_600)
      let end = fixture.now + 10 * 86_400
      try await fixture.perform(.suspend(until: end, reason: "season"), on: id, by: SampleActors.dispatcher)
      try await rig.settle()
      #expect(
        try await fixture.timers() == [
          LaidTimer(caseNumber: id.number, clock: "suspension", version: 0, fireAt: end)
        ])
      try await expectRebuilt(fixture, rig)
      fixture.clock.set(microseconds: end.microseconds - 1)
      try await rig.settle()
      #expect(try await fixture.load(id).value.state == .suspended)
      // Nobody runs when the end comes.
      fixture.clock.set(microseconds: end.adding(seconds: 3_600).microseconds)
      let outcome = try #require(try await rig.fireOnce())
      #expect(outcome.woken == 1)
      let value = try await fixture.load(id).value
      #expect(value.state == .signed)
      #expect(value.clocks.last { $0.name == .handle }?.dueAt == end + 6 * 3_600)
      #expect(try await fixture.journal().last?.event.actor == "service:escalation")
      #expect(try await rig.fireOnce() == nil)
      try await rig.settle()
      #expect(try await keys(fixture) == ["contact/1", "handle/1"])
      #expect(try await fixture.kinds(of: id).filter { $0 == "resumed" }.count == 1)
      try await expectRebuilt(fixture, rig)
    }
  }

  @Test func whatWasResumedByHandIsNotWokenByTheOldEnd() async throws {
    try await with { fixture, rig in
      let id = try await signed(fixture)
      let first = fixture.now + 86_400
      try await fixture.perform(.suspend(until: first, reason: "a"), on: id, by: SampleActors.dispatcher)
      try await rig.settle()
      try await fixture.perform(.resume(note: ""), on: id, by: SampleActors.dispatcher)
      let second = fixture.now + 3 * 86_400
      try await fixture.perform(.suspend(until: second, reason: "b"), on: id, by: SampleActors.dispatcher)
      // The timers have not followed when the first end comes.
      fixture.clock.set(microseconds: first.microseconds)
      while try await rig.fireOnce() != nil {}
      #expect(try await fixture.timers().map(\.fireAt) == [second])
      try await rig.settle()
      #expect(try await fixture.load(id).value.state == .suspended)
      try await fixture.perform(.void(reason: "error"), on: id, by: SampleActors.supervisor)
      try await rig.settle()
      #expect(try await fixture.timers().isEmpty)
    }
  }
}
