import Domain
import GridNetwork
import Wire

/// The units below and the departments, as they stand beside each other.
struct CommandRanks: Sendable {
  /// Departments shown at most.
  static let maxDepartments = 24

  private struct Entry {
    let key: String
    let name: String
    let path: String
    var open = ToneCounts()
    var tally = IndicatorTally()
  }

  let total: ToneCounts
  private let scene: CommandScene
  private let figures: CommandNumbers
  private let request: PageRequest
  private let openByUnit: [UnitCode: ToneCounts]
  private let openByDepartment: [DepartmentCode: ToneCounts]

  init(_ scene: CommandScene, open: [OpenTally], figures: CommandNumbers, request: PageRequest) {
    self.scene = scene
    self.figures = figures
    self.request = request
    let tree = request.view.policy.units
    let known = Set(scene.children.map(\.code))
    var total = ToneCounts()
    var byUnit: [UnitCode: ToneCounts] = [:]
    var byDepartment: [DepartmentCode: ToneCounts] = [:]
    for tally in open {
      total += tally.counts
      if let child = tree.placePath(to: tally.unit).first(where: { known.contains($0.code) }) {
        byUnit[child.code, default: ToneCounts()] += tally.counts
      }
      if let lead = tally.lead { byDepartment[lead, default: ToneCounts()] += tally.counts }
    }
    self.total = total
    openByUnit = byUnit
    openByDepartment = byDepartment
  }

  var units: [PageData] {
    let address = PageAddress(request.request)
    return data(
      scene.children.map { unit in
        Entry(
          key: unit.code.text, name: request.names.unit(unit.code, below: scene.unit),
          path: address.with(["unit": unit.code.text]),
          open: openByUnit[unit.code] ?? ToneCounts(), tally: figures.tally(of: unit.code))
      })
  }

  var departments: [PageData] {
    let codes = Set(openByDepartment.keys).union(figures.departmentCodes)
    let unit = PercentEncoding.encode(scene.unit.text)
    let entries = codes.map { code in
      Entry(
        key: code.text, name: request.names.department(code),
        path: "/cases?unit=\(unit)&department=\(PercentEncoding.encode(code.text))&state=open&sort=due_at",
        open: openByDepartment[code] ?? ToneCounts(), tally: figures.tally(of: code))
    }
    return Array(data(entries).prefix(Self.maxDepartments))
  }

  private func data(_ entries: [Entry]) -> [PageData] {
    let most = max(entries.map(\.open.open).max() ?? 0, 1)
    return entries.sorted(by: isBefore).enumerated().map { place, entry in
      let open = entry.open
      var data: PageData = [
        "place": "\(place + 1)", "key": entry.key, "name": entry.name, "path": entry.path, "open": "\(open.open)",
        "soon": "\(open.soon)", "late": "\(open.late)", "isLate": open.late > 0, "isSoon": open.soon > 0,
        "reported": "\(entry.tally.count("reported"))", "bars": bars(open, most: most),
      ]
      data["rate"] = CommandNumbers.rate(entry.tally).map { CommandNumbers.percent($0) }
      return data
    }
  }

  private func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    switch scene.rank {
    case .late: (-left.open.late, -left.open.open, left.key) < (-right.open.late, -right.open.open, right.key)
    case .open: (-left.open.open, -left.open.late, left.key) < (-right.open.open, -right.open.late, right.key)
    // The best first; whoever had nothing to do in time stands last.
    case .rate:
      (-(CommandNumbers.rate(left.tally) ?? -1), left.key) < (-(CommandNumbers.rate(right.tally) ?? -1), right.key)
    }
  }

  /// Parts of a bar of a hundred, late first.
  private func bars(_ open: ToneCounts, most: Int64) -> [PageData] {
    var start: Int64 = 0
    return [("late", open.late), ("soon", open.soon), ("fine", open.fine)].compactMap { tone, count in
      guard count > 0 else { return nil }
      let (from, to) = (start * 100 / most, (start + count) * 100 / most)
      start += count
      return ["tone": tone, "from": "\(from)", "width": "\(max(to - from, 1))"]
    }
  }
}
