/// One part of a condition; each must hold.
public enum ConditionPart: String, CaseIterable, Sendable {
  case categories, units, layers, sources, priorities, texts, hours, reopened
}

/// How a decision of the routing rules came about: the dry run's answer.
public struct RuleTrace: Sendable {
  /// A rule that was asked and did not hold, with what in it did not.
  public struct Passed: Sendable {
    public let rule: RoutingRule
    /// At least one.
    public let unmet: [ConditionPart]
  }

  /// The rules before the one that held, in order; all of them when none did.
  public let passedOver: [Passed]
  public let decision: RoutingDecision
}

extension Router {
  /// What ``route(_:policy:)`` decides, and why each rule before was passed over. Slower: it asks every part of every
  /// rule.
  public static func explain(_ traits: CaseTraits, policy: NetworkPolicy) -> RuleTrace {
    var passedOver: [RuleTrace.Passed] = []
    for rule in policy.routing {
      let unmet = policy.unmet(rule.condition, traits)
      if unmet.isEmpty { return RuleTrace(passedOver: passedOver, decision: .department(rule)) }
      passedOver.append(RuleTrace.Passed(rule: rule, unmet: unmet))
    }
    return RuleTrace(passedOver: passedOver, decision: .desk)
  }
}

extension NetworkPolicy {
  /// The parts of the condition that do not hold for a case; none where ``matches(_:_:)`` says that it is met.
  public func unmet(_ condition: CaseCondition, _ traits: CaseTraits) -> [ConditionPart] {
    ConditionPart.allCases.filter { part in !matches(condition.only(part), traits) }
  }
}

extension CaseCondition {
  /// The condition with nothing left of it but this part.
  func only(_ part: ConditionPart) -> CaseCondition {
    switch part {
    case .categories: CaseCondition(categories: categories)
    case .units: CaseCondition(units: units)
    case .layers: CaseCondition(layers: layers)
    case .sources: CaseCondition(sources: sources)
    case .priorities: CaseCondition(priorities: priorities)
    case .texts: CaseCondition(texts: texts)
    case .hours: CaseCondition(hours: hours)
    case .reopened: CaseCondition(reopened: reopened)
    }
  }
}
