public import Domain

/// A small network for tests: one district `d` of two streets, three communities and four grids, three departments,
/// a catalogue, routing, limits, ladders and a working week at +08:00. Each part can be replaced before ``policy()``.
///
///     d ─ s1 ─ c1 ─ g1, g2        01 street order   0101 rubbish (→ urban)   0102 burst main (→ water, urban assists)
///       │    └ c2 ─ g3            02 lamps          0201 dark lamp (→ power)
///       └ s2 ─ c3 ─ g4            09 other          0901 what no rule routes
public struct SamplePolicy: Sendable {
  public var version: Int32 = 7
  public var tiers: [Tier]
  public var units: [Unit]
  public var departments: [Department]
  public var categories: [Domain.Category]
  public var routing: [RoutingRule]
  public var limits: [LimitRule]
  public var ladders: [Ladder]
  public var cards: [CardRule] = []
  public var casePolicy: CasePolicy
  public var calendar: WorkingCalendar

  public init() throws {
    tiers = ["district", "street", "community", "grid"].map { Tier(name: $0, labelZh: $0, labelEn: $0) }
    units = [
      ("d", nil, "district"), ("s1", "d", "street"), ("s2", "d", "street"), ("c1", "s1", "community"),
      ("c2", "s1", "community"), ("c3", "s2", "community"), ("g1", "c1", "grid"), ("g2", "c1", "grid"),
      ("g3", "c2", "grid"), ("g4", "c3", "grid"),
    ].map { (code: UnitCode, parent: UnitCode?, tier: String) in
      Unit(code: code, parent: parent, tier: tier, nameZh: code.text, nameEn: code.text)
    }
    departments = [("urban", "d"), ("water", "d"), ("power", "s1")].map { (code: DepartmentCode, unit: UnitCode) in
      Department(code: code, unit: unit, nameZh: code.text, nameEn: code.text)
    }
    categories = [
      ("01", nil), ("0101", "01"), ("0102", "01"), ("02", nil), ("0201", "02"), ("09", nil), ("0901", "09"),
    ].map { (code: CategoryCode, parent: CategoryCode?) in
      Category(
        scheme: "sample", version: "1", kind: .event, code: code, parent: parent, nameZh: code.text,
        nameEn: "name of \(code.text)", closingStandard: "", fileable: parent != nil)
    }
    routing = [
      RoutingRule(
        name: "burst mains", condition: CaseCondition(categories: ["0102"]), lead: "water", assists: ["urban"]),
      RoutingRule(name: "street order", condition: CaseCondition(categories: ["01"]), lead: "urban"),
      RoutingRule(name: "lamps", condition: CaseCondition(categories: ["02"]), lead: "power"),
    ]
    limits = try Self.sampleLimits()
    ladders = try Self.sampleLadders()
    casePolicy = try Self.sampleCasePolicy()
    calendar = WorkingCalendar(
      zone: .fixed(offsetSeconds: 8 * 3_600),
      week: try .mondayToFriday([try WorkingPeriod("08:30", "12:00"), try WorkingPeriod("14:00", "18:00")]),
      publishedYears: WorkingCalendar.everyYear)
  }

  private static func sampleCasePolicy() throws -> CasePolicy {
    CasePolicy(
      maxReturns: 2, returnWithin: try Limit("4 urgent_hours"), verifyFirst: [.citizen, .camera],
      reopenWithin: try Limit("30 urgent_days"),
      extensions: [
        ExtensionRule(
          condition: CaseCondition(priorities: [.normal]),
          grades: [
            ExtensionRule.Grade(longest: try Limit("5 work_days"), grantedBy: [.dispatcher, .supervisor]),
            ExtensionRule.Grade(longest: try Limit("10 work_days"), grantedBy: [.supervisor]),
          ])
      ], suspension: SuspensionRule(longest: try Limit("60 urgent_days"), grantedBy: [.dispatcher, .supervisor]),
      supervisionForms: [
        SupervisionForm(name: "phone", nameZh: "电话督办", nameEn: "By phone"),
        SupervisionForm(
          name: "leader", nameZh: "领导督办单", nameEn: "Leader's order", answer: try Limit("3 work_days"),
          orderedBy: [.supervisor]),
      ],
      revisits: RevisitRule(
        supervise: [.dissatisfied, .veryDissatisfied, .unrated], reopen: [.dissatisfied, .veryDissatisfied]),
      appeals: AppealRule(within: try Limit("10 work_days"), max: 1, decidedBy: [.inspector, .supervisor]))
  }

