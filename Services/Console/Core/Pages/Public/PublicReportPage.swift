import Casework
import Cryptography
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Operations
import WebAuth

/// The form of a report without sign-in, and what follows when it was sent.
struct PublicReportPage: Sendable {
  /// Units that are chosen from a list at most: the finest tier of which there are no more.
  static let maxUnits = 400

  private let visit: PublicVisit

  init(_ visit: PublicVisit) { self.visit = visit }

  private var texts: PageTexts { visit.texts }
  private var door: PublicDoor { visit.console.publicDoor }

  func form() async throws -> Response {
    guard visit.page.takesReports else {
      if visit.page.letsFollow { return Response(status: .seeOther, headers: [.location: "/public/follow"]) }
      throw Problem.noPublicPage
    }
    return try await form(PublicReport(), token: PublicFormToken(issuedSeconds: visit.nowSeconds))
  }

  /// The form as it was sent, to be mended.
  private func form(
    _ report: PublicReport, token: PublicFormToken, faults: [String: String] = [:], notice: String? = nil,
    status: HTTPResponse.Status = .ok
  ) async throws -> Response {
    let catalogue = OfficerCatalogue(visit.asked) { [page = visit.page] in page.takes($0) }
    let chosen = CategoryCode(report["category"])
    var data: PageData = [
      "district": visit.district.text, "districtName": visit.asked.names.unit(visit.district),
      "token": token.text(secret: visit.secret), "maxDescription": "\(PublicReport.maxDescriptionCharacters)",
      "maxAddress": "\(PublicReport.maxAddressCharacters)", "version": "\(visit.network.policy.version)",
    ]
    data["frequent"] = try await door.kinds.frequent(visit).map { marked(catalogue.choice($0), chosen) }
    data["hasFrequent"] = (data["frequent"] as? [PageData])?.isEmpty == false
    data["classes"] = catalogue.classes.map { group in
      var group = group
      let kinds = group["kinds"] as? [PageData] ?? []
      group["kinds"] = kinds.map { marked($0, chosen) }
      group["isOpen"] = kinds.contains { $0["code"] as? String == chosen.text }
      return group
    }
    let units = unitGroups(chosen: report["unit"])
    data["groups"] = units.groups
    data["tier"] = units.tier
    data["above"] = units.above
    data["tiles"] = visit.console.site.tiles?.address
    data["photos"] = visit.page.photos > 0 ? texts("public.form.photos_hint", ["count": "\(visit.page.photos)"]) : nil
    data["maxPhotos"] = "\(visit.page.photos)"
    for name in ["description", "address", "name", "phone", "lat", "lng"] {
      data[name] = report[name].isEmpty ? nil : report[name]
    }
    data["isAnonymous"] = report["anonymous"] == "on"
    data["hasContact"] = !report["name"].isEmpty || !report["phone"].isEmpty || faults["phone"] != nil
    data["notice"] = notice
    for (field, key) in faults { data[field + "Fault"] = texts("public.fault.\(key)") }
    data["faults"] = Self.order.compactMap { field in
      faults[field].map { ["anchor": "#field-\(field)", "text": texts("public.fault.\($0)")] as PageData }
    }
    data["hasFaults"] = !faults.isEmpty
    return respond(
      PageContent(texts("public.report.title"), data, status: status), template: "public-report", on: "report")
  }

  /// The fields with faults of their own, from the top of the page down.
  private static let order = ["category", "place", "description", "photos", "name", "phone", "website"]

  private func marked(_ choice: PageData, _ chosen: CategoryCode) -> PageData {
    var choice = choice
    choice["isChosen"] = choice["code"] as? String == chosen.text
    return choice
  }

