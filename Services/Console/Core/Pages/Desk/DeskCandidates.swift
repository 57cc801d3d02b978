import Casework
import Domain

/// Departments that could take a case, the likeliest first, and what speaks for each: whom the last return named, what
/// the rules come nearest to, and who had the like before.
struct DeskCandidates: Sendable {
  /// What speaks for a department.
  enum Ground: Hashable, Sendable {
    /// One that gave the case back said that it is responsible.
    case named
    /// The rule that decides.
    case rule(String)
    /// A rule that failed on little.
    case near(String)
    /// It had cases of this category, or of its class.
    case category, categoryClass
  }

  struct Candidate: Hashable, Sendable {
    let department: DepartmentCode
    fileprivate(set) var grounds: [Ground]
  }

  private(set) var all: [Candidate] = []
  /// Who gave the case back, ever.
  let returners: Set<DepartmentCode>
  /// Who gave it back last: to send it there again is to reject the return.
  let lastReturner: DepartmentCode?

  init(_ brief: CaseBrief, trace: RuleTrace, history: DepartmentHistory, policy: NetworkPolicy) {
    returners = Set(
      brief.events.compactMap { event -> DepartmentCode? in
        guard case .returned(let back) = event.detail, back.part == nil else { return nil }
        return event.before?.lead
      })
    lastReturner = brief.value.returnedBy
    for event in brief.events.reversed() {
      guard case .returned(let back) = event.detail, let named = back.responsible else { continue }
      add(named, .named, policy)
    }
    if case .department(let rule) = trace.decision { add(rule.lead, .rule(rule.name), policy) }
    for passed in trace.passedOver where DeskTrace.isNear(passed) {
      add(passed.rule.lead, .near(passed.rule.name), policy)
    }
    for department in Self.busiest(history.ofCategory) { add(department, .category, policy) }
    for department in Self.busiest(history.ofClass) where history.ofCategory[department] == nil {
      add(department, .categoryClass, policy)
    }
    if let lastReturner { add(lastReturner, nil, policy) }
    let (returners, lastReturner) = (returners, lastReturner)
    all =
      all.filter { !returners.contains($0.department) }
      + all.filter { returners.contains($0.department) && $0.department != lastReturner }
      + all.filter { $0.department == lastReturner }
  }

  /// At most so many; who gave the case back last is among them, as the last.
  func prefix(_ count: Int) -> [Candidate] {
    guard all.count > count, let last = all.last, last.department == lastReturner else {
      return Array(all.prefix(count))
    }
    return all.prefix(count - 1) + [last]
  }

  private mutating func add(_ department: DepartmentCode, _ ground: Ground?, _ policy: NetworkPolicy) {
    guard policy.departments[department] != nil else { return }
    guard let place = all.firstIndex(where: { $0.department == department }) else {
      all.append(Candidate(department: department, grounds: [ground].compactMap(\.self)))
      return
    }
    if let ground, !all[place].grounds.contains(ground) { all[place].grounds.append(ground) }
  }

  private static func busiest(_ records: [DepartmentCode: DepartmentHistory.Record]) -> [DepartmentCode] {
    records.filter { $0.value.dispatched > 0 }
      .sorted { ($1.value.dispatched, $0.key) < ($0.value.dispatched, $1.key) }.map(\.key)
  }
}
