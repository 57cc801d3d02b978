/// When a routing rule, a limit or a ladder applies. An empty list means any.
public struct CaseCondition: Sendable, Hashable {
  /// Categories, each with all that stands under it.
  public var categories: [CategoryCode]
  /// Units, each with all that lies under it.
  public var units: [UnitCode]
  /// Professional layers, as `layer` or `layer/code`.
  public var layers: [String]
  public var sources: [ReportSource]
  public var priorities: [Priority]
  /// Any of these in the description, lower-cased as that is.
  public private(set) var texts: [String]
  /// Only at these local times of the day, from the first (inclusive) to the second (exclusive), minutes after
  /// midnight; a span may pass midnight.
  public var hours: [ClosedHours]
  /// Only cases that were reopened, or only those that were not; nil: both.
  public var reopened: Bool?

  public struct ClosedHours: Sendable, Hashable {
    public let fromMinute: Int
    public let toMinute: Int
    public init(fromMinute: Int, toMinute: Int) {
      self.fromMinute = fromMinute
      self.toMinute = toMinute
    }
    func contains(_ minute: Int) -> Bool {
      fromMinute <= toMinute
        ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute
    }
  }

  public init(
    categories: [CategoryCode] = [], units: [UnitCode] = [], layers: [String] = [], sources: [ReportSource] = [],
    priorities: [Priority] = [], texts: [String] = [], hours: [ClosedHours] = [], reopened: Bool? = nil
  ) {
    self.categories = categories
    self.units = units
    self.layers = layers
    self.sources = sources
    self.priorities = priorities
    self.texts = texts.map { $0.lowercased() }
    self.hours = hours
    self.reopened = reopened
  }
}

/// What a condition is asked about.
public struct CaseTraits: Sendable {
  public let category: CategoryCode
  public let unit: UnitCode
  public let layers: [String]
  public let source: ReportSource
  public let priority: Priority
  /// Lower-cased description, empty when no rule reads texts.
  public let text: String
  public let minuteOfDay: Int
  /// Whether the case was closed before and opened again.
  public let reopened: Bool

  public init(
    category: CategoryCode, unit: UnitCode, layers: [String] = [], source: ReportSource, priority: Priority,
    text: String = "", minuteOfDay: Int, reopened: Bool = false
  ) {
    self.category = category
    self.unit = unit
    self.layers = layers
    self.source = source
    self.priority = priority
    self.text = text
    self.minuteOfDay = minuteOfDay
    self.reopened = reopened
  }
}

/// Names the department responsible for cases that meet a condition.
public struct RoutingRule: Sendable, Hashable {
  public let name: String
  public let condition: CaseCondition
  public let lead: DepartmentCode
  public let assists: [DepartmentCode]

  public init(name: String, condition: CaseCondition, lead: DepartmentCode, assists: [DepartmentCode] = []) {
    self.name = name
    self.condition = condition
    self.lead = lead
    self.assists = assists
  }
}