  func send(_ context: AuthenticatedContext) async throws -> Response {
    try visit.asked.request.refuseOtherSites()
    guard visit.page.takesReports else { throw Problem.noPublicPage }
    let subject = door.subject(visit.asked.request, context)
    // Before the body is read: who may not send does not cost memory.
    try door.requireReportsLeft(subject, visit.page)
    let report = try await door.reading(subject) { [request = visit.asked.request] in
      try await request.publicReport()
    }
    let token: PublicFormToken
    do throws(PublicFormToken.Fault) {
      token = try PublicFormToken(text: report["token"], secret: visit.secret, nowSeconds: visit.nowSeconds)
    } catch {
      return try await form(
        report, token: PublicFormToken(issuedSeconds: visit.nowSeconds), notice: texts("public.fault.expired"),
        status: .unprocessableContent)
    }
    let code = FollowCode(of: token, secret: visit.secret)
    // Sent twice, or loaded again: it was filed, and nothing is filed again.
    if let known = try await visit.report(of: code) { return sent(known, code) }
    let faults = report.faults(visit.network, visit.page, in: visit.district)
    if !faults.isEmpty { return try await form(report, token: token, faults: faults, status: .unprocessableContent) }
    try door.beginReport(subject, visit.page)
    do {
      return sent(try await visit.file(report, code), code)
    } catch let refusal as PublicRefusal {
      door.giveBackReport(subject)
      return try await form(report, token: token, faults: refusal.faults, status: .unprocessableContent)
    } catch {
      door.giveBackReport(subject)
      let problem = Problem(error: error)
      visit.console.logger.error("a public report was not filed", metadata: ["reason": "\(problem.code)"])
      var response = try await form(
        report, token: token, notice: texts("public.fault.unavailable"), status: .serviceUnavailable)
      response.headers[.retryAfter] = problem.headers[.retryAfter] ?? "5"
      return response
    }
  }

  /// It has arrived: the number, and the code that nobody else has.
  private func sent(_ report: FollowedReport, _ code: FollowCode) -> Response {
    var data: PageData = [
      "number": report.caseID.description, "district": visit.district.text,
      "received": visit.asked.times.data(report.receivedAt), "isJoined": report.isJoined,
    ]
    data["code"] = visit.page.letsFollow ? code.shown : nil
    return respond(PageContent(texts("public.sent.title"), data), template: "public-sent", on: "sent")
  }

  private func respond(_ content: PageContent, template: String, on current: String) -> Response {
    visit.renderer.response(
      content, template: template,
      frame: visit.renderer.publicFrame(
        home: "/public",
        links: PublicLinks.links(visit.district, follow: visit.page.letsFollow, texts, on: current)))
  }

  /// The units that are chosen from a list, each group under the unit above.
  private func unitGroups(chosen: String) -> (tier: String, above: String?, groups: [PageData]) {
    let tree = visit.network.policy.units
    let names = visit.asked.names
    var level = [visit.district]
    var groups = [(parent: visit.district, children: tree.children(of: visit.district))]
    while true {
      let next = groups.flatMap { $0.children }.map(\.code)
      let below = next.map { (parent: $0, children: tree.children(of: $0)) }.filter { !$0.children.isEmpty }
      level = next
      guard !below.isEmpty, below.reduce(0, { $0 + $1.children.count }) <= Self.maxUnits else { break }
      groups = below
    }
    let data: [PageData] = groups.filter { !$0.children.isEmpty }.map { group in
      [
        "name": names.unit(group.parent),
        "options": group.children.map { unit in
          [
            "code": unit.code.text, "name": names.unit(unit.code, below: group.parent),
            "isChosen": unit.code.text == chosen,
          ] as PageData
        },
      ]
    }
    let above = groups.first.flatMap { $0.parent == visit.district ? nil : tree[$0.parent]?.tier }
    return (level.first.flatMap { tree[$0]?.tier } ?? "", above, data)
  }
}

extension Request {
  /// The form of a report: with photographs `multipart/form-data`, without any as forms are otherwise.
  ///
  /// - Throws: `Problem` 413 beyond `PublicDoor.maxReportBytes`, 400 when it cannot be read, 415.
  func publicReport() async throws -> PublicReport {
    guard mediaType == "multipart/form-data" else {
      return PublicReport(fields: try await formFields(maxBytes: 64 << 10))
    }
    let body = Array(buffer: try await collectBody(maxBytes: PublicDoor.maxReportBytes))
    let parts: [Multipart.Part]
    do throws(Multipart.Fault) {
      parts = try Multipart(body, contentType: headers[.contentType] ?? "").parts
    } catch {
      throw Problem.malformed(code: "malformed_multipart", "The body is no multipart form that can be read.")
    }
    var fields: [(name: String, value: String)] = []
    var photos: [PublicReport.Photo] = []
    for part in parts {
      if part.fileName != nil {
        // A file field in which nothing was chosen is sent, too, empty.
        if part.name == "photos", !part.content.isEmpty { photos.append(PublicReport.Photo(bytes: part.content)) }
      } else if let value = String(validating: part.content, as: UTF8.self), !value.contains("\0") {
        fields.append((part.name, value))
      } else {
        throw Problem.malformed("The form is not readable.")
      }
    }
    return PublicReport(fields: fields, photos: photos)
  }
}
