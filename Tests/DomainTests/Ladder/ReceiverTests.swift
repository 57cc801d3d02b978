import Domain
import DomainSamples
import Testing

@Suite("Who hears of a rung") struct ReceiverTests {
  /// What the receivers of a rung are called for a case in that unit.
  private func receivers(
    _ places: [Receiver], unit: UnitCode, network: SamplePolicy, category: CategoryCode = "0101"
  ) throws -> [String] {
    var network = network
    network.ladders = [
      Ladder(
        clock: .sign, condition: CaseCondition(),
        rungs: [Rung(name: "red", at: .due, to: places, act: .red)])
    ]
    var sample = SampleCase(policy: try network.policy(), category: category, unit: unit)
    sample.route()
    let clock = try #require(sample.value.runningClock(.sign))
    let wake = try #require(
      LadderMachine.firstWake(clock, traits: sample.value.traits(policy: sample.policy), policy: sample.policy))
    let outcome = try #require(
      LadderMachine.fire(
        wake, sample.value, id: CaseID(district: "d", number: 1), by: .service("escalation"), policy: sample.policy,
        now: clock.dueAt))
    guard case .escalated(let escalation) = outcome.draft.events.first?.detail else { return [] }
    return escalation.to
  }

  private static let climb = ["community", "street", "district"].map { Receiver(role: .supervisor, place: .tier($0)) }

  @Test("community, street and district are those of the case's own grid") func tiers() throws {
    let network = try SamplePolicy()
    #expect(
      try receivers(Self.climb, unit: "g1", network: network) == ["supervisor@c1", "supervisor@s1", "supervisor@d"])
    #expect(
      try receivers(Self.climb, unit: "g4", network: network) == ["supervisor@c3", "supervisor@s2", "supervisor@d"])
  }

  @Test("a case known only by its street has no community: the street hears instead") func coarseUnits() throws {
    let network = try SamplePolicy()
    #expect(
      try receivers(Self.climb, unit: "s2", network: network) == ["supervisor@s2", "supervisor@s2", "supervisor@d"])
    #expect(
      try receivers(Self.climb, unit: "d", network: network) == ["supervisor@d", "supervisor@d", "supervisor@d"])
  }

  @Test("in a network without a district the root hears, and without streets the next above") func missingTiers()
    throws
  {
    var network = try SamplePolicy()
    // As Dongguan: city, town, village, grid.
    network.tiers = ["city", "street", "community", "grid"].map { Tier(name: $0, labelZh: $0, labelEn: $0) }
    network.units = network.units.map {
      Unit(
        code: $0.code, parent: $0.parent, tier: $0.tier == "district" ? "city" : $0.tier, nameZh: $0.nameZh,
        nameEn: $0.nameEn)
    }
    #expect(
      try receivers(Self.climb, unit: "g1", network: network) == ["supervisor@c1", "supervisor@s1", "supervisor@d"])

    // Four tiers of which one branch leaves out the street.
    var gap = try SamplePolicy()
    gap.units = gap.units.map {
      Unit(
        code: $0.code, parent: $0.code == "c3" ? "d" : $0.parent, tier: $0.tier, nameZh: $0.nameZh, nameEn: $0.nameEn)
    }
    #expect(
      try receivers(Self.climb, unit: "g4", network: gap) == ["supervisor@c3", "supervisor@d", "supervisor@d"])
  }

  @Test("an address reads back from its text, and nothing else does") func addressTexts() {
    for text in ["supervisor@s1", "handler@d/urban"] { #expect(ReceiverAddress(text)?.text == text) }
    #expect(ReceiverAddress("handler@d/urban")?.department == "urban")
    for text in ["", "@", "supervisor", "@s1", "supervisor@", "supervisor@/urban"] {
      #expect(ReceiverAddress(text) == nil, "\(text)")
    }
  }

  @Test("without a lead department the district's own hear, and an unknown body is still addressed") func nobody()
    throws
  {
    let policy = try SamplePolicy().policy()
    let lead = Receiver(role: .handler, place: .leadDepartment)
    #expect(lead.address(unit: "g1", lead: nil, policy: policy).text == "handler@d")
    let unknown = Receiver(role: .inspector, place: .department("court"))
    #expect(unknown.address(unit: "g1", lead: nil, policy: policy).text == "inspector@d/court")
  }

  @Test("the lead department and a named body are addressed at their units") func departments() throws {
    let network = try SamplePolicy()
    let places = [
      Receiver(role: .handler, place: .leadDepartment), Receiver(role: .inspector, place: .department("water")),
    ]
    #expect(
      try receivers(places, unit: "g1", network: network, category: "0201")
        == ["handler@s1/power", "inspector@d/water"])
  }
}
