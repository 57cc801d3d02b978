import Domain

/// Which requests a client asks for.
struct Open311Filter: Equatable {
  static let maxRequests = 1_000
  static let maxSpanDays: Int64 = 90
  static let maxPage = 1_000

  struct Box: Equatable {
    let west: Double, south: Double, east: Double, north: Double
  }

  /// These only, whatever else is asked.
  var numbers: [Int64]?
  var categories: [String]?
  var filedFrom: Instant
  var filedTo: Instant
  var updatedFrom: Instant?
  var updatedTo: Instant?
  /// Nil: open and closed ones.
  var isOpen: Bool?
  var box: Box?
  var page = 1
  var pageSize = Open311Filter.maxRequests

  /// - Throws: ``Open311Fault`` 400 for a value that cannot be read, or a span beyond 90 days.
  init(_ fields: FormFields, district: UnitCode, now: Instant) throws(Open311Fault) {
    let span = Self.maxSpanDays * Instant.microsecondsPerDay
    let from = try Self.moment(fields, "start_date")
    let to = try Self.moment(fields, "end_date")
    filedTo = to ?? from.map { min($0.adding(microseconds: span), now.adding(seconds: 1)) } ?? now.adding(seconds: 1)
    filedFrom = from ?? filedTo.adding(microseconds: -span)
    if let from, let to, to.microseconds(since: from) > span {
      throw .invalid("start_date to end_date: 90 days at most")
    }
    guard filedFrom <= filedTo else { throw .invalid("end_date lies before start_date") }
    updatedFrom = try Self.moment(fields, "updated_after")
    updatedTo = try Self.moment(fields, "updated_before")
    categories = fields.list("service_code")
    if let texts = fields.list("service_request_id") {
      numbers = texts.prefix(Self.maxRequests).compactMap { CaseID($0) }.filter { $0.district == district }.map(
        \.number)
    }
    isOpen = try Self.status(fields)
    box = try Self.box(fields)
    page = try Self.count(fields, "page", upTo: Self.maxPage) ?? 1
    pageSize = try Self.count(fields, "page_size", upTo: Self.maxRequests) ?? Self.maxRequests
  }

  static func moment(_ fields: FormFields, _ name: String) throws(Open311Fault) -> Instant? {
    guard let text = fields[name] else { return nil }
    // A plus that the client did not encode arrives as a space.
    let repaired = text.replacing(" ", with: "+")
    guard let moment = try? Instant(rfc3339: repaired) else { throw .invalid("\(name) is no ISO 8601 time with zone") }
    return moment
  }

  private static func status(_ fields: FormFields) throws(Open311Fault) -> Bool? {
    guard let words = fields.list("status") else { return nil }
    guard words.allSatisfy({ $0 == "open" || $0 == "closed" }) else { throw .invalid("status is open or closed") }
    let wanted = Set(words)
    return wanted.count == 1 ? wanted.contains("open") : nil
  }

  /// `bbox=west,south,east,north`, degrees on WGS-84.
  private static func box(_ fields: FormFields) throws(Open311Fault) -> Box? {
    guard let parts = fields.list("bbox") else { return nil }
    let numbers = parts.compactMap(Double.init)
    guard numbers.count == 4, parts.count == 4, GeoPoint(latitude: numbers[1], longitude: numbers[0]) != nil,
      GeoPoint(latitude: numbers[3], longitude: numbers[2]) != nil, numbers[1] <= numbers[3], numbers[0] <= numbers[2]
    else { throw .invalid("bbox is west,south,east,north in degrees") }
    return Box(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
  }

  private static func count(_ fields: FormFields, _ name: String, upTo limit: Int) throws(Open311Fault) -> Int? {
    guard let text = fields[name] else { return nil }
    guard let value = Int(text), (1...limit).contains(value) else { throw .invalid("\(name) goes from 1 to \(limit)") }
    return value
  }
}
