import Casework
import Domain
import Journal
import Operations

/// A case beside a list: what it is, how it came here, and what may be done now. The whole is on its own page.
struct CaseBrief: Sendable {
  let id: CaseID
  let value: Case
  let report: ReportContent
  let events: [CaseEvent]
  /// For the partial `case-brief`.
  let data: PageData

  /// What tells how a case came to wait; the rest of the story is on the page of the case.
  private static let told: Set<EventKind> = [
    .filed, .reported, .dispatched, .desked, .returned, .extensionRequested, .extensionRefused, .extensionGranted,
    .suspensionRequested, .suspensionRefused, .supervised, .coordinated, .appointed, .revisited, .reopened, .reworked,
    .appealed, .handled, .contacted, .merged, .commented,
  ]
  /// The last of these that are shown.
  private static let maxTold = 6

  /// Nil when there is no such case or it is not for the caller to see.
  static func of(_ id: CaseID, request: PageRequest) async throws -> CaseBrief? {
    let (console, view) = (request.console, request.view)
    guard let (loaded, report) = try await console.cases.find(id, view.sight) else { return nil }
    async let photos = PhotoStore(pool: console.pool).photos(of: id)
    let entries: [CaseTimeline.Entry] = try await console.reader.events(of: id).map {
      ($0.event, $0.hash, try $0.event.decoded())
    }
    let value = loaded.value
    let events = entries.compactMap(\.decoded)
    let timeline = CaseTimeline(request)
    let clocks = CaseClockBars(value, events: events, request: request)
    var data = CaseFactsData(value, id: id, report: report, request: request).data
    data["path"] = "/cases/\(id)"
    data["actions"] =
      CaseActionForms((id, value), text: report.description?.lowercased() ?? "", request: request).data
    data["photos"] = CasePhotosData(try await photos, events: events, id: id, request: request).data
    data["told"] = entries.filter { $0.decoded.map(isTold) ?? false }.suffix(maxTold)
      .reversed().map { timeline.data($0) }
    data["runningClocks"] = clocks.running
    data["hasClocks"] = !clocks.running.isEmpty
    data["closingStandard"] = closingStandard(value, report: report, request: request)
    return CaseBrief(id: id, value: value, report: report, events: events, data: data)
  }

  /// That a return brought the case to the desk goes without saying.
  private static func isTold(_ event: CaseEvent) -> Bool {
    if case .desked(.returned, _) = event.detail { return false }
    return told.contains(event.kind)
  }

  /// What must be so before the case is done, item by item; nil where the catalogue and the stages say nothing.
  private static func closingStandard(_ value: Case, report: ReportContent, request: PageRequest) -> String? {
    let traits = value.traits(policy: request.view.policy, text: report.description?.lowercased() ?? "")
    let items = request.view.policy.closingItems(traits, stage: value.runningClock(.handle)?.stage ?? 0)
    return items.isEmpty ? nil : items.joined(separator: request.texts("desk.list_comma"))
  }
}
