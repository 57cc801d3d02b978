import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import WebAuth

// Who sends an Open311 request, for which jurisdiction, and what its form holds.
extension Open311Door {
  /// The district asked for; with one district the parameter may be left out. Of a city's code the catalogue can be
  /// asked, which its districts share; requests lie in one district each.
  func jurisdiction(
    _ fields: FormFields, for resource: Open311Path.Resource
  ) throws(Open311Fault) -> (UnitCode, LoadedNetwork) {
    let districts = policies.districts
    let wanted = fields["jurisdiction_id"].map { UnitCode($0) }
    if let city = wanted.flatMap({ policies.network(ofCity: $0) }), let first = city.policy.units.roots.first?.code {
      switch resource {
      case .discovery, .services, .service, .token: return (first, city)
      case .request(let text):
        if let id = CaseID(text), let network = policies.current(id.district) { return (id.district, network) }
        throw .unknown("service_request_id")
      case .requests, .updates: throw .invalid("jurisdiction_id must name one district of the city")
      }
    }
    if wanted == nil, districts.count > 1 { throw .invalid("jurisdiction_id is needed, as there are several") }
    guard let district = wanted ?? districts.first, let network = policies.current(district) else {
      throw .unknown("jurisdiction_id")
    }
    return (district, network)
  }

  /// The district that a report must lie in: the one it names. A sender of a whole city may name the city or nothing.
  func jurisdiction(_ fields: FormFields, of sender: ReportSender) throws(Open311Fault) -> UnitCode? {
    let wanted = fields["jurisdiction_id"].map { UnitCode($0) }
    if let city = sender.city, wanted == nil || wanted == city.code { return nil }
    let district = try jurisdiction(fields, for: .requests).0
    return sender.city == nil ? nil : district
  }

  func hasKey(_ request: Request, _ fields: FormFields) -> Bool {
    fields["api_key"] != nil || request.headers[.authorization] != nil
  }

  /// The cases that the sender's own reports of these ids (`external_id`, several with commas) belong to; nil when
  /// none are asked for.
  func numbers(_ request: Request, _ fields: FormFields, in district: UnitCode) async throws -> [Int64]? {
    guard let ids = fields.list("external_id") else { return nil }
    let sender = try intake.sender(try await caller(request, fields))
    var numbers: [Int64] = []
    for id in ids.prefix(Self.maxExternalIDs) {
      guard let found = try await SentReports(pool: pool).report(externalID: id, of: sender)?.caseID else { continue }
      if found.district == district { numbers.append(found.number) }
    }
    return numbers
  }

  /// - Throws: ``Open311Fault`` 403 without a valid key.
  func caller(_ request: Request, _ fields: FormFields) async throws -> Caller {
    if let text = fields["api_key"] {
      guard let key = APIKey(text: text) else { throw Open311Fault(.forbidden, "api_key is not valid") }
      return try await authenticator.caller(of: .key(key))
    }
    guard let header = request.headers[.authorization] else { throw Open311Fault(.forbidden, "api_key is missing") }
    return try await authenticator.caller(of: Credential(authorization: header))
  }

  /// The fields, the images and the bytes of a form, urlencoded or multipart. A key may also stand in the query.
  func form(of request: Request) async throws -> (fields: FormFields, images: [[UInt8]], body: [UInt8]) {
    try request.requireContentType(["application/x-www-form-urlencoded", "multipart/form-data"])
    let isMultipart = request.mediaType == "multipart/form-data"
    let maxBytes = isMultipart ? ImageLimits.maxImageBytes + Self.maxFormBytes : Self.maxFormBytes
    let body = Array(buffer: try await request.collectBody(maxBytes: maxBytes))
    var fields: FormFields
    var images: [[UInt8]] = []
    if isMultipart {
      let multipart: Multipart
      do throws(Multipart.Fault) {
        multipart = try Multipart(body, contentType: request.headers[.contentType] ?? "")
      } catch {
        throw Open311Fault.invalid("the form cannot be read")
      }
      fields = try form { try FormFields(multipart) }
      images = multipart.parts.filter { $0.fileName != nil && !$0.content.isEmpty }.map(\.content)
    } else {
      fields = try form { try FormFields(urlEncoded: body) }
    }
    let query = try form { try FormFields(urlEncoded: (request.uri.query ?? "").utf8) }
    for name in ["api_key", "jurisdiction_id"] {
      guard fields[name] == nil, let value = query[name] else { continue }
      try? fields.add(name, value)
    }
    return (fields, images, body)
  }

  /// A form's fault as the client sees it.
  func form(_ read: () throws -> FormFields) throws(Open311Fault) -> FormFields {
    do {
      return try read()
    } catch {
      throw .invalid("a field is no UTF-8 text, or there are too many")
    }
  }

  static func prefersChinese(_ request: Request) -> Bool {
    request.headers[.acceptLanguage]?.lowercased().hasPrefix("zh") ?? false
  }
}
