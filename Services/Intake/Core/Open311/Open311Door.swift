import Casework
import Cryptography
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import Platform
import PostgresClient
import WebAuth

/// Open311 GeoReport v2 under `/open311/v2`, in XML and JSON.
///
/// Reading needs no key; filing and updating take one as `api_key` or in the `Authorization` header.
struct Open311Door: Sendable {
  static let prefix = "/open311/v2/"
  static let maxFormBytes = 256 << 10
  /// Ids of a sender's own reports that one list may ask for.
  static let maxExternalIDs = 100

  let intake: ReportIntake
  let desk: FilingDesk
  let attachments: AttachmentIntake
  let authenticator: Authenticator
  let policies: PolicyStore
  let pool: PostgresPool
  let clock: any WallClock
  let metrics: IntakeMetrics

  struct Answer {
    var status = HTTPResponse.Status.ok
    let root: String
    let node: Open311Node
  }

  func get(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let path = Open311Path(String(request.uri.path.dropFirst(Self.prefix.count)))
    return await answer(path.format) { try await read(path, request) }
  }

  func post(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let path = Open311Path(String(request.uri.path.dropFirst(Self.prefix.count)))
    return await answer(path.format) { try await write(path, request) }
  }

  private func answer(_ format: Open311Path.Format, _ body: () async throws -> Answer) async -> Response {
    var answer: Answer
    var headers: HTTPFields = [:]
    do {
      answer = try await body()
    } catch {
      let fault = Open311Fault(error)
      headers[.retryAfter] = fault.retryAfter
      answer = Answer(status: fault.status, root: "errors", node: fault.node)
    }
    let bytes = format == .json ? answer.node.json() : answer.node.xml(root: answer.root)
    return Response.of(answer.status, contentType: format.contentType, headers: headers, bytes: bytes)
  }

  // MARK: Reading

  private func read(_ path: Open311Path, _ request: Request) async throws -> Answer {
    guard let resource = path.resource else { throw Open311Fault.unknown("this resource") }
    let fields = try form { try FormFields(urlEncoded: (request.uri.query ?? "").utf8) }
    let (district, network) = try jurisdiction(fields, for: resource)
    let inChinese = Self.prefersChinese(request)
    let catalogue = Open311Catalogue(network: network, inChinese: inChinese)
    switch resource {
    case .discovery: return try await discovery(request, district, network)
    case .services: return Answer(root: "services", node: catalogue.services())
    case .service(let code):
      guard let category = network.policy.catalogue[CategoryCode(code)], category.fileable else {
        throw Open311Fault.unknown("service_code")
      }
      return Answer(root: "service_definition", node: catalogue.definition(category))
    case .requests:
      var filter = try Open311Filter(fields, district: district, now: Instant(microseconds: clock.microseconds))
      if let numbers = try await numbers(request, fields, in: district) { filter.numbers = numbers }
      let requests = try await requests(request, fields, district, network, inChinese)
      return Answer(root: "service_requests", node: try await requests.list(filter))
    case .request(let text):
      let requests = try await requests(request, fields, district, network, inChinese)
      guard let id = CaseID(text), let node = try await requests.request(id) else {
        throw Open311Fault.unknown("service_request_id")
      }
      return Answer(root: "service_requests", node: node)
    case .token(let token): return try await self.token(token, request, fields, district)
    case .updates:
      let updates = Open311Updates(pool: pool, district: district, network: network, inChinese: inChinese)
      return Answer(
        root: "service_request_updates",
        node: try await updates.list(fields, now: Instant(microseconds: clock.microseconds)))
    }
  }

  private func requests(
    _ request: Request, _ fields: FormFields, _ district: UnitCode, _ network: LoadedNetwork, _ inChinese: Bool
  ) async throws -> Open311Requests {
    var visibleUnit: UnitCode?
    if hasKey(request, fields) {
      let caller = try await caller(request, fields)
      if Caller.reportingRoles.contains(caller.role) {
        if caller.district == district { visibleUnit = caller.unit }
        if caller.district == network.identity.city?.code { visibleUnit = district }
      }
    }
    return Open311Requests(
      pool: pool, network: network, district: district, inChinese: inChinese, visibleUnit: visibleUnit)
  }

