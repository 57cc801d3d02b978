import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Logging
import Operations
import WebAuth

/// Following a report by its case's number and its own code. Both come in the body of a form, never in an address, so
/// that no history and no log keeps the code.
struct PublicFollowPage: Sendable {
  static let maxFormBytes = 4 << 10

  let console: Console

  func form(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    guard console.publicDistricts.contains(where: { console.policies.current($0)?.publicPage?.letsFollow == true })
    else { throw Problem.noPublicPage }
    return form(renderer(request), number: request.uri.queryParameters["number"].map(String.init) ?? "")
  }

  func follow(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    try request.refuseOtherSites()
    let fields = try await request.form(maxBytes: Self.maxFormBytes)
    let number = String((fields["number"] ?? "").filter { !$0.isWhitespace }.prefix(64))
    let renderer = renderer(request)
    let subject = console.publicDoor.subject(request, context)
    do throws(Problem) {
      try console.publicDoor.beginCode(subject)
    } catch {
      let seconds = error.headers[.retryAfter] ?? "60"
      let minutes = ((Int(seconds) ?? 60) + 59) / 60
      var response = form(
        renderer, number: number, fault: renderer.texts.counted("public.fault.too_many_codes", minutes),
        status: .tooManyRequests)
      response.headers[.retryAfter] = seconds
      return response
    }
    guard let (visit, report, story) = try await found(number, fields["code"] ?? "", request, context) else {
      return form(
        renderer, number: number, fault: renderer.texts("public.fault.unknown"), status: .notFound)
    }
    console.publicDoor.acceptCode(subject)
    return shown(story, report, visit)
  }

  /// Nil for whatever reason: whether there is such a number, whether the code is another's, and whether the district
  /// lets anybody follow are all one answer.
  private func found(
    _ number: String, _ typed: String, _ request: Request, _ context: AuthenticatedContext
  ) async throws -> (PublicVisit, FollowedReport, PublicStory)? {
    guard let id = CaseID(number), let code = FollowCode(typed: typed),
      console.policies.current(id.district)?.publicPage?.letsFollow == true
    else { return nil }
    let visit = try await console.publicVisit(id.district, request, context)
    guard let report = try await visit.report(of: code), report.caseID == id,
      let story = try await PublicStory.read(report, visit)
    else { return nil }
    return (visit, report, story)
  }

  private func renderer(_ request: Request) -> PageRenderer {
    PageRenderer(files: console.site.files, request: request)
  }

  private func form(
    _ renderer: PageRenderer, number: String, fault: String? = nil, status: HTTPResponse.Status = .ok
  ) -> Response {
    let example = console.publicDistricts.first.map { "\($0)-1024" } ?? ""
    var data: PageData = ["example": renderer.texts("public.follow.number_hint", ["number": example])]
    data["number"] = number.isEmpty ? nil : number
    data["fault"] = fault
    return renderer.response(
      PageContent(renderer.texts("public.follow.title"), data, status: status), template: "public-follow",
      frame: renderer.publicFrame(
        home: "/public", links: PublicLinks.links(nil, follow: true, renderer.texts, on: "follow")))
  }

  private func shown(_ story: PublicStory, _ report: FollowedReport, _ visit: PublicVisit) -> Response {
    let (texts, names, times) = (visit.texts, visit.asked.names, visit.asked.times)
    let value = story.value
    let state = value.state.rawValue
    let lead = value.lead.map { names.department($0.department) }
    var data: PageData = [
      "number": report.caseID.description, "category": names.category(value.subject.category),
      "place": names.place(value.subject.unit), "state": state,
      "stateName": texts("public.state.\(state)"),
      "stateText": texts("public.state_text.\(state)", ["department": lead ?? texts("public.department")]),
      "received": times.data(report.receivedAt),
    ]
    data["current"] = story.id == report.caseID ? nil : story.id.description
    data["due"] = times.data(story.dueAt)
    let last = story.entries.count - 1
    data["steps"] = story.entries.enumerated().map { place, entry in
      let department = entry.department.map { names.department($0) } ?? texts("public.department")
      return [
        "at": times.data(entry.at), "step": entry.step.rawValue, "isLast": place == last,
        "text": texts("public.step.\(entry.step.rawValue)", ["department": department]),
      ] as PageData
    }
    if visit.page.shows.contains(.result) { data["result"] = story.result.flatMap { $0.isEmpty ? nil : $0 } }
    if visit.page.shows.contains(.photos), !story.photos.isEmpty {
      data["photos"] = story.photos.enumerated().map { place, photo in
        let address = PublicPhoto(
          district: visit.district, number: story.id.number, photo: photo,
          untilSeconds: visit.nowSeconds + PublicPhoto.holdsSeconds
        ).address(secret: visit.secret)
        return ["address": address, "label": texts("public.case.photo", ["number": "\(place + 1)"])] as PageData
      }
      data["hasPhotos"] = true
    }
    return visit.renderer.response(
      PageContent(texts("public.case.title", ["number": report.caseID.description]), data), template: "public-case",
      frame: visit.renderer.publicFrame(
        home: "/public", links: PublicLinks.links(visit.district, report: visit.page.takesReports, follow: true, texts))
    )
  }
}
