import Domain
import Wire

/// Cases as columns: each a list of as many values as there are cases, so that thousands fit into little.
struct CasePointDocument {
  /// Places are told to about a metre.
  static let stepsPerDegree = 100_000

  private let points: [CasePoint]
  private let hasMore: Bool
  private let view: CallerView
  private let now: Instant

  init(_ points: [CasePoint], more: Bool, view: CallerView, now: Instant) {
    self.points = points
    hasMore = more
    self.view = view
    self.now = now
  }

  var bytes: [UInt8] {
    var writer = JSONWriter(capacity: 1_024 + 64 * points.count)
    writer.beginObject()
    writer.member("as_of", now, in: view.zone)
    writer.member("count", points.count)
    writer.member("more", hasMore)
    writer.member("steps_per_degree", Self.stepsPerDegree)
    dictionary("districts", of: "district", &writer) { $0.id.district.text }
    dictionary("states", of: "state", &writer) { $0.state.rawValue }
    dictionary("units", of: "unit", &writer) { view.policy.units.pathText(to: $0.unit) }
    dictionary("categories", of: "category", &writer) { $0.category.text }
    dictionary("leads", of: "lead", &writer) { $0.lead?.text ?? "" }
    column("number", &writer) { $0.id.number }
    column("urgent", &writer) { $0.isUrgent ? 1 : 0 }
    column("lat", &writer) { $0.point.map { Self.steps($0.latitude) } }
    column("lng", &writer) { $0.point.map { Self.steps($0.longitude) } }
    // Seconds from `as_of` on; negative once it is over.
    column("due", &writer) { $0.due.map { seconds($0.at) } }
    column("soon", &writer) { $0.due.map { seconds($0.soonFrom) } }
    writer.endObject()
    return writer.bytes
  }

  private static func steps(_ degrees: Double) -> Int64 {
    Int64((degrees * Double(stepsPerDegree)).rounded())
  }

  private func seconds(_ moment: Instant) -> Int64 { moment.microseconds(since: now) / Instant.microsecondsPerSecond }

  private func column(_ name: String, _ writer: inout JSONWriter, _ value: (CasePoint) -> Int64?) {
    writer.key(name)
    writer.beginArray()
    for point in points {
      if let value = value(point) { writer.integer(value) } else { writer.null() }
    }
    writer.endArray()
  }

  /// The values that occur, and a column of which of them each case has.
  private func dictionary(
    _ name: String, of column: String, _ writer: inout JSONWriter, _ value: (CasePoint) -> String
  ) {
    var places: [String: Int64] = [:]
    var values: [String] = []
    self.column(column, &writer) { point in
      let value = value(point)
      if let place = places[value] { return place }
      places[value] = Int64(values.count)
      values.append(value)
      return Int64(values.count - 1)
    }
    writer.member(name, texts: values)
  }
}
