import Casework
import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient
import Testing

@testable import EscalationCore

/// An unsigned case climbs from the department to the community, the street, the district and discipline inspection, at
/// the times that the network states.
@Suite struct LadderClimbTests {
  private struct Step {
    let at: Instant
    let rung: FiredRung
  }

  /// The limit of signing is two working hours: 09:00 to 11:00 on a Monday. Offices close from 12:00 to 14:00
  /// and at 18:00.
  private let steps: [Step] = [
    Step(at: CaseworkFixture.march(2, 10, 36), rung: rung("reminder", "remind", ["handler@440306/CGJ"])),
    Step(
      at: CaseworkFixture.march(2, 11, 0),
      rung: rung("community", "yellow", ["handler@440306/CGJ", "supervisor@440306017001"])),
    Step(at: CaseworkFixture.march(2, 15, 0), rung: rung("street", "red", ["supervisor@440306017"])),
    Step(at: CaseworkFixture.march(2, 17, 0), rung: rung("district", "supervise", ["supervisor@440306"])),
    Step(at: CaseworkFixture.march(3, 18, 0), rung: rung("inspection", "flag", ["inspector@440306"])),
  ]

  private static func rung(
    _ name: String, _ act: String, _ receivers: [String], late: Int64 = 0
  ) -> FiredRung {
    FiredRung(clock: "sign", rung: name, act: act, receivers: receivers, lateSeconds: late)
  }

  private func with(_ body: (CaseworkFixture, EscalationRig, CaseID) async throws -> Void) async throws {
    let fixture = try await CaseworkFixture.make(named: "ladder", files: try Baoan.files())
    let id = try await Baoan.dispatched(fixture)
    try await body(fixture, EscalationRig(fixture), id)
    await fixture.close()
  }

  @Test func eachRungFiresAtItsTimeAndNotASecondBefore() async throws {
    try await with { fixture, rig, id in
      #expect(try await rig.settle() == 0)
      var expected: [FiredRung] = []
      for step in steps {
        fixture.clock.set(microseconds: step.at.microseconds - 1)
        try await rig.settle()
        #expect(try await fixture.fired(id, clock: .sign) == expected, "before \(step.rung.rung)")
        fixture.clock.set(microseconds: step.at.microseconds)
        try await rig.settle()
        expected.append(step.rung)
        #expect(try await fixture.fired(id, clock: .sign) == expected, "at \(step.rung.rung)")
      }
      fixture.setClock(4, 12, 0)
      try await rig.settle()
      #expect(try await fixture.fired(id, clock: .sign) == expected, "the ladder has no more rungs")
      #expect(try await fixture.number("SELECT count(*) FROM timers WHERE clock = 'sign'") == 0)
      #expect(try await fixture.load(id).value.facts.contains(.lateSign))
    }
  }

  @Test func aTimeThatJumpsFiresAllThatLiesBetweenInOrder() async throws {
    try await with { fixture, rig, id in
      try await rig.settle()
      let now = CaseworkFixture.march(3, 18, 30)
      fixture.clock.set(microseconds: now.microseconds)
      try await rig.settle()
      let expected = steps.map { step in
        FiredRung(
          clock: step.rung.clock, rung: step.rung.rung, act: step.rung.act, receivers: step.rung.receivers,
          lateSeconds: (now.microseconds - step.at.microseconds) / 1_000_000)
      }
      #expect(try await fixture.fired(id, clock: .sign) == expected)
    }
  }

  @Test func theRungsOfSeveralClocksFireInTheOrderOfTheirTimes() async throws {
    let fixture = try await CaseworkFixture.make(named: "ladder", files: try Baoan.files())
    // The hotline's clock of the first contact lies amid those of signing and handling.
    let id = try await fixture.file(category: "E0202", unit: Baoan.grid, source: .hotline)
    try await fixture.route(id)
    let rig = EscalationRig(fixture)
    try await rig.settle()
    fixture.setClock(30, 9, 0)
    try await rig.settle()
    var times: [Instant] = []
    var clocks: [ClockName] = []
    for row in try await fixture.journal() {
      guard case .escalated(let escalation)? = try row.event.decoded()?.detail else { continue }
      times.append(escalation.rungAt)
      clocks.append(escalation.clock)
    }
    #expect(times == times.sorted())
    #expect(Set(clocks) == [.sign, .contact, .handle])
    #expect(clocks != clocks.sorted { $0.rawValue < $1.rawValue })
    await fixture.close()
  }

  @Test func theLastRungOpensOneRecordWithItsEvidence() async throws {
    try await with { fixture, rig, id in
      try await rig.settle()
      fixture.setClock(3, 18, 0)
      try await rig.settle()
      try await rig.settle()
      let row = try await fixture.pool.query(
        .unprepared(
          """
          SELECT id, case_number, clock, rung, unit, department, receivers, due_at, opened_at, state, version
          FROM accountability
          """)
      ).onlyRow()
      #expect(try row.int64(1) == id.number && row.text(2) == "sign" && row.text(3) == "inspection")
      #expect(try row.text(4) == Baoan.grid.text && row.text(5) == "CGJ")
      #expect(try row.texts(6) == ["inspector@440306"])
      #expect(try row.timestamp(7).instant == CaseworkFixture.march(2, 11, 0))
      #expect(try row.timestamp(8).instant == CaseworkFixture.march(3, 18, 0))
      #expect(try row.text(9) == "open" && row.int32(10) == 1)
      let flagged = try await fixture.journal().compactMap { row -> String? in
        if case .flagged(let id, .sign, "inspection")? = try row.event.decoded()?.detail { return id }
        return nil
      }
      #expect(flagged == [try row.text(0)])
    }
  }

  @Test func aSignedCaseHearsNoMoreOfItsSigning() async throws {
    try await with { fixture, rig, id in
      try await rig.settle()
      fixture.setClock(2, 10, 40)
      try await rig.settle()
      fixture.setClock(2, 10, 50)
      try await fixture.perform(.sign, on: id, by: Baoan.handler)
      for day in 2...4 {
        fixture.setClock(day, 18, 0)
        try await rig.settle()
      }
      #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder"])
      #expect(try await fixture.number("SELECT count(*) FROM accountability") == 0)
    }
  }

  @Test func aTimerThatWasNotTakenBackYetFiresNothingOnASignedCase() async throws {
    try await with { fixture, rig, id in
      try await rig.settle()
      fixture.setClock(2, 10, 50)
      try await fixture.perform(.sign, on: id, by: Baoan.handler)
      // The timers have not followed the journal when the rung's time comes.
      fixture.setClock(2, 11, 0)
      while try await rig.fireOnce() != nil {}
      #expect(try await fixture.fired(id, clock: .sign).isEmpty)
      #expect(try await fixture.number("SELECT count(*) FROM timers WHERE clock = 'sign'") == 0)
    }
  }
}
