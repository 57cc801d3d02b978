import Domain

/// Which conditions of an ordered list can still be reached, where the first that holds wins.
struct RuleCover {
  let catalogue: Catalogue
  let units: UnitTree
  let conditions: [CaseCondition]
  /// What each applies to: of clocks, what they time.
  let matters: [Set<ClockMatter>]

  init(catalogue: Catalogue, units: UnitTree, conditions: [CaseCondition], matters: [Set<ClockMatter>]? = nil) {
    self.catalogue = catalogue
    self.units = units
    self.conditions = conditions
    self.matters = matters ?? conditions.map { _ in [.whole] }
  }

  /// Whether every case of the category meets some condition, whatever its other traits.
  func alwaysMatches(_ category: CategoryCode, _ matter: ClockMatter = .whole) -> Bool {
    conditions.indices.contains {
      matters[$0].contains(matter) && covers(conditions[$0], CaseCondition(), in: category)
    }
  }

  /// Categories of which some case meets no condition.
  func uncovered(_ matter: ClockMatter = .whole) -> [CategoryCode] {
    catalogue.categories.filter { $0.fileable && !alwaysMatches($0.code, matter) }.map(\.code)
  }

  /// Positions of conditions that no case can reach, as conditions before them take every one of their cases. Cases
  /// are told apart by category; the other traits are compared condition by condition.
  func unreachable() -> [Int] {
    conditions.indices.filter { index in
      let condition = conditions[index]
      let categories = catalogue.categories.filter { category in
        category.fileable
          && (condition.categories.isEmpty
            || condition.categories.contains { catalogue.contains($0, category.code) })
      }
      return categories.allSatisfy { category in
        matters[index].allSatisfy { matter in
          conditions[..<index].indices.contains {
            matters[$0].contains(matter) && covers(conditions[$0], condition, in: category.code)
          }
        }
      }
    }
  }

  /// Whether every case of the category that meets `inner` meets `outer` too.
  private func covers(_ outer: CaseCondition, _ inner: CaseCondition, in category: CategoryCode) -> Bool {
    (outer.categories.isEmpty || outer.categories.contains { catalogue.contains($0, category) })
      && isCovered(inner.units, by: outer.units) { units.contains($1, $0) }
      && isCovered(inner.layers, by: outer.layers) { $0 == $1 || $0.hasPrefix($1 + "/") }
      && isCovered(inner.sources, by: outer.sources, all: ReportSource.allCases)
      && isCovered(inner.priorities, by: outer.priorities, all: Priority.allCases)
      && isCovered(inner.texts, by: outer.texts) { $0.contains($1) }
      && coversHours(outer, inner) && (outer.reopened == nil || outer.reopened == inner.reopened)
  }

  /// An empty list means any, so it is covered only by another that means any.
  private func isCovered<Value>(
    _ inner: [Value], by outer: [Value], _ isWithin: (Value, Value) -> Bool
  ) -> Bool {
    outer.isEmpty || (!inner.isEmpty && inner.allSatisfy { value in outer.contains { isWithin(value, $0) } })
  }

  private func isCovered<Value: Hashable>(_ inner: [Value], by outer: [Value], all: [Value]) -> Bool {
    isCovered(inner, by: Set(outer) == Set(all) ? [] : outer) { $0 == $1 }
  }

  private func coversHours(_ outer: CaseCondition, _ inner: CaseCondition) -> Bool {
    outer.hours.isEmpty || minutes(inner).isSubset(of: minutes(outer))
  }

  private func minutes(_ condition: CaseCondition) -> Set<Int> {
    guard !condition.hours.isEmpty else { return Set(0..<1_440) }
    return Set(
      condition.hours.flatMap { span in
        (0..<1_440).filter {
          span.fromMinute <= span.toMinute
            ? $0 >= span.fromMinute && $0 < span.toMinute : $0 >= span.fromMinute || $0 < span.toMinute
        }
      })
  }
}

extension NetworkReading {
  /// Tells of each rule that no case can reach, as rules above it take its cases.
  func checkReach(_ rules: [(condition: CaseCondition, line: Int)], of thing: String, in file: String) {
    guard let tree, isComplete(file) else { return }
    for index in RuleCover(catalogue: catalogue, units: tree, conditions: rules.map(\.condition)).unreachable() {
      faults.add(
        file, rules[index].line, "this \(thing) can never match",
        remedy: "move it above the rules that take its cases, or remove it")
    }
  }

  /// A few codes for a message, and how many more there are.
  func naming(_ codes: [CategoryCode]) -> String {
    let named = codes.prefix(3).map(\.text).joined(separator: ", ")
    return codes.count > 3 ? "\(named) and \(codes.count - 3) more" : named
  }
}
