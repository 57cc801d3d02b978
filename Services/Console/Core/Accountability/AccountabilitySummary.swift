import Domain
import Wire

/// What the records of discipline inspection are counted by.
enum AccountabilityGrouping: String, CaseIterable, Sendable {
  case unit, department, clock, month
}

/// Counts of records in groups.
struct AccountabilitySummary {
  struct Counts: Sendable {
    var total: Int64 = 0
    var states: [AccountabilityState: Int64] = [:]
    var findings: [AccountabilityFinding: Int64] = [:]
    var statementsLate: Int64 = 0

    mutating func add(_ cell: AccountabilityCell) {
      total += cell.count
      states[cell.state, default: 0] += cell.count
      if let finding = cell.finding { findings[finding, default: 0] += cell.count }
      if cell.statementLate { statementsLate += cell.count }
    }
  }

  /// A group of records: its key, empty for those without one, and its counts.
  typealias Group = (key: String, counts: Counts)

  private let view: CallerView
  private let grouping: AccountabilityGrouping
  private let scope: UnitCode
  private let tier: String?

  /// - Parameters:
  ///   - scope: units are gathered by those right under it.
  ///   - tier: units are gathered by those of this tier instead.
  init(_ view: CallerView, by grouping: AccountabilityGrouping, scope: UnitCode, tier: String?) {
    self.view = view
    self.grouping = grouping
    self.scope = scope
    self.tier = tier
  }

  /// The groups in the order of their keys, and all of them together.
  func table(_ cells: [AccountabilityCell]) -> (groups: [Group], total: Counts) {
    var groups: [String: Counts] = [:]
    var all = Counts()
    for cell in cells {
      groups[key(cell), default: Counts()].add(cell)
      all.add(cell)
    }
    return (groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, all)
  }

  /// Whether the group of units is one unit alone, without what lies under it.
  func isDirect(_ key: String) -> Bool {
    if let tier { return view.policy.units.place(UnitCode(key))?.tier != tier }
    return !view.policy.units.children(of: scope).contains { $0.code.text == key }
  }

  func write(_ cells: [AccountabilityCell], to writer: inout JSONWriter) {
    let (groups, all) = table(cells)
    writer.beginObject()
    writer.member("by", grouping.rawValue)
    writer.objects("items", groups) { writer, group in
      writer.member(grouping.rawValue, group.key.isEmpty ? nil : group.key)
      writeNames(group.key, to: &writer)
      Self.write(group.counts, to: &writer)
    }
    writer.object("total") { Self.write(all, to: &$0) }
    writer.endObject()
  }

  private func key(_ cell: AccountabilityCell) -> String {
    switch grouping {
    case .unit: unit(cell.unit).text
    case .department: cell.department?.text ?? ""
    case .clock: cell.clock
    case .month: String(view.zone.date(of: cell.openedAt).description.dropLast(3))
    }
  }

  /// The unit of the tier, or right under the scope, that holds the record's; that one itself where it lies above.
  private func unit(_ code: UnitCode) -> UnitCode {
    let units = view.policy.units
    if let tier { return units.unit(of: code, at: tier)?.code ?? code }
    let path = units.placePath(to: code)
    guard let index = path.firstIndex(where: { $0.code == scope }), index + 1 < path.count else { return code }
    return path[index + 1].code
  }

  private func writeNames(_ key: String, to writer: inout JSONWriter) {
    switch grouping {
    case .unit: if let unit = view.policy.units[UnitCode(key)] { writer.names(unit.nameZh, unit.nameEn) }
    case .department:
      if let department = view.policy.departments[DepartmentCode(key)] {
        writer.names(department.nameZh, department.nameEn)
      }
    case .clock, .month: break
    }
  }

  private static func write(_ counts: Counts, to writer: inout JSONWriter) {
    writer.member("records", counts.total)
    for state in AccountabilityState.allCases { writer.member(state.rawValue, counts.states[state] ?? 0) }
    writer.object("findings") { writer in
      for finding in AccountabilityFinding.allCases { writer.member(finding.rawValue, counts.findings[finding] ?? 0) }
    }
    writer.member("statement_late", counts.statementsLate)
  }
}
