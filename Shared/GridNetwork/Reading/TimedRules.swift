import Domain

/// What a limit and a ladder have in common: which clock it is for, of what, and when.
struct TimedRule {
  let clock: ClockName
  /// Nil for all that the clock may time.
  let matter: ClockMatter?
  let condition: CaseCondition
  let line: Int
}

extension NetworkReading {
  /// Of the rules of each clock, in their order: each can apply to some case, and every case has one for whatever is owed.
  /// - Parameters:
  ///   - name: what such a rule is called in the singular, an `s` makes it many.
  ///   - owed: for what of a clock every case must have a rule.
  ///   - remedy: what to do where a case has none.
  func checkCover(
    _ rules: [TimedRule], of file: String, named name: String, owed: (ClockName) -> Set<ClockMatter>, remedy: String
  ) {
    guard let tree else { return }
    for clock in ClockName.allCases {
      let own = rules.filter { $0.clock == clock }
      let cover = RuleCover(
        catalogue: catalogue, units: tree, conditions: own.map(\.condition),
        matters: own.map { $0.matter.map { [$0] } ?? clock.matters })
      for index in cover.unreachable() {
        faults.add(
          file, own[index].line, "this \(name) of the \(clock.rawValue) clock can never apply",
          remedy: "move it above the \(name)s that take its cases, or remove it")
      }
      let due = owed(clock)
      for matter in ClockMatter.allCases where due.contains(matter) {
        let missed = cover.uncovered(matter)
        guard !missed.isEmpty else { continue }
        faults.add(
          file, 1, "no \(name) of the \(clock.naming(matter)) for every case of \(naming(missed))", remedy: remedy)
      }
    }
  }
}
