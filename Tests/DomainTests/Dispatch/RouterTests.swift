import Domain
import DomainSamples
import Testing

@Suite("Routing") struct RouterTests {
  private func traits(
    _ category: CategoryCode = "0101", unit: UnitCode = "g1", layers: [String] = [], source: ReportSource = .officer,
    priority: Priority = .normal, text: String = "", minute: Int = 600
  ) -> CaseTraits {
    CaseTraits(
      category: category, unit: unit, layers: layers, source: source, priority: priority, text: text,
      minuteOfDay: minute)
  }

  private func matches(_ condition: CaseCondition, _ traits: CaseTraits) throws -> Bool {
    try SamplePolicy().policy().matches(condition, traits)
  }

  @Test("The first rule that holds decides; what none covers goes to the desk") func firstMatch() throws {
    let policy = try SamplePolicy().policy()
    func rule(_ category: CategoryCode) -> String? {
      guard case .department(let rule) = Router.route(traits(category), policy: policy) else { return nil }
      return rule.name
    }
    #expect(rule("0102") == "burst mains", "the particular rule stands before the general one")
    #expect(rule("0101") == "street order")
    #expect(rule("0201") == "lamps")
    #expect(rule("0901") == nil)
    #expect(rule("7777") == nil)
    #expect(Router.route(traits("0901"), policy: policy) == .desk)
  }

  @Test("The explanation names each rule that was passed over, and what in it did not hold") func explained() throws {
    let policy = try SamplePolicy().policy()
    let ofStreets = Router.explain(traits("0101"), policy: policy)
    #expect(ofStreets.passedOver.map(\.rule.name) == ["burst mains"])
    #expect(ofStreets.passedOver.map(\.unmet) == [[.categories]])
    #expect(ofStreets.decision == Router.route(traits("0101"), policy: policy))
    let ofNobody = Router.explain(traits("0901"), policy: policy)
    #expect(ofNobody.passedOver.count == policy.routing.count && ofNobody.decision == .desk)
  }

  @Test("Of a condition each part that does not hold is named, and none where it holds") func unmet() throws {
    let policy = try SamplePolicy().policy()
    let condition = CaseCondition(
      categories: ["01"], units: ["g1"], layers: ["fire"], sources: [.hotline], priorities: [.urgent], texts: ["gas"],
      hours: [.init(fromMinute: 1_320, toMinute: 360)], reopened: true)
    #expect(policy.unmet(condition, traits("0201", unit: "g2")) == ConditionPart.allCases)
    let met = CaseTraits(
      category: "0101", unit: "g1", layers: ["fire"], source: .hotline, priority: .urgent, text: "a gas leak",
      minuteOfDay: 0, reopened: true)
    #expect(policy.unmet(condition, met) == [] && policy.matches(condition, met))
    #expect(policy.unmet(CaseCondition(), traits("7777", unit: "nowhere")) == [])
  }

  @Test("An empty condition holds for everything") func empty() throws {
    #expect(try matches(CaseCondition(), traits("7777", unit: "nowhere")))
  }

  @Test("A category stands for all under it") func categories() throws {
    #expect(try matches(CaseCondition(categories: ["01"]), traits("0101")))
    #expect(try matches(CaseCondition(categories: ["0101"]), traits("0101")))
    #expect(try !matches(CaseCondition(categories: ["0101"]), traits("01")))
    #expect(try !matches(CaseCondition(categories: ["02"]), traits("0101")))
    #expect(try matches(CaseCondition(categories: ["02", "01"]), traits("0101")))
  }

  @Test("A unit stands for all that lies under it") func units() throws {
    for unit: UnitCode in ["d", "s1", "c1", "g1"] { #expect(try matches(CaseCondition(units: [unit]), traits())) }
    for unit: UnitCode in ["s2", "c2", "g2", "nowhere"] {
      #expect(try !matches(CaseCondition(units: [unit]), traits()))
    }
  }

  @Test("Layers, sources and priorities are matched as they are") func plainLists() throws {
    #expect(try matches(CaseCondition(layers: ["fire/f1"]), traits(layers: ["water/w", "fire/f1"])))
    #expect(try !matches(CaseCondition(layers: ["fire/f2"]), traits(layers: ["fire/f1"])))
    #expect(try matches(CaseCondition(sources: [.camera, .officer]), traits()))
    #expect(try !matches(CaseCondition(sources: [.camera]), traits()))
    #expect(try matches(CaseCondition(priorities: [.urgent]), traits(priority: .urgent)))
    #expect(try !matches(CaseCondition(priorities: [.urgent]), traits()))
  }

  @Test("Words are looked for without regard to case") func texts() throws {
    #expect(try matches(CaseCondition(texts: ["Gas", "煤气"]), traits(text: "a smell of gas")))
    #expect(try matches(CaseCondition(texts: ["煤气"]), traits(text: "楼道有煤气味")))
    #expect(try !matches(CaseCondition(texts: ["gas"]), traits(text: "")))
  }

  @Test("Hours go from the first minute to before the last, over midnight too") func hours() throws {
    func open(_ from: Int, _ to: Int, _ minute: Int) throws -> Bool {
      try matches(
        CaseCondition(hours: [CaseCondition.ClosedHours(fromMinute: from, toMinute: to)]), traits(minute: minute))
    }
    #expect(try open(480, 1_080, 480))
    #expect(try open(480, 1_080, 1_079))
    #expect(try !open(480, 1_080, 1_080))
    #expect(try !open(480, 1_080, 479))
    #expect(try open(1_320, 360, 1_320))
    #expect(try open(1_320, 360, 0))
    #expect(try open(1_320, 360, 359))
    #expect(try !open(1_320, 360, 360))
  }

  @Test("All parts of a condition must hold") func conjunction() throws {
    let condition = CaseCondition(categories: ["01"], units: ["s1"], priorities: [.urgent])
    #expect(try matches(condition, traits(priority: .urgent)))
    #expect(try !matches(condition, traits()))
    #expect(try !matches(condition, traits(unit: "g4", priority: .urgent)))
    #expect(try !matches(condition, traits("0201", priority: .urgent)))
  }

  @Test("A case is asked about by the local hour of its filing") func localHour() throws {
    let policy = try SamplePolicy().policy()
    let sample = SampleCase(policy: policy)
    #expect(sample.value.traits(policy: policy).minuteOfDay == 9 * 60)
    #expect(sample.value.traits(policy: policy).layers == ["fire/f1"])
  }
}
