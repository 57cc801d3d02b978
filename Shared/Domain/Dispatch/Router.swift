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
}