  private static func sampleLimits() throws -> [LimitRule] {
    func limit(
      _ clock: ClockName, _ stages: [(String, String)], _ condition: CaseCondition = CaseCondition()
    ) throws
      -> LimitRule
    {
      LimitRule(
        clock: clock, condition: condition,
        stages: try stages.map { LimitStage(name: $0.0, limit: try Limit($0.1)) })
    }
    return [
      try limit(.decide, [("", "30 urgent_minutes")]),
      try limit(.sign, [("", "2 urgent_hours")]),
      try limit(.contact, [("", "1 work_day")], CaseCondition(sources: [.hotline])),
      try limit(
        .handle, [("fence", "3 urgent_hours"), ("repair", "8 urgent_hours"), ("restore", "5 work_days")],
        CaseCondition(categories: ["0102"])),
      try limit(.handle, [("", "5 work_days")]),
      try limit(.verify, [("", "4 work_hours")]),
    ]
  }

  private static func sampleLadders() throws -> [Ladder] {
    func rung(_ name: String, _ at: String, _ act: RungAct, _ to: [Receiver]) throws -> Rung {
      Rung(name: name, at: try RungTime(at), to: to, act: act)
    }
    let department = Receiver(role: .handler, place: .leadDepartment)
    func centre(_ tier: String) -> Receiver { Receiver(role: .supervisor, place: .tier(tier)) }
    let inspection = Receiver(role: .inspector, place: .tier("district"))
    return [
      Ladder(
        clock: .handle, condition: CaseCondition(),
        rungs: [
          try rung("reminder", "-3 work_days", .remind, [department]),
          try rung("yellow", "90% used", .yellow, [department, centre("community")]),
          try rung("red", "0", .red, [centre("street")]),
          try rung("supervision", "+1 work_day", .supervise, [centre("district")]),
          try rung("inspection", "+2 work_days", .flag, [inspection]),
        ]),
      Ladder(
        clock: .sign, condition: CaseCondition(),
        rungs: [
          try rung("reminder", "50% used", .remind, [department]),
          try rung("red", "0", .red, [centre("street")]),
          try rung("inspection", "+2 urgent_hours", .flag, [inspection]),
        ]),
    ]
  }

  /// The parts put together. Throws where the units are no tree.
  public func policy() throws -> NetworkPolicy {
    NetworkPolicy(
      name: "sample", version: version, units: try UnitTree(tiers: tiers, units: units), departments: departments,
      catalogue: Catalogue(categories: categories), routing: routing, limits: limits, ladders: ladders, repeats: [],
      casePolicy: casePolicy, calendar: calendar, datum: .wgs84, cards: cards)
  }
}

/// People of the sample network.
public enum SampleActors {
  /// Found the sample report.
  public static let finder = user("li", .officer, "g1")
  public static let officer = user("wang", .officer, "g2")
  public static let urban = user("zhao", .handler, "d", "urban")
  public static let urbanColleague = user("qian", .handler, "d", "urban")
  public static let water = user("sun", .handler, "d", "water")
  public static let power = user("zhou", .handler, "s1", "power")
  public static let dispatcher = user("wu", .dispatcher, "d")
  public static let supervisor = user("zheng", .supervisor, "d")
  public static let inspector = user("chen", .inspector, "d")
  public static let hotline = user("feng", .hotline, "d")
  public static let camera = Actor(kind: .source, name: "camera", role: .source, unit: "d")

  public static func user(
    _ name: String, _ role: Role?, _ unit: UnitCode, _ department: DepartmentCode? = nil
  ) -> Actor {
    Actor(kind: .user, name: name, role: role, unit: unit, department: department)
  }

  public static func handler(of department: DepartmentCode) -> Actor {
    [urban, water, power].first { $0.department == department } ?? user("handler", .handler, "d", department)
  }
}

/// Moments of the sample network's week.
public enum SampleTime {
  /// Monday 2026-03-02, 09:00 local: 2026-03-02T01:00:00Z.
  public static let start = Instant(secondsSince1970: 1_772_413_200)
  public static let hour: Int64 = 3_600
  public static let day: Int64 = 86_400
}
