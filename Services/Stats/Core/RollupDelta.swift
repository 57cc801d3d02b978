import Casework
import Domain
import Wire

/// What a run of events changes in the rollups: a sum of differences, by the dimensions that figures are asked for.
struct RollupDelta {
  /// One row of `rollup_daily`.
  struct Key: Hashable {
    /// The local day of filing, in days since 1970.
    let day: Int32
    let unit: UnitCode
    let category: CategoryCode
    /// Empty while there is none.
    let department: String
    let source: ReportSource
    /// Counts the parts of assisting departments, each under its own, rather than cases.
    var isPart = false
    /// Taken out of the assessment by an accepted appeal.
    var isExcluded = false
  }

  /// By row, one difference per fact in the order of ``CaseFacts/named``.
  private(set) var rows: [Key: [Int64]] = [:]
  /// Every fact that holds before or after one of the events: no other changes.
  private(set) var facts: CaseFacts = []

  /// Each event takes away what held before it and adds what holds after it.
  mutating func add(_ event: EventOutline, policy: NetworkPolicy) {
    let day = policy.filedDay(event.subject.filedAt)
    let key = { (department: DepartmentCode?, facts: CaseFacts, isPart: Bool) in
      Key(
        day: day, unit: event.subject.unit, category: event.subject.category, department: department?.text ?? "",
        source: event.subject.source, isPart: isPart, isExcluded: facts.contains(.appealedOut))
    }
    if let before = event.before { count(before.facts, key(before.lead, before.facts, false), -1) }
    count(event.after.facts, key(event.after.lead, event.after.facts, false), 1)
    for part in event.parts {
      count(part.before, key(part.department, part.before, true), -1)
      count(part.after, key(part.department, part.after, true), 1)
    }
  }

  private mutating func count(_ facts: CaseFacts, _ key: Key, _ step: Int64) {
    self.facts.formUnion(facts)
    Self.add(step, to: &rows[key, default: Self.none], for: facts)
  }

  private static let none = [Int64](repeating: 0, count: CaseFacts.named.count)

  private static func add(_ step: Int64, to differences: inout [Int64], for facts: CaseFacts) {
    var rest = facts.rawValue
    while rest != 0 {
      differences[rest.trailingZeroBitCount] += step
      rest &= rest - 1
    }
  }

  /// The rows that change at all.
  var changed: [(key: Key, differences: [Int64])] {
    rows.compactMap { key, differences in
      differences.contains { $0 != 0 } ? (key, differences) : nil
    }
  }
}
