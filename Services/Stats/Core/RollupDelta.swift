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
  }

  /// By row, one difference per fact in the order of ``CaseFacts/named``.
  private(set) var rows: [Key: [Int64]] = [:]

  /// Each event takes away what held before it and adds what holds after it.
  mutating func add(_ event: EventOutline, policy: NetworkPolicy) {
    let day = policy.filedDay(event.subject.filedAt)
    if let before = event.before { count(event.subject, day, before, -1) }
    count(event.subject, day, event.after, 1)
  }

  private mutating func count(_ subject: CaseSubject, _ day: Int32, _ standing: CaseStanding, _ step: Int64) {
    let key = Key(
      day: day, unit: subject.unit, category: subject.category, department: standing.lead?.text ?? "",
      source: subject.source)
    var facts = standing.facts.rawValue
    while facts != 0 {
      let bit = facts.trailingZeroBitCount
      rows[key, default: [Int64](repeating: 0, count: CaseFacts.named.count)][bit] += step
      facts &= facts - 1
    }
  }

  /// The rows that change at all.
  var changed: [(key: Key, differences: [Int64])] {
    rows.compactMap { key, differences in
      differences.contains { $0 != 0 } ? (key, differences) : nil
    }
  }
}
