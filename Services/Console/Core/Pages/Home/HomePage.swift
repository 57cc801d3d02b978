import Casework
import Domain
import WebAuth

/// Where everybody begins: what waits for the role, in figures that lead to it.
enum HomePage: Page {
  static let route = PageRoute(
    "", template: "home", menu: PageMenu(order: 0, icon: "home", text: "menu.home"))

  /// A figure and the list that it counts.
  private struct Figure {
    let name: String
    let query: String
    var tone: String?
    var filter = CaseFilter()
  }

  static func content(_ request: PageRequest) async throws -> PageContent {
    let figures = try figures(request)
    var shown: [PageData] = []
    for figure in figures {
      let count = try await request.console.cases.count(request.view.sight, figure.filter, now: request.now)
      var data: PageData = [
        "name": request.texts("home.figure.\(figure.name)"), "count": "\(count)",
        "path": "/cases?\(figure.query)", "id": figure.name,
      ]
      data["tone"] = count > 0 ? figure.tone : nil
      shown.append(data)
    }
    var data: PageData = ["figures": shown]
    data["hint"] = request.texts.optional("home.hint.\(request.role.rawValue)")
    if let duty = try duty(request) {
      let page = try await request.console.cases.page(
        request.view.sight, duty.filter, order: .dueFirst, limit: 10, now: request.now)
      let rows = CaseRows(request)
      data["waiting"] = page.cases.map { rows.data($0) }
      data["hasDuty"] = true
      data["dutyPath"] = dutyPath(request.role)
    }
    // Of those that are open: they are few, however many cases there have been over the years.
    var open = CaseFilter()
    open.states = CaseState.allCases.filter(\.isOpen)
    let recent = try await request.console.cases.page(
      request.view.sight, open, order: .changedFirst, limit: 8, now: request.now)
    data["recent"] = recent.cases.map { CaseRows(request).data($0) }
    let title = request.texts("home.title", ["name": request.view.caller.name])
    return PageContent(title, data)
  }

  /// Where the role does what waits for it.
  private static func dutyPath(_ role: Role) -> String {
    if DeskPage.route.roles.contains(role) { return "/" + DeskPage.route.path }
    if DepartmentPage.route.roles.contains(role) { return "/" + DepartmentPage.route.path }
    return "/cases?assigned_to=me&sort=due_at"
  }

  /// What waits for the caller; nil for those for whom nothing ever does.
  private static func duty(_ request: PageRequest) throws -> (filter: CaseFilter, name: String)? {
    guard ![.auditor, .admin].contains(request.role) else { return nil }
    var fields = try QueryFields(text: "assigned_to=me")
    let filter = request.view.filter(&fields)
    try fields.finish()
    return (filter, "mine")
  }

  private static func figures(_ request: PageRequest) throws -> [Figure] {
    var open = CaseFilter()
    open.states = CaseState.allCases.filter(\.isOpen)
    var late = open
    late.overdue = true
    var today = CaseFilter()
    today.firstDay = Int32(request.view.zone.date(of: request.now).dayNumber)
    var figures: [Figure] = []
    if let duty = try duty(request) {
      figures.append(Figure(name: "mine", query: "assigned_to=me&sort=due_at", tone: "accent", filter: duty.filter))
    }
    let day = request.view.zone.date(of: request.now).description
    figures += [
      Figure(name: "late", query: "state=open&overdue=true&sort=due_at", tone: "late", filter: late),
      Figure(name: "open", query: "state=open", filter: open),
      Figure(name: "today", query: "from=\(day)", filter: today),
    ]
    return figures
  }
}
