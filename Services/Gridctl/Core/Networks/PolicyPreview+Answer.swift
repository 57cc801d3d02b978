import Casework
import Domain
import Wire

extension PolicyPreview {
  var answer: Answer {
    let rows = ClockName.allCases.compactMap { name in clocks[name].map { (name, $0) } }
    let deadlines = rows.reduce(Int64(0)) { $0 + $1.1.moved }
    let overdue = rows.reduce(Int64(0)) { $0 + $1.1.becomeOverdue }
    let json: JSONValue = [
      "network": .string(policy.name), "open_cases": .integer(cases), "moved_cases": .integer(movedCases),
      "overdue_cases": .integer(overdueCases), "moved_deadlines": .integer(deadlines),
      "become_overdue": .integer(overdue), "clocks": .array(rows.map { Self.json($0.0, $0.1) }),
      "provisional": [
        "clocks": .integer(calendar.provisional), "become_certain": .integer(calendar.becomeCertain),
        "moved": .integer(calendar.moved), "become_overdue": .integer(calendar.becomeOverdue),
        "no_longer_overdue": .integer(calendar.noLongerOverdue), "paused": .integer(calendar.paused),
      ],
    ]
    let sections = [
      "of \(Figures.grouped(cases)) open cases \(Figures.grouped(movedCases)) would be due at another time, with "
        + "\(Figures.grouped(deadlines)) deadlines, had they begun under it; \(Figures.grouped(overdue)) would be overdue",
      Self.table(rows),
      "clocks that run keep the limits they began with: applied now, it moves \(Figures.grouped(calendar.moved)) "
        + "deadlines, those whose provisional due times its calendar settles",
      provisionalWords,
    ]
    return Answer(json, text: sections.compactMap(\.self).joined(separator: "\n\n"))
  }

  private static func json(_ name: ClockName, _ count: Count) -> JSONValue {
    [
      "clock": .string(name.rawValue), "running": .integer(count.running), "paused": .integer(count.paused),
      "earlier": .integer(count.earlier), "later": .integer(count.later),
      "without_limit": .integer(count.withoutLimit), "become_overdue": .integer(count.becomeOverdue),
      "no_longer_overdue": .integer(count.noLongerOverdue), "become_provisional": .integer(count.becomeProvisional),
    ]
  }

  private static func table(_ rows: [(ClockName, Count)]) -> String? {
    var table = Table([
      .init("clock"), .init("running", .right), .init("paused", .right), .init("earlier", .right),
      .init("later", .right), .init("no limit", .right), .init("become overdue", .right),
      .init("no longer overdue", .right), .init("become provisional", .right),
    ])
    for (name, count) in rows {
      table.add(
        [name.rawValue]
          + [
            count.running, count.paused, count.earlier, count.later, count.withoutLimit, count.becomeOverdue,
            count.noLongerOverdue, count.becomeProvisional,
          ].map { Figures.grouped($0) })
    }
    return table.isEmpty ? nil : table.text
  }

  private var provisionalWords: String? {
    guard calendar.provisional > 0 else { return nil }
    var text =
      "of \(Figures.grouped(calendar.provisional)) provisional due times, \(Figures.grouped(calendar.becomeCertain)) "
      + "become certain and \(Figures.grouped(calendar.moved)) move once it is applied; "
      + "\(Figures.grouped(calendar.becomeOverdue)) become overdue"
    if calendar.paused > 0 {
      text += "; \(Figures.grouped(calendar.paused)) stand still and are computed when they run again"
    }
    return text
  }
}
