import Domain
import Wire

/// A report that a replay sends.
struct OutgoingReport: Sendable {
  /// One way of saying where it lies.
  enum Place: Sendable, Hashable {
    case point(latitude: Double, longitude: Double, datum: String?)
    case unit(String)
  }

  /// The line of the file, or the number in the day, from 1.
  let line: Int
  let source: String
  let externalID: String
  let category: String
  let description: String
  let address: String?
  let occurredAt: String?
  var isUrgent = false
  var reporter: JSONObject?
  var subject: JSONObject?
  var onSpot: JSONObject?
  /// In order: where the network refuses one, the next is tried, so that no report is lost for its place.
  let places: [Place]

  /// The body of `POST /v1/reports` with the place of that index.
  func body(place index: Int) -> [UInt8] {
    var writer = JSONWriter(capacity: 384)
    write(place: index, to: &writer)
    return writer.bytes
  }

  func write(place index: Int, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("source", source)
    writer.member("category", category)
    writer.member("description", description)
    writer.key("location")
    writer.beginObject()
    switch places[index] {
    case .point(let latitude, let longitude, let datum):
      writer.member("lat", latitude)
      writer.member("lng", longitude)
      if let datum { writer.member("datum", datum) }
    case .unit(let code): writer.member("unit", code)
    }
    if let address { writer.member("address", address) }
    writer.endObject()
    if let occurredAt { writer.member("occurred_at", occurredAt) }
    if isUrgent { writer.member("urgent", true) }
    for (key, value) in [("reporter", reporter), ("subject", subject), ("on_spot", onSpot)] {
      if let value { writer.member(key, .object(value)) }
    }
    writer.member("external_id", externalID)
    writer.endObject()
  }
}

/// Where a replay takes its reports from. Asked by one task at a time.
protocol ReportFeed: Sendable {
  /// How many there are.
  var count: Int { get }
  /// The report of that index, from 0; the same at each call.
  func report(_ index: Int) -> OutgoingReport
}
