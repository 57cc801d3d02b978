import Domain
import PostgresClient
import Wire

/// What a policy would make of the clocks that run now.
struct PolicyPreview {
  /// Cases read at once.
  static let casesAtOnce: Int64 = 2_000

  struct Count: Equatable {
    var running: Int64 = 0
    var earlier: Int64 = 0
    var later: Int64 = 0
    /// Clocks for which the policy has no limit.
    var withoutLimit: Int64 = 0
    var becomeOverdue: Int64 = 0
    var noLongerOverdue: Int64 = 0
    var becomeProvisional: Int64 = 0

    var moved: Int64 { earlier + later + withoutLimit }
  }

  let policy: NetworkPolicy
  let now: Instant
  private(set) var cases: Int64 = 0
  private(set) var movedCases: Int64 = 0
  private(set) var overdueCases: Int64 = 0
  private(set) var clocks: [ClockName: Count] = [:]

  init(policy: NetworkPolicy, now: Instant) {
    self.policy = policy
    self.now = now
  }

  private static let open = Statement(
    "gridctl_open_cases",
    """
    SELECT c.number, c.snapshot, CASE WHEN $3 THEN lower(r.description) END FROM cases AS c
    LEFT JOIN reports AS r ON $3 AND r.district = c.district AND r.case_number = c.number AND r.part = 0
    WHERE c.district = $1 AND c.number > $2
      AND c.state IN ('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'suspended')
    ORDER BY c.number LIMIT \(casesAtOnce)
    """)

  mutating func read(_ district: UnitCode, _ pool: PostgresPool) async throws {
    let progress = Progress("preview \(district)", unit: "cases", total: nil)
    var last: Int64 = 0
    while true {
      let rows = try await pool.query(Self.open, [.text(district.text), .int64(last), .bool(policy.readsTexts)])
      for row in rows {
        last = try row.int64(0)
        add(try CaseCoding.decode(try row.bytes(1)), text: try row.textOrNil(2) ?? "")
        progress.add()
      }
      if rows.count < Self.casesAtOnce { return }
    }
  }

  /// Counts one open case.
  mutating func add(_ value: Case, text: String = "") {
    cases += 1
    let traits = value.traits(policy: policy, text: text)
    var isMoved = false
    var becomesOverdue = false
    for clock in value.clocks where clock.isRunning {
      var count = clocks[clock.name] ?? Count()
      count.running += 1
      let fresh = CaseClock.start(
        clock.name, for: traits, department: clock.department, version: clock.version, at: clock.startedAt,
        policy: policy)
      if let fresh {
        if fresh.finalDueAt < clock.finalDueAt { count.earlier += 1 }
        if fresh.finalDueAt > clock.finalDueAt { count.later += 1 }
        if fresh.finalDueAt <= now, clock.finalDueAt > now { count.becomeOverdue += 1 }
        if fresh.finalDueAt > now, clock.finalDueAt <= now { count.noLongerOverdue += 1 }
        if fresh.provisional, !clock.provisional { count.becomeProvisional += 1 }
        isMoved = isMoved || fresh.finalDueAt != clock.finalDueAt
        becomesOverdue = becomesOverdue || (fresh.finalDueAt <= now && clock.finalDueAt > now)
      } else {
        count.withoutLimit += 1
        isMoved = true
      }
      clocks[clock.name] = count
    }
    if isMoved { movedCases += 1 }
    if becomesOverdue { overdueCases += 1 }
  }

  var answer: Answer {
    let rows = ClockName.allCases.compactMap { name in clocks[name].map { (name, $0) } }
    var table = Table([
      .init("clock"), .init("running", .right), .init("earlier", .right), .init("later", .right),
      .init("no limit", .right), .init("become overdue", .right), .init("no longer overdue", .right),
      .init("become provisional", .right),
    ])
    for (name, count) in rows {
      table.add(
        [name.rawValue]
          + [
            count.running, count.earlier, count.later, count.withoutLimit, count.becomeOverdue, count.noLongerOverdue,
            count.becomeProvisional,
          ].map { Figures.grouped($0) })
    }
    let deadlines = rows.reduce(Int64(0)) { $0 + $1.1.moved }
    let overdue = rows.reduce(Int64(0)) { $0 + $1.1.becomeOverdue }
    return Answer(
      [
        "network": .string(policy.name), "open_cases": .integer(cases), "moved_cases": .integer(movedCases),
        "overdue_cases": .integer(overdueCases), "moved_deadlines": .integer(deadlines),
        "become_overdue": .integer(overdue),
        "clocks": .array(
          rows.map { name, count in
            [
              "clock": .string(name.rawValue), "running": .integer(count.running), "earlier": .integer(count.earlier),
              "later": .integer(count.later), "without_limit": .integer(count.withoutLimit),
              "become_overdue": .integer(count.becomeOverdue), "no_longer_overdue": .integer(count.noLongerOverdue),
              "become_provisional": .integer(count.becomeProvisional),
            ]
          }),
      ],
      text: "of \(Figures.grouped(cases)) open cases this moves \(Figures.grouped(movedCases)), with "
        + "\(Figures.grouped(deadlines)) deadlines; \(Figures.grouped(overdue)) become overdue"
        + (table.isEmpty ? "" : "\n\n" + table.text))
  }
}
