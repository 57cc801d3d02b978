import Domain
import Foundation
import Testing

@testable import GridctlCore

@Suite struct MappingTests {
  static let mapping = "deploy/replay/nyc311.yaml"

  @Test func templatesAreFilled() throws {
    let template = try #require(ColumnTemplate("nyc-{Unique Key}: {b}!"))
    #expect(template.columns == ["Unique Key", "b"])
    #expect(template.filled { ["Unique Key": "7", "b": "x"][$0] } == "nyc-7: x!")
    #expect(template.filled { ["Unique Key": "7", "b": ""][$0] } == nil)
    for text in ["{", "a}", "{}", "{{a}}"] { #expect(ColumnTemplate(text) == nil) }
  }

  @Test(arguments: [
    ("05/01/2022 12:00:03 AM", "2022-05-01T04:00:03Z"), ("05/01/2022 12:30:00 PM", "2022-05-01T16:30:00Z"),
    ("12/31/2022 11:59:59 PM", "2023-01-01T04:59:59Z"),
  ])
  func americanTimesAreRead(_ text: String, _ moment: String) throws {
    let mapping = try MappingReader.read(Self.mapping)
    let zone = try #require(mapping.occurredAt?.zone)
    let format = try #require(LocalTimeFormat("MM/dd/yyyy hh:mm:ss a"))
    #expect(format.read(text, zone: zone)?.rfc3339() == moment)
  }

  @Test(arguments: [
    "05/01/2022", "13/01/2022 12:00:00 AM", "05/01/2022 13:00:00 AM", "05/01/2022 12:00:00 XM", "x", "",
  ])
  func otherTimesAreNot(_ text: String) throws {
    let format = try #require(LocalTimeFormat("MM/dd/yyyy hh:mm:ss a"))
    #expect(format.read(text, zone: .utc) == nil)
  }

  @Test func formatsHaveLettersThatAreKnown() {
    #expect(LocalTimeFormat("yyyy-MM-dd'T'HH:mm:ss")?.read("2026-02-13T10:00:00", zone: .utc) != nil)
    #expect(LocalTimeFormat("yyyy-QQ") == nil)
    #expect(LocalTimeFormat("yyyy 'x") == nil)
  }

  /// Every form of board in the city's file, and the first unit that is tried for it.
  @Test(arguments: [
    ("01 MANHATTAN", "101"), ("12 MANHATTAN", "112"), ("04 BRONX", "204"), ("26 BRONX", "226"), ("18 BROOKLYN", "318"),
    ("14 QUEENS", "414"), ("81 QUEENS", "481"), ("83 QUEENS", "483"), ("03 STATEN ISLAND", "503"),
    ("Unspecified MANHATTAN", "1"), ("Unspecified BROOKLYN", "3"), ("Unspecified QUEENS", "4"),
  ])
  func boardsNameUnits(_ board: String, _ unit: String) throws {
    let mapping = try MappingReader.read(Self.mapping)
    let places = mapping.places { ["Community Board": board][$0] }
    #expect(places.first == .unit(unit))
    #expect(places.last == .unit(String(unit.prefix(1))))
  }

  @Test func thePointIsTriedFirstThenTheBoardThenTheBorough() throws {
    let row = [
      "Latitude": "40.5", "Longitude": "-73.5", "Community Board": "99 QUEENS", "Borough": "QUEENS",
    ]
    let places = try MappingReader.read(Self.mapping).places { row[$0] }
    #expect(
      places == [.point(latitude: 40.5, longitude: -73.5, datum: "wgs84"), .unit("499"), .unit("4")])
    let without = try MappingReader.read(Self.mapping).places { ["Borough": "BRONX", "Latitude": ""][$0] }
    #expect(without == [.unit("2")])
  }

  @Test func aRowBecomesAReport() throws {
    let row = [
      "Unique Key": "54049402", "Created Date": "05/01/2022 12:00:03 AM", "Complaint Type": "Noise - Residential",
      "Descriptor": "Loud Music/Party", "Location Type": "", "Incident Address": "1006 GERARD AVENUE", "City": "BRONX",
      "Borough": "BRONX",
    ]
    let report = try #require(try MappingReader.read(Self.mapping).report(line: 2) { row[$0] })
    #expect(report.externalID == "nyc311-54049402")
    #expect(report.category == "Noise - Residential")
    #expect(report.description == "Noise - Residential: Loud Music/Party; 1006 GERARD AVENUE, BRONX")
    #expect(report.occurredAt == "2022-05-01T00:00:03-04:00")
    #expect(report.source == "citizen")
  }

  @Test(arguments: [
    ("name: a\nsource: ghost\nexternal_id: x\ncategory: y", ":2: source is one of"),
    ("name: a\nsource: citizen\ncategory: y", "external_id is missing"),
    ("name: a\nsource: citizen\nexternal_id: x\ncategory: y\ncolour: red", ":5: unknown key colour"),
    ("name: a\nsource: citizen\nexternal_id: \"{x\"\ncategory: y", ":3: a column's name"),
    (
      "name: a\nsource: citizen\nexternal_id: x\ncategory: y\nunits:\n  - {column: c, pattern: \"(\", unit: \"1\"}",
      "no regular expression"
    ),
    (
      "name: a\nsource: citizen\nexternal_id: x\ncategory: y\noccurred_at: {column: c, format: yyyy, zone: Mars/Base}",
      "no time zone Mars/Base"
    ),
    ("- a", "no list of keys"), ("a: [", "m.yaml"),
  ])
  func faultsAreToldWithTheirLine(_ text: String, _ reason: String) {
    let refusal = #expect(throws: Refusal.self) { try MappingReader.parse(text, path: "m.yaml") }
    #expect(refusal?.detail.contains(reason) == true, "\(refusal?.detail ?? "")")
  }
}

private let cityFile = "deploy/networks/nyc/samples/nyc311-2022-05-01.csv"

/// The city's own file.
@Suite struct CityFileTests {
  @Test func everyRowHasAPlaceTheNetworkKnows() throws {
    let mapping = try MappingReader.read(MappingTests.mapping)
    let feed = try CsvFeed(path: cityFile, mapping: mapping)
    #expect(feed.count == 924)
    #expect(feed.unreadable.isEmpty)
    let units = try String(contentsOfFile: "deploy/networks/nyc/units.csv", encoding: .utf8)
    let codes = Set(units.split(separator: "\n").compactMap { $0.split(separator: ",").first.map(String.init) })
    var identities: Set<String> = []
    var withoutPoint = 0
    for index in 0..<feed.count {
      let report = feed.report(index)
      identities.insert(report.externalID)
      if case .unit = report.places[0] { withoutPoint += 1 }
      let known = report.places.contains { place in
        if case .unit(let code) = place { return codes.contains(code) }
        return false
      }
      #expect(known, "line \(report.line) has no unit to fall back to")
      #expect(report.occurredAt != nil)
    }
    #expect(identities.count == 924)
    #expect(withoutPoint == 11)
  }
}
