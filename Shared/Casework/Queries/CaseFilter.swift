public import Domain
import PostgresClient

/// Which cases a list is to hold. Empty lists and nil mean any; all that is given must hold.
public struct CaseFilter: Sendable, Hashable {
  public enum Lead: Sendable, Hashable {
    case department(DepartmentCode)
    /// No department has it.
    case none
  }

  /// A rectangle in WGS-84, borders included.
  public struct Box: Sendable, Hashable {
    public let west: Double
    public let south: Double
    public let east: Double
    public let north: Double

    /// Nil unless the corners are on the globe, south not above north and west not beyond east.
    public init?(west: Double, south: Double, east: Double, north: Double) {
      guard GeoPoint.isValid(latitude: south, longitude: west), GeoPoint.isValid(latitude: north, longitude: east),
        south <= north, west <= east
      else { return nil }
      self.west = west
      self.south = south
      self.east = east
      self.north = north
    }
  }

  /// What an indicator counts.
  public enum Counted: Sendable, Hashable {
    case fact(CaseFacts)
    /// Open cases with a clock that has run out.
    case overdueOpen
  }

  /// What waits for someone.
  public enum Waiting: Sendable, Hashable {
    /// For a department's signature or result.
    case department(DepartmentCode)
    /// For the verification of a report or of a result, but for what this actor found or handled.
    case verification(by: String)
    /// For a decision at the desk.
    case desk
  }

  public var states: [CaseState] = []
  /// The path of a unit whose subtree is meant, each code ending in a slash.
  public var unitPath: String?
  /// The finest unit that is known of the case.
  public var unit: UnitCode?
  public var categories: [CategoryCode] = []
  public var lead: Lead?
  public var sources: [ReportSource] = []
  public var overdue: Bool?
  public var finder: String?
  public var waiting: Waiting?
  /// Searched in the description, the address and the case id, without regard to case.
  public var text: String?
  public var box: Box?
  public var filedFrom: Instant?
  public var filedBefore: Instant?
  /// The first and the last local day of filing, in days since 1970.
  public var firstDay: Int32?
  public var lastDay: Int32?
  public var counted: Counted?
  /// Only these.
  public var numbers: [Int64]?

  public init() {}
}

extension Conditions {
  /// Cases `c` that the filter lets through at `now`.
  public mutating func add(_ filter: CaseFilter, now: Instant) {
    if !filter.states.isEmpty { add("c.state = ANY(?)", .texts(filter.states.map(\.rawValue))) }
    if let path = filter.unitPath { add(subtree: path) }
    if let unit = filter.unit { add("c.unit = ?", .text(unit.text)) }
    if !filter.categories.isEmpty { add("c.category = ANY(?)", .texts(filter.categories.map(\.text))) }
    switch filter.lead {
    case .department(let department): add("c.lead = ?", .text(department.text))
    case .some(.none): add("c.lead IS NULL")
    case nil: break
    }
    if !filter.sources.isEmpty { add("c.source = ANY(?)", .texts(filter.sources.map(\.rawValue))) }
    if let finder = filter.finder { add("c.finder = ?", .text(finder)) }
    addTimes(filter, now: now)
    if let box = filter.box {
      add(
        "c.latitude BETWEEN ? AND ? AND c.longitude BETWEEN ? AND ?", .double(box.south), .double(box.north),
        .double(box.west), .double(box.east))
    }
    if let waiting = filter.waiting { add(waiting) }
    if let text = filter.text {
      add(
        """
        (strpos(lower(coalesce(r.description, '')), lower(?)) > 0
          OR strpos(lower(coalesce(r.address, '')), lower(?)) > 0 OR c.case_id = ?)
        """, .text(text), .text(text), .text(text))
    }
    switch filter.counted {
    case .fact(let fact): add("c.facts & ? <> 0", .int32(Int32(bitPattern: fact.rawValue)))
    case .overdueOpen: addOverdue(now: now)
    case nil: break
    }
    if let numbers = filter.numbers { add("c.number = ANY(?)", .int64s(numbers)) }
  }

  private mutating func addTimes(_ filter: CaseFilter, now: Instant) {
    switch filter.overdue {
    case true?: addOverdue(now: now)
    case false?: add("(c.due_at IS NULL OR c.due_at >= ?)", .timestamp(microseconds: now.microseconds))
    case nil: break
    }
    if let from = filter.filedFrom { add("c.filed_at >= ?", .timestamp(microseconds: from.microseconds)) }
    if let before = filter.filedBefore { add("c.filed_at < ?", .timestamp(microseconds: before.microseconds)) }
    if let day = filter.firstDay { add("c.filed_day >= DATE '1970-01-01' + ?", .int32(day)) }
    if let day = filter.lastDay { add("c.filed_day <= DATE '1970-01-01' + ?", .int32(day)) }
  }

  private mutating func addOverdue(now: Instant) {
    add("c.due_at < ?", .timestamp(microseconds: now.microseconds))
  }

  private mutating func add(_ waiting: CaseFilter.Waiting) {
    switch waiting {
    case .department(let department):
      add("c.lead = ? AND c.state IN ('dispatched', 'signed')", .text(department.text))
    case .verification(let actor): add("c.state IN ('reported', 'handled') AND c.finder <> ?", .text(actor))
    case .desk: add("c.state = 'desk'")
    }
  }
}
