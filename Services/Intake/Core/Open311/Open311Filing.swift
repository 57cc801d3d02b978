import Domain
import GridNetwork
import WebAuth

/// Turns the form of `POST requests` into a draft, so that it is checked and filed like any other report.
enum Open311Filing {
  /// - Parameter attachments: ids of the images that came with the form.
  /// - Throws: ``Open311Fault``: 404 for an unknown service, 400 for what cannot be read.
  static func draft(
    _ fields: FormFields, attachments: [String], caller: Caller, network: LoadedNetwork
  ) throws(Open311Fault) -> ReportDraft {
    var draft = ReportDraft()
    guard let service = fields["service_code"] else { throw .invalid("service_code is missing") }
    guard network.policy.catalogue[CategoryCode(service)]?.fileable == true else { throw .unknown("service_code") }
    draft.category = service
    draft.source = source(of: caller)
    draft.description = try description(fields, fallback: network.policy.catalogue[CategoryCode(service)]?.nameZh)
    draft.place = try place(fields, network: network)
    draft.address = try text(fields, "address_string", maxCharacters: ReportLimits.maxAddressCharacters)
    draft.reporterName = try name(fields)
    draft.reporterPhone = try phone(fields)
    draft.isUrgent = fields["attribute[\(Open311Catalogue.urgent)]"] == "1"
    draft.subjectCode = try text(
      fields, "attribute[\(Open311Catalogue.subjectCode)]", maxCharacters: ReportLimits.maxCodeCharacters)
    draft.externalID = try externalID(fields)
    draft.attachments = attachments
    return draft
  }

  /// What the sender's key is bound to; else citizens, whom Open311 is for.
  static func source(of caller: Caller) -> ReportSource {
    caller.role == .handler ? .department : caller.source.flatMap(ReportSource.init) ?? .citizen
  }

  private static func place(_ fields: FormFields, network: LoadedNetwork) throws(Open311Fault) -> ReportDraft.Place {
    if fields["lat"] != nil || fields["long"] != nil {
      guard let latitude = fields["lat"].flatMap(Double.init), let longitude = fields["long"].flatMap(Double.init),
        GeoPoint.isValid(latitude: latitude, longitude: longitude)
      else { throw .invalid("lat and long are degrees on WGS-84 and belong together") }
      return .degrees(latitude: latitude, longitude: longitude, datum: .wgs84)
    }
    if let id = fields["address_id"] {
      guard network.policy.units.isInForce(UnitCode(id)) else { throw .unknown("address_id") }
      return .unit(UnitCode(id))
    }
    guard fields["address_string"] != nil else {
      throw .invalid("one of lat and long, address_string, address_id is needed")
    }
    return .address
  }

  /// GeoReport does not ask for a description: the service's name stands for one.
  private static func description(_ fields: FormFields, fallback: String?) throws(Open311Fault) -> String {
    let limit = ReportLimits.maxDescriptionCharacters
    var words = try text(fields, "description", maxCharacters: limit) ?? fallback ?? ""
    if let link = fields["media_url"] { words += "\n\(link)" }
    guard words.hasAtMost(limit) else { throw .invalid("description: \(limit) characters at most") }
    return words
  }

  /// The sender's own number of the report: sent again, it is known again, and the request can be asked for by it.
  private static func externalID(_ fields: FormFields) throws(Open311Fault) -> String? {
    guard let id = fields["external_id"], !id.isBlank else { return nil }
    guard id.utf8.count <= ReportLimits.maxExternalIDBytes else {
      throw .invalid("external_id: \(ReportLimits.maxExternalIDBytes) bytes at most")
    }
    return id
  }

  static func name(_ fields: FormFields) throws(Open311Fault) -> String? {
    let parts = [fields["first_name"], fields["last_name"]].compactMap { $0 }
    let name = parts.joined(separator: " ")
    guard name.hasAtMost(ReportLimits.maxNameCharacters) else {
      throw .invalid("first_name and last_name: \(ReportLimits.maxNameCharacters) characters at most")
    }
    return name.isBlank ? nil : name
  }

  static func phone(_ fields: FormFields) throws(Open311Fault) -> String? {
    guard let phone = fields["phone"], !phone.isBlank else { return nil }
    guard ReportParser.isPhone(phone) else { throw .invalid("phone is no telephone number") }
    return phone
  }

  private static func text(
    _ fields: FormFields, _ name: String, maxCharacters: Int
  ) throws(Open311Fault) -> String? {
    guard let text = fields[name], !text.isBlank else { return nil }
    guard text.hasAtMost(maxCharacters) else { throw .invalid("\(name): \(maxCharacters) characters at most") }
    return text
  }
}
