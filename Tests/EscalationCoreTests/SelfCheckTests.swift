import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Journal
import Operations
import Platform
import PostgresClient
import Testing
import Wire

@testable import EscalationCore

/// The daily proof from the journal. The fixture's day begins at nine, after the usual time of the check.
@Suite struct SelfCheckTests {
  private func check(_ fixture: CaseworkFixture) -> SelfCheck {
    SelfCheck(
      pool: fixture.pool, policies: fixture.policies, clock: fixture.clock, logger: silent, metrics: MetricsRegistry())
  }

  private func dispatched(_ fixture: CaseworkFixture, _ rig: EscalationRig) async throws -> CaseID {
    try await rig.layOut()
    let id = try await fixture.file()
    try await fixture.route(id)
    try await rig.settle()
    return id
  }

  @Test func holdsWhereEveryRungFired() async throws {
    try await CaseworkFixture.with("selfcheck") { fixture in
      let rig = EscalationRig(fixture)
      _ = try await dispatched(fixture, rig)
      for _ in 0..<20 {
        fixture.advance(seconds: 3_600)
        try await rig.settle()
      }
      fixture.advance(seconds: 3_600)
      try await rig.settle()
      let report = try #require(try await check(fixture).checkIfDue(fixture.district))
      #expect(report.isWhole && report.cases == 1 && report.rungs == 6)
      #expect(try await check(fixture).checkIfDue(fixture.district) == nil, "one check a day, by whichever copy")
      #expect(try await fixture.number("SELECT count(*) FROM self_checks WHERE gaps = 0") == 1)
      #expect(try await fixture.number("SELECT count(*) FROM asked_notices") == 0)
    }
  }

  @Test func waitsForTheBacklogAndTheTimeOfDay() async throws {
    try await CaseworkFixture.with("selfcheck") { fixture in
      let rig = EscalationRig(fixture)
      _ = try await dispatched(fixture, rig)
      fixture.setClock(3, 5, 59)
      try await rig.settle()
      let checking = check(fixture)
      #expect(try await checking.checkIfDue(fixture.district) == nil)
      fixture.setClock(3, 18, 30)
      #expect(try await checking.checkIfDue(fixture.district) == nil, "the contact's rung is due and not fired yet")
      try await rig.settle()
      #expect(try await checking.checkIfDue(fixture.district)?.isWhole == true)
    }
  }

  @Test func namesWhatIsMissingTellsOfItAndLetsItBeMadeUpFor() async throws {
    try await CaseworkFixture.with("selfcheck") { fixture in
      let rig = EscalationRig(fixture)
      let id = try await dispatched(fixture, rig)
      // A timer that went missing: nobody fires its rungs.
      try await fixture.pool.execute(script: "DELETE FROM timers WHERE clock = 'sign'")
      fixture.advance(seconds: 3 * 3_600)
      try await rig.settle()
      let report = try #require(try await check(fixture).checkIfDue(fixture.district))
      #expect(
        report.found.map { "\($0.caseID) \($0.gap.clock) \($0.gap.rung)" } == ["d-1 sign reminder", "d-1 sign street"])
      #expect(report.found.first?.gap.expectedAt == CaseworkFixture.start + 3_600)
      let asked = try await fixture.pool.transaction {
        try AskedNotice.claim(fixture.district, at: fixture.now, max: 10, in: $0)
      }
      let notice = try #require(asked.first)
      #expect(asked.count == 1 && notice.kind == .selfCheck && notice.caseNumber == id.number)
      #expect(notice.hearers.map(\.text) == ["inspector@d"])
      #expect(notice.details["count"] == 2)
      #expect(notice.details["result"]?.stringValue == "d-1 sign reminder, d-1 sign street")
      #expect(notice.details["gaps"]?[1]?["rung"] == "street")
      let stored = try await fixture.pool.query(
        .unprepared("SELECT gaps, findings -> 0 ->> 'rung', hash FROM self_checks")
      ).onlyRow()
      #expect(try stored.int64(0) == 2 && stored.text(1) == "reminder")
      // The pass over the cases lays the timer out again, and the rungs fire, late.
      try await rig.layOut()
      try await rig.settle()
      #expect(try await fixture.fired(id, clock: .sign).map(\.rung) == ["reminder", "street"])
    }
  }
}
