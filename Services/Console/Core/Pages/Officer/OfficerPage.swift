import Casework
import Domain
import WebAuth

/// What an officer has in the hand: reporting, what waits for verification, what became of their own reports. One page,
/// so that a phone keeps it whole and shows it without a network; patrol rounds become a fourth part of it.
enum OfficerPage: Page {
  static let route = PageRoute(
    "officer", template: "officer", roles: [.officer],
    menu: PageMenu(order: 5, icon: "officer", text: "officer.menu"))

  /// Tasks and reports that are shown; there may be more.
  static let maxTasks = 40
  static let maxReports = 30

  static func content(_ request: PageRequest) async throws -> PageContent {
    try request.query().finish()
    let (console, view) = (request.console, request.view)
    async let frequent = OfficerCatalogue.frequent(request)
    async let reports = OfficerReports.newest(maxReports, request)
    var filter = CaseFilter()
    filter.waiting = .verification(by: view.actor.text)
    let waiting = try await console.cases.count(view.sight, filter, now: request.now)
    let tasks = try await console.cases.page(
      view.sight, filter, order: .dueFirst, limit: maxTasks, now: request.now)
    let rows = CaseRows(request)
    var data: PageData = [
      "owner": "\(view.caller.district)/\(view.caller.name)", "unitName": request.names.unit(view.caller.unit),
      "network": view.policy.name, "loaded": request.times.data(request.now),
    ]
    data["tasks"] = tasks.cases.map { summary in
      var row = rows.data(summary)
      row["path"] = "/officer/tasks/\(summary.id)"
      row["what"] = request.texts(summary.state == .reported ? "officer.task.report" : "officer.task.result")
      return row
    }
    data["taskCount"] = waiting > 0 ? "\(waiting)" : nil
    let more = waiting - Int64(tasks.cases.count)
    data["moreTasks"] = more > 0 ? request.texts.counted("officer.tasks.more", more) : nil
    data["reports"] = try await reports.map { report in
      var row = rows.data(report.summary)
      row["what"] = explained(report.summary, request)
      row["joined"] = report.isJoined
      row["received"] = request.times.data(report.receivedAt)
      return row
    }
    let catalogue = OfficerCatalogue(request)
    data["frequent"] = try await frequent.map { catalogue.choice($0) }
    data["classes"] = catalogue.classes
    data["grids"] = OfficerGrids(request).data
    return PageContent(request.texts("officer.title"), data)
  }

  /// Where a case stands, in plain words: who has it and what comes next.
  private static func explained(_ summary: CaseSummary, _ request: PageRequest) -> String {
    let lead = summary.lead.map { request.names.department($0) } ?? request.texts("officer.state.centre")
    return request.texts("officer.state.\(summary.state.rawValue)", ["department": lead])
  }
}

/// The grids that a report can be given by hand: those under the officer's unit.
struct OfficerGrids: Sendable {
  /// So many are chosen from a list; of more the code is typed, as it stands on the grid's sign.
  static let maxListed = 300

  private let request: PageRequest

  init(_ request: PageRequest) { self.request = request }

  var data: PageData {
    let tree = request.view.policy.units
    let unit = request.view.caller.unit
    var found: [Unit] = []
    var waiting: [Unit] = tree.place(unit).map { [$0] } ?? []
    while let next = waiting.popLast(), found.count <= Self.maxListed {
      let children = tree.children(of: next.code)
      if children.isEmpty { found.append(next) } else { waiting += children.reversed() }
    }
    guard found.count <= Self.maxListed else { return ["isTyped": true, "prefix": unit.text] }
    let options: [PageData] = found.map { ["code": $0.code.text, "name": request.names.unit($0.code)] }
    return ["isListed": true, "options": options]
  }
}
