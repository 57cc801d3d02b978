import Domain
import GridNetwork
import Operations
import WebAuth
import Wire

/// What a resident wrote into the form.
struct PublicReport: Sendable {
  static let maxDescriptionCharacters = 2_000
  static let maxAddressCharacters = 200
  static let maxNameCharacters = 60
  static let maxPhoneCharacters = 30
  static let phoneDigits = 5...20

  /// A photograph as it was sent; the door looks what it really is.
  struct Photo: Sendable {
    let bytes: [UInt8]
  }

  /// The fields as they came, for the form to be shown again.
  private(set) var fields: [String: String] = [:]
  private(set) var photos: [Photo] = []

  init() {}

  init(fields: [(name: String, value: String)], photos: [Photo] = []) {
    for field in fields where self.fields[field.name] == nil {
      self.fields[field.name] = field.value.trimmed
    }
    self.photos = photos
  }

  subscript(name: String) -> String { fields[name] ?? "" }

  /// What no person fills in, as no person sees it.
  var isBaited: Bool { !self["website"].isEmpty }

  /// Every fault that can be seen without asking the door, by the field that it stands beside; the text's key.
  func faults(_ network: LoadedNetwork, _ page: PublicPolicy, in district: UnitCode) -> [String: String] {
    var faults: [String: String] = [:]
    let category = network.policy.catalogue[CategoryCode(self["category"])]
    if category.map({ page.takes($0) }) != true { faults["category"] = "category" }
    if self["description"].isEmpty { faults["description"] = "description" }
    if self["description"].count > Self.maxDescriptionCharacters { faults["description"] = "too_long" }
    if self["address"].count > Self.maxAddressCharacters { faults["place"] = "too_long" }
    if location(network, in: district) == nil { faults["place"] = "place" }
    if self["name"].count > Self.maxNameCharacters { faults["name"] = "too_long" }
    let phone = self["phone"]
    let digits = phone.utf8.count { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    if !phone.isEmpty, !Self.phoneDigits.contains(digits) || phone.count > Self.maxPhoneCharacters {
      faults["phone"] = "phone"
    }
    if photos.count > page.photos { faults["photos"] = "photos" }
    if isBaited { faults["website"] = "website" }
    return faults
  }

  /// Where it is: a point, else a unit, else in words alone. Nil when nothing was given, or a unit elsewhere.
  private func location(_ network: LoadedNetwork, in district: UnitCode) -> JSONObject? {
    var location = JSONObject()
    if !self["lat"].isEmpty || !self["lng"].isEmpty {
      guard let latitude = Double(self["lat"]), let longitude = Double(self["lng"]), latitude.isFinite,
        longitude.isFinite, GeoPoint(latitude: latitude, longitude: longitude) != nil
      else { return nil }
      location["lat"] = .number(latitude)
      location["lng"] = .number(longitude)
      location["datum"] = "wgs84"
    } else if !self["unit"].isEmpty {
      let unit = UnitCode(self["unit"])
      guard network.policy.units.contains(district, unit) else { return nil }
      location["unit"] = .string(unit.text)
    }
    if !self["address"].isEmpty { location["address"] = .string(self["address"]) }
    return location.members.isEmpty ? nil : location
  }

  /// The body for `POST /v1/reports`. Only of a report without faults.
  func body(
    _ network: LoadedNetwork, in district: UnitCode, externalID: String, attachments: [String]
  ) -> [UInt8] {
    var body = JSONObject()
    body["source"] = .string(ReportSource.citizen.rawValue)
    body["category"] = .string(self["category"])
    body["description"] = .string(self["description"])
    body["location"] = .object(location(network, in: district) ?? JSONObject())
    body["external_id"] = .string(externalID)
    if !attachments.isEmpty { body["attachments"] = .array(attachments.map { .string($0) }) }
    var reporter = JSONObject()
    if !self["name"].isEmpty { reporter["name"] = .string(self["name"]) }
    if !self["phone"].isEmpty { reporter["phone"] = .string(self["phone"]) }
    // Who gives neither is nobody; who gives them may still wish that the department does not see them.
    reporter["anonymous"] = .bool(reporter.members.isEmpty || self["anonymous"] == "on")
    body["reporter"] = .object(reporter)
    return JSONValue.object(body).bytes()
  }
}

extension String {
  /// Without white space at both ends, lines ended as elsewhere.
  fileprivate var trimmed: String {
    var text = replacing("\r\n", with: "\n")[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
