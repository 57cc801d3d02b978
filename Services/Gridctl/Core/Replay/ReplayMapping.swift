import Domain

/// How the rows of a CSV file become reports; the file `deploy/replay/README.md` describes its form.
struct ReplayMapping: Sendable {
  struct Moment: Sendable {
    let column: String
    let format: LocalTimeFormat
    let zone: ZoneRules
  }

  let name: String
  /// The columns that a file must have.
  let columns: [String]
  let source: String
  let externalID: ColumnTemplate
  let category: ColumnTemplate
  /// Parts with an empty column are left out.
  let descriptionParts: [ColumnTemplate]
  let descriptionSeparator: String
  let address: ColumnTemplate?
  let occurredAt: Moment?
  let latitude: String?
  let longitude: String?
  let datum: String?
  let units: [UnitRule]

  /// The report of a row; nil when it has no category or no place at all.
  func report(line: Int, _ value: (String) -> String?) -> OutgoingReport? {
    guard let externalID = externalID.filled(value), let category = category.filled(value) else { return nil }
    let places = places(value)
    guard !places.isEmpty else { return nil }
    let parts = descriptionParts.compactMap { $0.filled(value) }
    let moment = occurredAt.flatMap { moment in
      value(moment.column).flatMap { moment.format.read($0, zone: moment.zone) }?.rfc3339(in: moment.zone)
    }
    return OutgoingReport(
      line: line, source: source, externalID: externalID, category: category,
      description: parts.isEmpty ? category : parts.joined(separator: descriptionSeparator),
      address: address?.filled(value), occurredAt: moment, places: places)
  }

  /// The point where there is one, then each unit that a rule finds.
  func places(_ value: (String) -> String?) -> [OutgoingReport.Place] {
    var places: [OutgoingReport.Place] = []
    if let latitude, let longitude, let north = value(latitude).flatMap(Double.init),
      let east = value(longitude).flatMap(Double.init)
    {
      places.append(.point(latitude: north, longitude: east, datum: datum))
    }
    for rule in units {
      guard let code = value(rule.column).flatMap(rule.unit(of:)), !places.contains(.unit(code)) else { continue }
      places.append(.unit(code))
    }
    return places
  }
}
