/// Rules sorted by category beforehand: for each category of the catalogue those whose condition on categories it meets, in
/// the order of the policy. Which category a case has is what most rules ask, and climbing the catalogue for each rule of
/// each case cost more than everything else that routing does.
struct RulesByCategory<Rule: Sendable>: Sendable {
  private let rules: [Rule]
  private let byCategory: [CategoryCode: [Rule]]

  init(_ rules: [Rule], _ catalogue: Catalogue, condition: (Rule) -> CaseCondition) {
    self.rules = rules
    byCategory = Dictionary(
      catalogue.categories.map { category in
        let met = rules.filter { rule in
          let asked = condition(rule).categories
          return asked.isEmpty || asked.contains { catalogue.contains($0, category.code) }
        }
        return (category.code, met)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The rules that a case of this category may fall under. `isSorted` tells whether their condition on categories is met
  /// already: not for a category that the catalogue does not hold.
  func candidates(_ category: CategoryCode) -> (rules: [Rule], isSorted: Bool) {
    guard let sorted = byCategory[category] else { return (rules, false) }
    return (sorted, true)
  }
}
