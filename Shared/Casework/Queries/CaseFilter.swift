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
    /// For a department's signature or result, as lead or for its part, or for its answer to a supervision order.
    case department(DepartmentCode)
    /// For the verification of a report or of a result, but for what this actor found or handled.
    case verification(by: String)
    /// For a decision of the centre: at the desk, on a request, on a part that was returned, on a duty to supervise; on
    /// an appeal where the policy has the caller's role decide it.
    case centre(decidesAppeals: Bool)
    /// For the decision of an appeal.
    case appeal
    /// As `verification`; or closed cases of these sources whose callers nobody has asked yet, or whose bad rating
    /// obliges the centre to supervise.
    case hotline(by: String, revisits: [ReportSource])
  }

  public var states: [CaseState] = []
  /// The ground under the unit whose subtree is meant.
  public var territory: Territory?
  /// The finest unit that is known of the case.
  public var unit: UnitCode?
  public var categories: [CategoryCode] = []
  public var lead: Lead?
  /// A department that leads the case or has, or had, a part in it.
  public var involving: DepartmentCode?
  /// Parts of assisting departments rather than whole cases: `lead` then means the department that has the part, and
  /// `counted` what is counted of its part.
  public var ofParts = false
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
  public var cases: [CaseID]?

  public init() {}
}

extension Conditions {
  /// Cases `c` that the filter lets through at `now`.
  public mutating func add(_ filter: CaseFilter, now: Instant) {
    if !filter.states.isEmpty { add("c.state = ANY(?)", .texts(filter.states.map(\.rawValue))) }
    if let territory = filter.territory { add(subtree: territory.unitPath) }
    if let unit = filter.unit { add("c.unit = ?", .text(unit.text)) }
    if !filter.categories.isEmpty { add("c.category = ANY(?)", .texts(filter.categories.map(\.text))) }
    addDepartments(filter)
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
    case nil: break
    case _ where filter.ofParts: break
    case .fact(let fact)?: add("c.facts & ? <> 0", .int32(Int32(bitPattern: fact.rawValue)))
    case .overdueOpen?: addOverdue(now: now)
    }
    if let cases = filter.cases {
      add(
        "(c.district, c.number) IN (SELECT * FROM unnest(?::text[], ?::bigint[]))",
        .texts(cases.map(\.district.text)), .int64s(cases.map(\.number)))
    }
  }

  private mutating func addDepartments(_ filter: CaseFilter) {
    if let department = filter.involving {
      add(
        """
        (c.lead = ? OR EXISTS (SELECT FROM case_parts p
          WHERE p.district = c.district AND p.case_number = c.number AND p.department = ?))
        """, .text(department.text), .text(department.text))
    }
    guard !filter.ofParts else { return addParts(filter) }
    switch filter.lead {
    case .department(let department): add("c.lead = ?", .text(department.text))
    case .some(.none): add("c.lead IS NULL")
    case nil: break
    }
  }

  /// Cases in which one and the same part has all that is asked. What is overdue of a part is what figures count so: it
  /// is open and one of its clocks was found over.
  private mutating func addParts(_ filter: CaseFilter) {
    let department: String? = if case .department(let code) = filter.lead { code.text } else { nil }
    let late = Int32(bitPattern: CaseFacts.late.rawValue)
    let (facts, isOpen): (Int32?, Bool) =
      switch filter.counted {
      case .fact(let fact): (Int32(bitPattern: fact.rawValue), false)
      case .overdueOpen: (late, true)
      case nil: (nil, false)
      }
    add(
      """
      EXISTS (SELECT FROM case_parts p WHERE p.district = c.district AND p.case_number = c.number
        AND (?::text IS NULL OR p.department = ?) AND (?::integer IS NULL OR p.facts & ? <> 0)
        AND (NOT ? OR p.state IN ('assigned', 'signed')))
      """, .text(department), .text(department), .int32(facts), .int32(facts), .bool(isOpen))
  }

  private mutating func addTimes(_ filter: CaseFilter, now: Instant) {
    switch filter.overdue {
    case true?: addOverdue(now: now)
    case false?: add("(c.due_at IS NULL OR c.due_at >= ?)", .timestamp(microseconds: now.microseconds))
    case nil: break
    }
    if let from = filter.filedFrom { add("c.filed_at >= ?", .timestamp(microseconds: from.microseconds)) }
    if let before = filter.filedBefore { add("c.filed_at < ?", .timestamp(microseconds: before.microseconds)) }
    // No index has the local day. Wherever on earth it begins, it lies within a day of the one in UTC: this bounds the
    // time of filing, which an index has.
    if let day = filter.firstDay {
      add("c.filed_day >= DATE '1970-01-01' + ?", .int32(day))
      add("c.filed_at >= ?", .timestamp(microseconds: (Int64(day) - 1) * Instant.microsecondsPerDay))
    }
    if let day = filter.lastDay {
      add("c.filed_day <= DATE '1970-01-01' + ?", .int32(day))
      add("c.filed_at < ?", .timestamp(microseconds: (Int64(day) + 2) * Instant.microsecondsPerDay))
    }
  }

  private mutating func addOverdue(now: Instant) {
    add("c.due_at < ?", .timestamp(microseconds: now.microseconds))
  }

  // The parts are asked for once, not anew for each case: so the subqueries name no column of `c`. Where marks or answers
  // are asked for, the conditions of their partial indexes stand beside, so that the database sees that these serve.
  private mutating func add(_ waiting: CaseFilter.Waiting) {
    switch waiting {
    case .department(let department):
      let code = PostgresParameter.text(department.text)
      add(
        """
        (c.lead = ? AND c.state IN ('dispatched', 'signed') OR c.owes_answer <> '{}' AND ? = ANY(c.owes_answer)
          OR c.state IN ('dispatched', 'signed') AND (c.district, c.number) IN (
            SELECT p.district, p.case_number FROM case_parts p
            WHERE p.department = ? AND p.state IN ('assigned', 'signed')))
        """, code, code, code)
    case .verification(let actor): add("c.state IN ('reported', 'handled') AND c.finder <> ?", .text(actor))
    case .centre(let decidesAppeals):
      let marks = CaseMarks.Bits.forCentre.union(decidesAppeals ? .appealWaits : [])
      add(
        """
        (c.state = 'desk' OR c.marks & 15 <> 0 AND c.marks & ? <> 0
          OR c.state IN ('dispatched', 'signed') AND (c.district, c.number) IN (
            SELECT p.district, p.case_number FROM case_parts p WHERE p.state = 'returned'))
        """, .int32(marks.rawValue))
    case .appeal: add("c.marks & 15 <> 0 AND c.marks & ? <> 0", .int32(CaseMarks.Bits.appealWaits.rawValue))
    case .hotline(let actor, let sources):
      let rated: CaseFacts = [.satisfied, .dissatisfied, .unrated]
      add(
        """
        (c.state IN ('reported', 'handled') AND c.finder <> ? OR c.marks & 15 <> 0 AND c.marks & ? <> 0
          OR c.state = 'closed' AND c.facts & ? = 0 AND c.source = ANY(?))
        """, .text(actor), .int32(CaseMarks.Bits.mustSupervise.rawValue), .int32(Int32(bitPattern: rated.rawValue)),
        .texts(sources.map(\.rawValue)))
    }
  }
}
