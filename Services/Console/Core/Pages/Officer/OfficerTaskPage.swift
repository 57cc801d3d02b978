import Casework
import Domain
import Journal
import WebAuth

/// One task of verification on a phone: what was reported, what the department handed in, and the answer to it.
enum OfficerTaskPage: Page {
  static let route = PageRoute("officer/tasks/:id", template: "officer-task", roles: [.officer])

  static func content(_ request: PageRequest) async throws -> PageContent {
    try request.query().finish()
    let (console, view) = (request.console, request.view)
    let (loaded, report) = try await console.findCase(request.context, view)
    let (id, value) = (loaded.id, loaded.value)
    async let photos = PhotoStore(pool: console.pool).photos(of: id)
    let events = try await console.reader.events(of: id).compactMap { try $0.event.decoded() }
    var data = CaseFactsData(value, id: id, report: report, request: request).data
    data["casePath"] = "/cases/\(id)"
    data["photos"] = CasePhotosData(try await photos, events: events, id: id, request: request).data
    data["results"] = value.state == .handled ? results(events, request) : nil
    let forms = CaseActionForms((id, value), text: report.description?.lowercased() ?? "", request: request)
    let isReport = value.state == .reported
    data["form"] = forms.data(of: isReport ? .verifyReport : .verify)
    data["what"] = request.texts(isReport ? "officer.task.report" : "officer.task.result")
    data["due"] = request.times.data(value.runningClock(.verify)?.dueAt)
    return PageContent(request.texts("officer.task.title", ["id": id.description]), data)
  }

  /// What departments handed in since the case was last sent to them, the newest first.
  private static func results(_ events: [CaseEvent], _ request: PageRequest) -> [PageData] {
    let start = events.lastIndex { if case .reworked = $0.detail { true } else { false } } ?? 0
    return events[start...].reversed().compactMap { event in
      guard case .handled(let result) = event.detail else { return nil }
      var data: PageData = ["text": result.result, "by": request.names.actor(event.actor)]
      data["items"] = result.checklist
      return data
    }
  }
}
