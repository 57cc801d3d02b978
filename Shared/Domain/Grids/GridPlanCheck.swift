/// What is wrong with one field of a proposed change of grids.
public struct GridPlanFault: Sendable, Hashable {
  public let field: String
  public let code: String
  public let detail: String

  public init(field: String, code: String, detail: String) {
    self.field = field
    self.code = code
    self.detail = detail
  }
}

/// Compares a proposed change with the units as they are; shapes are looked at elsewhere.
public struct GridPlanCheck: Sendable {
  /// How far ahead its day may lie.
  public static let maxAheadDays = 366

  let plan: GridChangePlan
  let units: UnitTree

  public init(_ plan: GridChangePlan, units: UnitTree) {
    self.plan = plan
    self.units = units
  }

  /// Everything that is wrong; none means that the plan holds together.
  public var faults: [GridPlanFault] { gridFaults + countFaults + proposedFaults + districtFaults + reasonFaults }

  /// What is wrong with its day.
  public func dayFaults(notice: Limit?, calendar: WorkingCalendar, now: Instant) -> [GridPlanFault] {
    let today = calendar.zone.date(of: now)
    let days = plan.effective.dayNumber - today.dayNumber
    guard days > 0 else { return [fault("effective_on", "in_past", "The first day can be \(today.adding(days: 1)).")] }
    guard days <= Self.maxAheadDays else {
      return [fault("effective_on", "too_far", "The day can lie \(Self.maxAheadDays) days ahead.")]
    }
    guard let notice else { return [] }
    let earliest = calendar.advance(from: now, by: notice).at
    guard calendar.zone.instant(of: plan.effective) < earliest else { return [] }
    let first = calendar.zone.date(of: earliest).adding(days: 1)
    return [fault("effective_on", "too_soon", "\(notice) are asked between proposal and day: the first is \(first).")]
  }

  private func fault(_ field: String, _ code: String, _ detail: String) -> GridPlanFault {
    GridPlanFault(field: field, code: code, detail: detail)
  }

  private var reasonFaults: [GridPlanFault] {
    guard plan.reason.contains(where: { !$0.isWhitespace }) else {
      return [fault("reason", "required", "Say why, for those who approve it.")]
    }
    guard plan.reason.unicodeScalars.count <= GridChangePlan.maxReasonCharacters else {
      return [fault("reason", "too_long", "It may have \(GridChangePlan.maxReasonCharacters) characters.")]
    }
    return []
  }

  private var gridFaults: [GridPlanFault] {
    var seen: Set<UnitCode> = []
    return plan.grids.compactMap { code in
      guard seen.insert(code).inserted else { return fault("grids", "duplicate_code", "\(code) stands twice.") }
      guard let unit = units[code], units.isInForce(code) else {
        return fault("grids", "unknown_unit", "The network has no unit \(code) in force.")
      }
      guard unit.tier == units.finestTier, unit.parent != nil else {
        return fault("grids", "not_a_grid", "\(code) is no \(units.finestTier).")
      }
      return nil
    }
  }

  private var countFaults: [GridPlanFault] {
    let (old, new) = (plan.grids.count, plan.proposed.count)
    guard old <= GridChangePlan.maxGrids, new <= GridChangePlan.maxGrids else {
      return [fault("features", "too_many", "A change may have \(GridChangePlan.maxGrids) grids on each side.")]
    }
    switch plan.kind {
    case .split where old != 1 || new < 2:
      return [fault("kind", "wrong_number", "A split makes two grids or more of one; these are \(new) of \(old).")]
    case .merge where old < 2 || new != 1:
      return [fault("kind", "wrong_number", "A merger makes one grid of two or more; these are \(new) of \(old).")]
    case .move where old == 0 || old != new:
      return [fault("kind", "wrong_number", "A move leaves as many grids as there were; these are \(new) of \(old).")]
    case .move where movesNothing:
      return [fault("kind", "nothing_moves", "One grid alone moves only to another unit.")]
    default: return []
    }
  }

  private var movesNothing: Bool {
    guard plan.grids.count == 1, let grid = units[plan.grids[0]] else { return false }
    return plan.proposed[0].parent == grid.parent
  }

  private var proposedFaults: [GridPlanFault] {
    var seen: Set<UnitCode> = []
    let parents = Set(plan.grids.compactMap { units[$0]?.parent })
    return plan.proposed.flatMap { grid -> [GridPlanFault] in
      let field = "features.\(grid.code)"
      var faults: [GridPlanFault] = []
      if !seen.insert(grid.code).inserted {
        faults.append(fault("\(field).code", "duplicate_code", "The code stands twice."))
      } else if let known = units[grid.code], !keepsCode(grid) {
        faults.append(
          fault(
            "\(field).code", "duplicate_code",
            plan.grids.contains(grid.code)
              ? "A code is kept only by a grid that is moved and stays under \(known.parent ?? known.code)."
              : "The code is, or was, that of another unit: a code means one grid for ever."))
      }
      if grid.nameZh.isEmpty && grid.nameEn.isEmpty {
        faults.append(fault("\(field).name_zh", "required", "Name it in Chinese or English."))
      }
      if let parent = units[grid.parent], units.isInForce(grid.parent), parent.tier != units.finestTier {
        if plan.kind != .move, !parents.contains(grid.parent) {
          faults.append(
            fault(
              "\(field).parent", "other_unit", "The \(plan.kind.rawValue) leaves the grid where it was: use `move`."))
        }
      } else {
        faults.append(fault("\(field).parent", "unknown_unit", "No unit above the grids has the code \(grid.parent)."))
      }
      return faults
    }
  }

  /// A grid that is moved and stays under its unit keeps its code, its people and its cases.
  private func keepsCode(_ grid: ProposedGrid) -> Bool {
    plan.kind == .move && plan.grids.contains(grid.code) && units[grid.code]?.parent == grid.parent
  }

  private var districtFaults: [GridPlanFault] {
    let districts = Set((plan.grids + plan.proposed.map(\.parent)).compactMap { units.district(of: $0) })
    guard districts.count > 1 else { return [] }
    let names = districts.map(\.text).sorted().joined(separator: ", ")
    return [fault("grids", "several_districts", "The grids lie in \(names); each district has a journal of its own.")]
  }
}
