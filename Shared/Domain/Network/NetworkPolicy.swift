/// When two reports are one incident.
public struct RepeatRule: Sendable, Hashable {
  /// How alike the categories of two reports of one incident are.
  public enum Likeness: String, Sendable, CaseIterable {
    /// The same category.
    case category
    /// Categories of one class: the group directly above them in the catalogue is the same.
    case `class`
  }

  public let condition: CaseCondition
  public let radiusMetres: Double
  /// Counted from the last report of the incident, so that what goes on being reported stays one case.
  public let window: Limit
  public let same: Likeness

  public init(condition: CaseCondition, radiusMetres: Double, window: Limit, same: Likeness = .category) {
    self.condition = condition
    self.radiusMetres = radiusMetres
    self.window = window
    self.same = same
  }
}

/// Everything local, as one version of one network. Never changes: read once, shared by every thread, replaced whole.
public final class NetworkPolicy: Sendable {
  public let name: String
  public let version: Int32
  public let units: UnitTree
  public let departments: [DepartmentCode: Department]
  public let catalogue: Catalogue
  /// First match wins.
  public let routing: [RoutingRule]
  /// First match per clock wins.
  public let limits: [LimitRule]
  /// First match per clock wins.
  public let ladders: [Ladder]
  /// Each is asked on its own.
  public let cards: [CardRule]
  /// First match wins; none means that no repeats are recognised.
  public let repeats: [RepeatRule]
  public let casePolicy: CasePolicy
  public let calendar: WorkingCalendar
  /// The datum of readings that name none.
  public let datum: Datum
  /// How grids are changed; nil: by a new version of the network's files alone.
  public let gridChanges: GridChangeRule?
  /// Whether any condition reads the description.
  public let readsTexts: Bool
  private let routingByCategory: RulesByCategory<RoutingRule>
  private let limitsByCategory: [ClockName: RulesByCategory<LimitRule>]
  private let laddersByCategory: [ClockName: RulesByCategory<Ladder>]

  public init(
    name: String, version: Int32, units: UnitTree, departments: [Department], catalogue: Catalogue,
    routing: [RoutingRule], limits: [LimitRule], ladders: [Ladder], repeats: [RepeatRule], casePolicy: CasePolicy,
    calendar: WorkingCalendar, datum: Datum, cards: [CardRule] = [], gridChanges: GridChangeRule? = nil
  ) {
    self.name = name
    self.version = version
    self.units = units
    self.departments = Dictionary(departments.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    self.catalogue = catalogue
    self.routing = routing
    self.limits = limits
    self.ladders = ladders
    self.cards = cards
    self.repeats = repeats
    self.casePolicy = casePolicy
    self.calendar = calendar
    self.datum = datum
    self.gridChanges = gridChanges
    let conditions =
      routing.map(\.condition) + limits.map(\.condition) + ladders.map(\.condition) + cards.map(\.condition)
      + casePolicy.extensions.map(\.condition) + casePolicy.closing.map(\.condition)
    readsTexts = conditions.contains { !$0.texts.isEmpty }
    routingByCategory = RulesByCategory(routing, catalogue, condition: \.condition)
    limitsByCategory = Dictionary(grouping: limits, by: \.clock)
      .mapValues { RulesByCategory($0, catalogue, condition: \.condition) }
    laddersByCategory = Dictionary(grouping: ladders, by: \.clock)
      .mapValues { RulesByCategory($0, catalogue, condition: \.condition) }
  }

  public func matches(_ condition: CaseCondition, _ traits: CaseTraits) -> Bool {
    (condition.categories.isEmpty || condition.categories.contains { catalogue.contains($0, traits.category) })
      && matchesApartFromCategory(condition, traits)
  }

  private func matchesApartFromCategory(_ condition: CaseCondition, _ traits: CaseTraits) -> Bool {
    (condition.priorities.isEmpty || condition.priorities.contains(traits.priority))
      && (condition.sources.isEmpty || condition.sources.contains(traits.source))
      && (condition.units.isEmpty || condition.units.contains { units.contains($0, traits.unit) })
      && (condition.layers.isEmpty || condition.layers.contains { traits.layers.contains($0) })
      && (condition.hours.isEmpty || condition.hours.contains { $0.contains(traits.minuteOfDay) })
      && (condition.texts.isEmpty || condition.texts.contains { traits.text.contains($0) })
      && (condition.reopened == nil || condition.reopened == traits.reopened)
  }

  /// The first rule of routing whose condition holds.
  public func routingRule(_ traits: CaseTraits) -> RoutingRule? {
    first(routingByCategory, traits) { $0.condition }
  }

  public func limit(for clock: ClockName, _ traits: CaseTraits, matter: ClockMatter = .whole) -> LimitRule? {
    guard let rules = limitsByCategory[clock] else { return nil }
    return first(rules, traits) { $0.matter == nil || $0.matter == matter ? $0.condition : nil }
  }

  public func ladder(for clock: ClockName, _ traits: CaseTraits, matter: ClockMatter = .whole) -> Ladder? {
    guard let ladders = laddersByCategory[clock] else { return nil }
    return first(ladders, traits) { $0.matter == nil || $0.matter == matter ? $0.condition : nil }
  }

  /// The first rule whose condition holds; `condition` is nil for one that is not asked at all.
  private func first<Rule>(
    _ rules: RulesByCategory<Rule>, _ traits: CaseTraits, condition: (Rule) -> CaseCondition?
  ) -> Rule? {
    let (candidates, isSorted) = rules.candidates(traits.category)
    return candidates.first { rule in
      guard let condition = condition(rule) else { return false }
      return isSorted ? matchesApartFromCategory(condition, traits) : matches(condition, traits)
    }
  }
}
