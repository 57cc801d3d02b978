/// Where the rules send a case.
public enum RoutingDecision: Sendable, Hashable {
  case department(RoutingRule)
  /// No rule covers it: a person decides.
  case desk
}

/// Chooses the department responsible: the first rule whose condition holds.
public enum Router {
  public static func route(_ traits: CaseTraits, policy: NetworkPolicy) -> RoutingDecision {
    policy.routingRule(traits).map { .department($0) } ?? .desk
  }

  /// Every rule that was asked, in order, with whether it held: the dry run's trace.
  public static func trace(
    _ traits: CaseTraits, policy: NetworkPolicy
  ) -> [(rule: RoutingRule, matched: Bool)] {
    var trace: [(rule: RoutingRule, matched: Bool)] = []
    for rule in policy.routing {
      let matched = policy.matches(rule.condition, traits)
      trace.append((rule, matched))
      if matched { break }
    }
    return trace
  }
}