  private static let applied = Statement(
    "open311_applied", "SELECT max(applied_at) FROM network_versions WHERE district = $1")

  private func discovery(
    _ request: Request, _ district: UnitCode, _ network: LoadedNetwork
  ) async throws -> Answer {
    let rows = try await pool.query(Self.applied, [.text(district.text)])
    let changed = try rows.first?.timestampOrNil(0).map { Instant(microseconds: $0.microseconds) }
    let host = request.head.authority ?? "localhost"
    let base = "http://\(host)/open311/v2"
    return Answer(
      root: "discovery",
      node: Open311Catalogue.discovery(base: base, changed: changed ?? Instant(microseconds: clock.microseconds)))
  }

  private static let exists = Statement(
    "open311_exists", "SELECT 1::int4 FROM cases WHERE district = $1 AND number = $2")

  /// Requests get their number at once, so a token is the number itself; for a sender with a key also the id that it
  /// gave its own report.
  private func token(
    _ token: String, _ request: Request, _ fields: FormFields, _ district: UnitCode
  ) async throws -> Answer {
    guard let id = try await self.id(ofToken: token, request, fields, district) else {
      throw Open311Fault.unknown("token")
    }
    return Answer(
      root: "service_requests",
      node: .list(
        of: "request",
        [.object(["service_request_id": .text(id.description), "token": .text(token)])]))
  }

  private func id(
    ofToken token: String, _ request: Request, _ fields: FormFields, _ district: UnitCode
  ) async throws -> CaseID? {
    if let id = CaseID(token), id.district == district,
      try await !pool.query(Self.exists, [.text(district.text), .int64(id.number)]).isEmpty
    {
      return id
    }
    guard hasKey(request, fields) else { return nil }
    let sender = try intake.sender(try await caller(request, fields))
    return try await SentReports(pool: pool).report(externalID: token, of: sender)?.caseID
  }

  // MARK: Writing

  private func write(_ path: Open311Path, _ request: Request) async throws -> Answer {
    switch path.resource {
    case .requests: return try await file(request)
    case .updates: return try await update(request)
    default: throw Open311Fault(.methodNotAllowed, "this resource takes no POST")
    }
  }

  private func file(_ request: Request) async throws -> Answer {
    let key = try ReportIntake.key(request.headers[.idempotencyKey])
    let (fields, images, body) = try await form(of: request)
    let caller = try await caller(request, fields)
    let sender = try intake.sender(caller)
    if let problem = intake.meter.beginReport(of: caller) { throw problem }
    let network = sender.network
    let wanted = try jurisdiction(fields, of: sender)
    // What can be refused without them is refused before images are taken in.
    _ = try Open311Filing.draft(fields, attachments: [], caller: caller, network: network)
    var ids: [String] = []
    for image in images.prefix(ReportLimits.maxAttachments) {
      ids.append(try await attachments.take(image, from: sender).id)
    }
    let draft = try Open311Filing.draft(fields, attachments: ids, caller: caller, network: network)
    let identity = ReportIdentity(key: key, externalID: draft.externalID, bodyHash: SHA256.digest(of: body))
    do {
      let filing = try ReportCheck(sender).accept(draft, identity: identity)
      if let wanted, wanted != filing.district {
        throw Open311Fault.invalid("the place does not lie in the district that jurisdiction_id names")
      }
      let outcome = try await desk.file(filing)
      metrics.record(outcome.kind)
      let notice = outcome.isDuplicate ? "It joined a request for the same thing that was open already." : nil
      return Answer(
        status: outcome.kind == .repeated ? .ok : .created, root: "service_requests",
        node: .list(
          of: "request",
          [
            .object([
              "service_request_id": .text(outcome.caseID.description), "service_notice": .text(notice),
              "account_id": .text(nil),
            ])
          ]))
    } catch {
      metrics.count(Open311Fault(error).status.code >= 500 ? .unavailable : .rejected)
      throw error
    }
  }
}
