import Casework
import Domain
import WebAuth

/// What a department has before it: to sign, in hand, due soon, late, returned to it.
enum DepartmentPage: Page {
  static let route = PageRoute(
    "department", template: "department", roles: [.handler],
    menu: PageMenu(order: 5, icon: "department", text: "menu.department"))

  /// Cases of a box that are shown; there may be more.
  static let boxCases = 100

  private enum Box: String, CaseIterable {
    case toSign = "to_sign"
    case inHand = "in_hand"
    case dueSoon = "due_soon"
    case late
    case back
    case answers

    var tone: String? {
      switch self {
      case .toSign: "accent"
      case .dueSoon, .back, .answers: "soon"
      case .late: "late"
      case .inHand: nil
      }
    }
  }

  static func content(_ request: PageRequest) async throws -> PageContent {
    guard let department = request.view.caller.department else {
      return PageContent(request.texts("department.title"), ["noDepartment": true])
    }
    var fields = try request.query()
    let chosen = fields.text("box").flatMap { Box(rawValue: $0) } ?? .toSign
    try fields.finish()
    var filter = CaseFilter()
    filter.waiting = .department(department)
    let (console, sight) = (request.console, request.view.sight)
    var found: [CaseSummary] = []
    var cursor: CaseCursor?
    // All of what waits is read, to sort it into its boxes; a department has some hundreds of open cases at most.
    repeat {
      let page = try await console.cases.page(
        sight, filter, order: .dueFirst, after: cursor, limit: CaseQueries.maxPageCases, now: request.now)
      found += page.cases
      cursor = page.next
    } while cursor != nil && found.count < 5_000
    let parts = try await DepartmentParts.of(department, request: request)
    var backFilter = filter
    backFilter.counted = .fact([.reworked, .reopened])
    let back = try await console.cases.page(
      sight, backFilter, order: .dueFirst, limit: CaseQueries.maxPageCases, now: request.now)
    let desk = Desk(department: department, parts: parts, back: Set(back.cases.map(\.id)), now: request.now)
    let boxes = desk.sorted(found)
    let rows = CaseRows(request)
    let shown = boxes[chosen] ?? []
    let address = PageAddress(request.request)
    let tabs: [PageData] = Box.allCases.map { box in
      var data: PageData = [
        "name": request.texts("department.box.\(box.rawValue)"), "count": "\(boxes[box]?.count ?? 0)",
        "path": address.with(["box": box.rawValue]), "isCurrent": box == chosen, "id": box.rawValue,
      ]
      data["tone"] = boxes[box]?.isEmpty == false ? box.tone : nil
      return data
    }
    var data: PageData = [
      "boxes": tabs, "box": request.texts("department.box.\(chosen.rawValue)"),
      "hint": request.texts("department.hint.\(chosen.rawValue)"), "hasRows": !shown.isEmpty,
      "empty": request.texts("department.empty.\(chosen.rawValue)"),
    ]
    data["rows"] = shown.prefix(boxCases).map { summary in
      var row = rows.data(summary)
      let part = parts[summary.id]
      if let part { row["part"] = request.texts("department.part", ["state": request.texts.word("part_state", part)]) }
      let isToSign = part == "assigned" || (part == nil && summary.state == .dispatched)
      row["canSign"] = isToSign && chosen == .toSign
      return row
    }
    data["more"] = shown.count > boxCases ? request.texts.counted("department.more", shown.count - boxCases) : nil
    let title = request.texts("department.title_of", ["department": request.names.department(department)])
    return PageContent(title, data)
  }

  /// What the department's cases are sorted by.
  private struct Desk {
    let department: DepartmentCode
    /// State of the department's part by the number of the case.
    let parts: [CaseID: String]
    /// Cases that did not pass, or were opened again.
    let back: Set<CaseID>
    let now: Instant

    func sorted(_ cases: [CaseSummary]) -> [Box: [CaseSummary]] {
      var boxes: [Box: [CaseSummary]] = [:]
      for summary in cases {
        for box in self.boxes(of: summary) { boxes[box, default: []].append(summary) }
      }
      return boxes
    }

    private func boxes(of summary: CaseSummary) -> [Box] {
      let isLead = summary.lead == department
      let part = parts[summary.id]
      var boxes: [Box] = []
      if isLead ? summary.state == .dispatched : part == "assigned" { boxes.append(.toSign) }
      if isLead ? summary.state == .signed : part == "signed" { boxes.append(.inHand) }
      if boxes.isEmpty { return [.answers] }
      if let due = summary.dueAt {
        switch DueTone.of(due, from: summary.filedAt, now: now) {
        case .late: boxes.append(.late)
        case .soon: boxes.append(.dueSoon)
        case .fine: break
        }
      }
      if back.contains(summary.id) { boxes.append(.back) }
      return boxes
    }
  }
}
