import Casework
import Cryptography
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Logging
import Operations
import Transfer
import WebAuth

/// What people see who have not signed in: `/public`, where they choose their district, report and follow. Every page is
/// whole without scripts; nothing here asks for a session, and none is read.
struct PublicRoutes: Sendable {
  let console: Console

  func add(to router: Hummingbird.Router<AuthenticatedContext>) {
    router.get("public") { request, _ in choice(request) }
    router.get("public/follow") { request, context in
      await shown(request) { try await PublicFollowPage(console: console).form(request, context) }
    }
    router.post("public/follow") { request, context in
      await shown(request) { try await PublicFollowPage(console: console).follow(request, context) }
    }
    router.get("public/:district") { request, context in
      await shown(request) { try await PublicReportPage(visit(request, context)).form() }
    }
    router.post("public/:district") { request, context in
      await shown(request) { try await PublicReportPage(visit(request, context)).send(context) }
    }
    router.get("public/:district/shapes") { request, context in
      try await MapRoutes(console: console).shapes(request, visit(request, context).asked.view)
    }
    router.get("public/:district/locate") { request, context in
      let visit = try await visit(request, context)
      let query = request.uri.query.map { "?" + $0 } ?? ""
      return try await console.reportDoor.send(.get, "/v1/locate" + query, as: .key(visit.key))
        .response(passing: ["content-type", "retry-after"])
    }
    router.get("public/:district/photos/:number/:photo") { request, context in try await photo(request, context) }
  }

  private func visit(_ request: Request, _ context: AuthenticatedContext) async throws -> PublicVisit {
    try await console.publicVisit(UnitCode(context.parameters.get("district") ?? ""), request, context)
  }

  /// The page, or what was refused as one.
  private func shown(_ request: Request, _ page: () async throws -> Response) async -> Response {
    do {
      return try await page()
    } catch {
      let problem = Problem(error: error)
      if problem.status.code >= 500 { console.logger.error("page failed", metadata: ["reason": "\(error)"]) }
      let renderer = PageRenderer(files: console.site.files, request: request)
      var response = renderer.response(
        FaultContent.of(problem, renderer.texts), template: "fault",
        frame: renderer.publicFrame(home: "/public", links: []))
      if let wait = problem.headers[.retryAfter] { response.headers[.retryAfter] = wait }
      return response
    }
  }

  /// Where one district alone has the page, that one.
  private func choice(_ request: Request) -> Response {
    let districts = console.publicDistricts
    let renderer = PageRenderer(files: console.site.files, request: request)
    if districts.isEmpty {
      return renderer.response(
        FaultContent.of(Problem.noPublicPage, renderer.texts), template: "fault", frame: renderer.frame())
    }
    if districts.count == 1 {
      let address = PageAddress(request)
      let query = address.language.map { "?lang=\($0.rawValue)" } ?? ""
      return Response(status: .seeOther, headers: [.location: "/public/\(districts[0])\(query)"])
    }
    let choices: [PageData] = districts.compactMap { code in
      console.policies.current(code).map { network in
        [
          "path": "/public/\(code)",
          "name": PageNames(policy: network.policy, texts: renderer.texts).unit(code),
        ]
      }
    }
    return renderer.response(
      PageContent(renderer.texts("public.title"), ["districts": choices]), template: "public",
      frame: renderer.publicFrame(home: "/public", links: PublicLinks.links(nil, follow: true, renderer.texts)))
  }

  /// A photograph of a result, for whoever has its signed address.
  private func photo(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let visit = try await visit(request, context)
    let query = request.uri.queryParameters
    guard visit.page.letsFollow, visit.page.shows.contains(.photos),
      let number = context.parameters.get("number").flatMap({ Int64($0) }),
      let photo = context.parameters.get("photo"), let until = query["until"].flatMap({ Int64($0) }),
      let proof = query["proof"].flatMap({ try? Base64.url.decode(String($0)) }),
      PublicPhoto(district: visit.district, number: number, photo: photo, untilSeconds: until)
        .isProven(by: proof, secret: visit.secret), until > visit.nowSeconds
    else { throw Problem.notFound("There is no such photograph.") }
    let id = CaseID(district: visit.district, number: number)
    guard let found = try await PhotoStore(pool: console.pool).content(of: photo, in: id) else {
      throw Problem.notFound("There is no such photograph.")
    }
    return Response.of(
      contentType: found.mediaType, headers: [.cacheControl: "private, max-age=600"], bytes: found.bytes)
  }
}

/// A photograph with the time until which its address holds.
struct PublicPhoto: Sendable {
  static let holdsSeconds: Int64 = 3_600

  let district: UnitCode
  let number: Int64
  let photo: String
  let untilSeconds: Int64

  private var signed: [UInt8] { Array("gridloop public photo \(district)/\(number)/\(photo)/\(untilSeconds)".utf8) }

  func isProven(by proof: [UInt8], secret: [UInt8]) -> Bool {
    HMACSHA256.isValid(code: proof, of: signed, key: secret)
  }

  func address(secret: [UInt8]) -> String {
    let proof = Base64.url.encode(HMACSHA256.code(of: signed, key: secret))
    return "/public/\(district)/photos/\(number)/\(photo)?until=\(untilSeconds)&proof=\(proof)"
  }
}

/// The ways between the parts of the public page.
enum PublicLinks {
  /// - Parameter district: whose page it is; nil where none is chosen yet.
  static func links(
    _ district: UnitCode?, report: Bool = true, follow: Bool, _ texts: PageTexts, on current: String = ""
  )
    -> [PageData]
  {
    var links: [PageData] = []
    if report {
      let path = district.map { "/public/\($0)" } ?? "/public"
      links.append(["path": path, "label": texts("public.report.short"), "isCurrent": current == "report"])
    }
    if follow {
      links.append(
        ["path": "/public/follow", "label": texts("public.follow.short"), "isCurrent": current == "follow"])
    }
    return links
  }
}
