public import Domain
public import PostgresClient
import Wire

/// What a policy would make of the clocks that run now.
///
/// Two things are told apart. Under the policy's limits every clock would be due at a time that may differ from its own;
/// but a clock that runs keeps the limit it began with, so this holds for cases like those that are open now. Once the
/// policy is applied, only provisional due times are computed again, by its calendar.
public struct PolicyPreview: Sendable {
  /// Cases read at once.
  public static let casesAtOnce: Int64 = 2_000

  public struct Count: Sendable, Equatable {
    public var running: Int64 = 0
    /// Of those running, they stand still (挂账).
    public var paused: Int64 = 0
    public var earlier: Int64 = 0
    public var later: Int64 = 0
    /// Clocks for which the policy has no limit.
    public var withoutLimit: Int64 = 0
    public var becomeOverdue: Int64 = 0
    public var noLongerOverdue: Int64 = 0
    public var becomeProvisional: Int64 = 0

    public var moved: Int64 { earlier + later + withoutLimit }
  }

  /// What the calendar makes of due times that were provisional.
  public struct Calendar: Sendable, Equatable {
    public var provisional: Int64 = 0
    public var becomeCertain: Int64 = 0
    public var moved: Int64 = 0
    public var becomeOverdue: Int64 = 0
    public var noLongerOverdue: Int64 = 0
    /// They are computed again when they run again.
    public var paused: Int64 = 0

    public init(provisional: Int64 = 0) { self.provisional = provisional }
  }

  public let policy: NetworkPolicy
  public let now: Instant
  public private(set) var cases: Int64 = 0
  public private(set) var movedCases: Int64 = 0
  public private(set) var overdueCases: Int64 = 0
  public private(set) var clocks: [ClockName: Count] = [:]
  public private(set) var calendar = Calendar()

  public init(policy: NetworkPolicy, now: Instant) {
    self.policy = policy
    self.now = now
  }

  // A closed case may still owe a supervision, an answer or the decision of an appeal.
  private static let open = Statement(
    "policy_preview_open_cases",
    """
    SELECT c.number, c.snapshot, CASE WHEN $3 THEN lower(r.description) END FROM cases AS c
    LEFT JOIN reports AS r ON $3 AND r.district = c.district AND r.case_number = c.number AND r.part = 0
    WHERE c.district = $1 AND c.number > $2
      AND (c.due_at IS NOT NULL
        OR c.state IN ('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'suspended'))
    ORDER BY c.number LIMIT \(casesAtOnce)
    """)

  /// Counts every open case of the district.
  ///
  /// - Parameter progress: called after each case.
  public mutating func read(
    _ district: UnitCode, _ pool: PostgresPool, progress: () -> Void = {}
  ) async throws {
    var last: Int64 = 0
    while true {
      let rows = try await pool.query(Self.open, [.text(district.text), .int64(last), .bool(policy.readsTexts)])
      for row in rows {
        last = try row.int64(0)
        add(try CaseCoding.decode(try row.bytes(1)), text: try row.textOrNil(2) ?? "")
        progress()
      }
      if rows.count < Self.casesAtOnce { return }
    }
  }

  /// Counts one case that waits for something.
  public mutating func add(_ value: Case, text: String = "") {
    cases += 1
    let traits = value.traits(policy: policy, text: text)
    var isMoved = false
    var becomesOverdue = false
    for clock in value.clocks where clock.isRunning {
      var count = clocks[clock.name] ?? Count()
      count.running += 1
      if clock.isPaused { count.paused += 1 }
      if let fresh = clock.finalDue(under: policy, traits) {
        let wasLate = clock.isLate(by: clock.finalDueAt, now: now)
        let isLate = clock.isLate(by: fresh.at, now: now)
        if fresh.at < clock.finalDueAt { count.earlier += 1 }
        if fresh.at > clock.finalDueAt { count.later += 1 }
        if isLate, !wasLate { count.becomeOverdue += 1 }
        if wasLate, !isLate { count.noLongerOverdue += 1 }
        if fresh.provisional, !clock.provisional { count.becomeProvisional += 1 }
        isMoved = isMoved || fresh.at != clock.finalDueAt
        becomesOverdue = becomesOverdue || (isLate && !wasLate)
      } else {
        count.withoutLimit += 1
        isMoved = true
      }
      clocks[clock.name] = count
    }
    if isMoved { movedCases += 1 }
    if becomesOverdue { overdueCases += 1 }
    recalculate(value)
  }

  /// What escalation will do to the provisional due times, asked of the same machine.
  private mutating func recalculate(_ value: Case) {
    let provisional = value.clocks.filter { $0.isRunning && $0.provisional }
    guard !provisional.isEmpty else { return }
    calendar.provisional += Int64(provisional.count)
    calendar.paused += Int64(provisional.count { $0.isPaused })
    let again = CaseMachine.recalculate(value, by: .service("preview"), policy: policy, now: now)?.value
    for clock in provisional where !clock.isPaused {
      guard let fresh = again?.clocks.first(where: { $0.name == clock.name && $0.version == clock.version }) else {
        continue
      }
      let (wasLate, isLate) = (clock.finalDueAt < now, fresh.finalDueAt < now)
      if !fresh.provisional { calendar.becomeCertain += 1 }
      if fresh.finalDueAt != clock.finalDueAt { calendar.moved += 1 }
      if isLate, !wasLate { calendar.becomeOverdue += 1 }
      if wasLate, !isLate { calendar.noLongerOverdue += 1 }
    }
  }
}
