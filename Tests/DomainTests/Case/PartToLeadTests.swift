import Domain
import DomainSamples
import Testing

/// A department that assisted and leads afterwards, or the other way round, is assessed once.
@Suite("From assisting to leading") struct PartToLeadTests {
  private let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  /// How often a fact counts for a department by the sum of all events, as the rollups make it: of cases it leads and of
  /// its parts.
  private func counted(_ fact: CaseFacts, _ department: DepartmentCode, _ events: [CaseEvent]) -> Int {
    func one(_ facts: CaseFacts) -> Int { facts.contains(fact) ? 1 : 0 }
    return events.reduce(0) { sum, event in
      var sum = sum
      if let before = event.before, before.lead == department { sum -= one(before.facts) }
      if event.after.lead == department { sum += one(event.after.facts) }
      for part in event.parts where part.department == department { sum += one(part.after) - one(part.before) }
      return sum
    }
  }

  private func sample(_ body: (inout SampleCase) throws -> Void) throws -> [CaseEvent] {
    var sample = SampleCase(policy: policy, category: "0102")
    sample.route()
    #expect(sample.value.lead?.department == "water" && sample.value.parts.map(\.department) == ["urban"])
    try body(&sample)
    return sample.events
  }

  @Test("Its part no longer counts beside the case") func onceOnly() throws {
    let events = try sample { sample in
      try sample.act(.sign, by: SampleActors.urban)
      try sample.act(
        .redirect(lead: "urban", assists: ["water"], note: "the other way"), by: SampleActors.dispatcher)
      try sample.act(.sign, by: SampleActors.urban)
    }
    #expect(counted(.dispatched, "urban", events) == 1)
    #expect(counted(.signed, "urban", events) == 1)
    #expect(counted(.onTimeSign, "urban", events) == 1)
    #expect(counted(.dispatched, "water", events) == 1, "the former lead has a part now")
  }

  @Test("Nobody assists themselves, or twice") func notBeside() throws {
    let events = try sample { sample in
      try sample.act(
        .redirect(lead: "urban", assists: ["urban", "water", "water"], note: "both"), by: SampleActors.dispatcher)
      #expect(sample.value.assistingDepartments == ["water"])
    }
    #expect(counted(.dispatched, "urban", events) == 1 && counted(.dispatched, "water", events) == 1)
  }

  @Test("What it was late with stays late, once") func lateStaysLate() throws {
    var clock = false
    let events = try sample { sample in
      sample.now = sample.now + 30 * SampleTime.day
      try sample.act(.sign, by: SampleActors.urban)
      clock = sample.value.part(of: "urban")?.facts.contains(.lateSign) ?? false
      try sample.act(.redirect(lead: "urban", assists: [], note: "alone"), by: SampleActors.dispatcher)
      try sample.act(.sign, by: SampleActors.urban)
    }
    #expect(clock, "its part was late")
    #expect(counted(.lateSign, "urban", events) == 1)
    #expect(counted(.onTimeSign, "urban", events) == 0, "late once is late for good")
    #expect(counted(.dispatched, "water", events) == 0)
  }

  @Test("Also when its part was excused before the desk appoints it") func overTheDesk() throws {
    let events = try sample { sample in
      try sample.act(.sign, by: SampleActors.urban)
      try sample.act(.return(reason: "not ours", responsible: "urban"), by: SampleActors.water)
      #expect(counted(.dispatched, "urban", sample.events) == 1, "it had signed: its part counts")
      try sample.act(
        .appoint(lead: "urban", assists: [], basis: .appointed, note: "三定"), by: SampleActors.dispatcher)
    }
    #expect(counted(.dispatched, "urban", events) == 1)
    #expect(counted(.signed, "urban", events) == 0, "as the lead it has not signed yet")
  }
}
