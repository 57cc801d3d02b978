import Casework
import Domain
import WebAuth

/// What a department has before it: to sign, in hand, due soon, late, returned to it; beside it the case at hand, with
/// everything the department may do to it.
enum DepartmentPage: Page {
  static let route = PageRoute(
    "department", template: "department", roles: [.handler],
    menu: PageMenu(order: 5, icon: "department", text: "menu.department"))

  /// Cases of a box that are shown; there may be more.
  static let boxCases = 100

  static func content(_ request: PageRequest) async throws -> PageContent {
    guard let department = request.view.caller.department else {
      return PageContent(request.texts("department.title"), ["noDepartment": true])
    }
    var fields = try request.query()
    let asked = fields.text("box").flatMap { DepartmentDesk.Box(rawValue: $0) }
    let chosenCase = fields.text("case").flatMap { CaseID($0) }
    try fields.finish()
    let desk = try await DepartmentDesk.read(department, request: request)
    let box = asked ?? .toSign
    let items = desk.items(in: box)
    let shown = items.prefix(boxCases)
    let selected = chosenCase ?? shown.first?.summary.id
    let (texts, address) = (request.texts, PageAddress(request.request))
    var data: PageData = [
      "boxes": tabs(desk, box, address, texts), "boxCode": box.rawValue, "box": texts("department.box.\(box.rawValue)"),
      "hint": texts("department.hint.\(box.rawValue)"), "hasRows": !shown.isEmpty,
      "empty": texts("department.empty.\(box.rawValue)"), "isChosen": chosenCase != nil,
      "listPath": address.with(["box": box.rawValue, "case": nil]),
    ]
    data["rows"] = shown.map { item in
      row(
        item, path: address.with(["box": box.rawValue, "case": item.summary.id.description]),
        isSelected: item.summary.id == selected, request)
    }
    data["more"] = items.count > boxCases ? texts.counted("department.more", items.count - boxCases) : nil
    if let selected { data["panel"] = try await panel(selected, desk: desk, request: request) }
    let title = texts("department.title_of", ["department": request.names.department(department)])
    return PageContent(title, data)
  }

  private static func tabs(
    _ desk: DepartmentDesk, _ current: DepartmentDesk.Box, _ address: PageAddress, _ texts: PageTexts
  ) -> [PageData] {
    DepartmentDesk.Box.allCases.map { box in
      let count = desk.items(in: box).count
      var data: PageData = [
        "name": texts("department.box.\(box.rawValue)"), "count": "\(count)", "id": box.rawValue,
        "path": address.with(["box": box.rawValue, "case": nil]), "isCurrent": box == current,
      ]
      data["isBusy"] = count > 0
      data["isLate"] = count > 0 && box == .late
      return data
    }
  }

  private static func row(
    _ item: DepartmentDesk.Item, path: String, isSelected: Bool, _ request: PageRequest
  ) -> PageData {
    var row = CaseRows(request).data(item.summary)
    row["path"] = path
    row["isSelected"] = isSelected
    row["version"] = "\(item.value.version)"
    row["canSign"] = item.canSign
    row["due"] = request.times.data(item.dueAt)
    row["tone"] = item.dueAt.map { DueTone.of($0, from: item.startedAt, now: request.now).rawValue }
    row["part"] = item.part.map {
      request.texts("department.part", ["state": request.texts.word("part_state", $0.state.rawValue)])
    }
    return row
  }

  private static func panel(_ id: CaseID, desk: DepartmentDesk, request: PageRequest) async throws -> PageData {
    guard let brief = try await CaseBrief.of(id, request: request) else {
      return ["isGone": true, "id": id.description]
    }
    var data = brief.data
    let item = desk.items.first { $0.summary.id == id }
    data["isDone"] = item == nil
    data["asPart"] = item?.part.map { _ in
      request.texts(
        "department.as_part", ["department": brief.value.lead.map { request.names.department($0.department) } ?? ""])
    }
    return data
  }
}
