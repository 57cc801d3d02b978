/// When two reports are one incident.
public struct RepeatRule: Sendable, Hashable {
  public let condition: CaseCondition
  public let radiusMetres: Double
  public let window: Limit

  public init(condition: CaseCondition, radiusMetres: Double, window: Limit) {
    self.condition = condition
    self.radiusMetres = radiusMetres
    self.window = window
  }
}

/// Limits on what may be done to a case again and again.
public struct CasePolicy: Sendable, Hashable {
  /// How often a department may return one case.
  public var maxReturns: Int
  /// Within this time of the dispatch.
  public var returnWithin: Limit?
  /// Sources whose reports must be verified before they are filed.
  public var verifyFirst: [ReportSource]

  public init(maxReturns: Int = 2, returnWithin: Limit? = nil, verifyFirst: [ReportSource] = []) {
    self.maxReturns = maxReturns
    self.returnWithin = returnWithin
    self.verifyFirst = verifyFirst
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
  /// First match wins; none means that no repeats are recognised.
  public let repeats: [RepeatRule]
  public let casePolicy: CasePolicy
  public let calendar: WorkingCalendar
  /// The datum of readings that name none.
  public let datum: Datum
  /// Whether any routing rule reads the description.
  public let readsTexts: Bool

  public init(
    name: String, version: Int32, units: UnitTree, departments: [Department], catalogue: Catalogue,
    routing: [RoutingRule], limits: [LimitRule], ladders: [Ladder], repeats: [RepeatRule], casePolicy: CasePolicy,
    calendar: WorkingCalendar, datum: Datum
  ) {
    self.name = name
    self.version = version
    self.units = units
    self.departments = Dictionary(departments.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    self.catalogue = catalogue
    self.routing = routing
    self.limits = limits
    self.ladders = ladders
    self.repeats = repeats
    self.casePolicy = casePolicy
    self.calendar = calendar
    self.datum = datum
    readsTexts = (routing.map(\.condition) + limits.map(\.condition) + ladders.map(\.condition))
      .contains { !$0.texts.isEmpty }
  }

  public func matches(_ condition: CaseCondition, _ traits: CaseTraits) -> Bool {
    (condition.priorities.isEmpty || condition.priorities.contains(traits.priority))
      && (condition.sources.isEmpty || condition.sources.contains(traits.source))
      && (condition.categories.isEmpty
        || condition.categories.contains { catalogue.contains($0, traits.category) })
      && (condition.units.isEmpty || condition.units.contains { units.contains($0, traits.unit) })
      && (condition.layers.isEmpty || condition.layers.contains { traits.layers.contains($0) })
      && (condition.hours.isEmpty || condition.hours.contains { $0.contains(traits.minuteOfDay) })
      && (condition.texts.isEmpty || condition.texts.contains { traits.text.contains($0) })
  }

  public func limit(for clock: ClockName, _ traits: CaseTraits) -> LimitRule? {
    limits.first { $0.clock == clock && matches($0.condition, traits) }
  }

  public func ladder(for clock: ClockName, _ traits: CaseTraits) -> Ladder? {
    ladders.first { $0.clock == clock && matches($0.condition, traits) }
  }
}
