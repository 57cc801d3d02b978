import Domain
import Testing

@testable import GridNetwork

/// The dry run of routing on the networks of the repository: it must never tell another story than routing itself.
@Suite struct RuleTraceTests {
  @Test(arguments: TestNetworks.names)
  func explainsWhatRoutingDecides(name: String) throws {
    let policy = try TestNetworks.policy(name)
    let seed = Seed()
    var random = SplitMix(seed: seed.value)
    let categories = policy.catalogue.categories.filter(\.fileable).map(\.code)
    let conditions = policy.routing.map(\.condition)
    let layers = conditions.flatMap(\.layers)
    let texts = conditions.flatMap(\.texts)
    for _ in 0..<500 {
      let traits = CaseTraits(
        category: categories[random.number(in: 0...(categories.count - 1))],
        unit: policy.units.units[random.number(in: 0...(policy.units.units.count - 1))].code,
        layers: layers.filter { _ in random.number(in: 0...1) == 0 },
        source: ReportSource.allCases[random.number(in: 0...(ReportSource.allCases.count - 1))],
        priority: random.number(in: 0...1) == 0 ? .normal : .urgent,
        text: texts.filter { _ in random.number(in: 0...1) == 0 }.joined(separator: " "),
        minuteOfDay: random.number(in: 0...1_439), reopened: random.number(in: 0...1) == 0)
      let trace = Router.explain(traits, policy: policy)
      #expect(trace.decision == Router.route(traits, policy: policy), "\(seed) \(traits)")
      for passed in trace.passedOver {
        #expect(!passed.unmet.isEmpty && !policy.matches(passed.rule.condition, traits), "\(seed) \(traits)")
      }
      guard case .department(let rule) = trace.decision else { continue }
      #expect(policy.unmet(rule.condition, traits).isEmpty, "\(seed) \(traits)")
    }
  }

  @Test func atNightAnotherRuleTakesTheNoise() throws {
    let policy = try TestNetworks.policy("baoan")
    func explain(_ minute: Int) -> RuleTrace {
      Router.explain(
        CaseTraits(
          category: "E0301", unit: "440306017", source: .officer, priority: .normal, minuteOfDay: minute),
        policy: policy)
    }
    #expect(explain(23 * 60 + 30).decision.rule == "night-construction-noise")
    let byDay = explain(10 * 60)
    #expect(byDay.decision.rule == "construction-sites")
    let passed = try #require(byDay.passedOver.first { $0.rule.name == "night-construction-noise" })
    #expect(passed.unmet == [.hours])
  }
}

extension RoutingDecision {
  fileprivate var rule: String? {
    guard case .department(let rule) = self else { return nil }
    return rule.name
  }
}
