public import Domain

extension CaseClock {
  /// When a running clock would be due under another policy: what is left of its stages by the limits there, with the
  /// extensions that were granted and the pauses that are over. A clock that stands still is taken as of when it was
  /// paused, as it is itself. Nil where the policy has no limit for it.
  public func finalDue(under policy: NetworkPolicy, _ traits: CaseTraits) -> Due? {
    let limits = self.limits(under: policy, traits)
    guard let last = limits.last else { return nil }
    var due = Due(at: stageStartedAt, provisional: stages[..<stage].contains { $0.provisional })
    func add(_ step: Due) { due = Due(at: step.at, provisional: due.provisional || step.provisional) }
    for index in stage..<max(limits.count, stage + 1) {
      add(policy.calendar.advance(from: due.at, by: index < limits.count ? limits[index] : last))
      guard index < stages.count else { continue }
      for granted in stages[index].extensions { add(policy.calendar.advance(from: due.at, by: granted)) }
      // Pauses were measured by the limit that ran then.
      if index == stage { add(policy.calendar.moment(paused, after: due.at, by: stages[index].limit.unit.measure)) }
    }
    return due
  }

  private func limits(under policy: NetworkPolicy, _ traits: CaseTraits) -> [Limit] {
    // An answer has its limit from the form of supervision, whose name its stage bears.
    if name == .answer { return [policy.casePolicy.supervisionForm(stages[0].name)?.answer].compactMap(\.self) }
    return policy.limit(for: name, traits, matter: matter)?.stages.map(\.limit) ?? []
  }

  /// Whether a due time has passed: of a clock that stands still, had passed when it was paused.
  public func isLate(by due: Instant, now: Instant) -> Bool { due < (pausedAt ?? now) }
}
