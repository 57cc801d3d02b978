import Domain
import Testing

@testable import GridNetwork

/// The city's own records of one day against the network made from its files.
@Suite struct NewYorkRecordsTests {
  private struct Record {
    let row: CsvTable.Row
    subscript(_ name: String) -> String { row[name] }

    /// `04 BRONX` as the district's code 204; nil where the city names none.
    var board: UnitCode? {
      let boroughs = ["MANHATTAN": "1", "BRONX": "2", "BROOKLYN": "3", "QUEENS": "4", "STATEN ISLAND": "5"]
      let parts = self["Community Board"].split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2, Int(parts[0]) != nil, let borough = boroughs[parts[1]] else { return nil }
      return UnitCode(borough + parts[0])
    }

    var source: ReportSource { self["Open Data Channel Type"] == "PHONE" ? .hotline : .citizen }
  }

  private func records() throws -> [Record] {
    let bytes = try #require(try TestNetworks.source("nyc").bytes(of: "samples/nyc311-2022-05-01.csv"))
    let table = CsvTable(bytes, file: "records", required: ["Unique Key", "Community Board"], faults: FaultList())
    return try #require(table).rows.map(Record.init)
  }

  @Test func pointsFallIntoTheCitysOwnDistricts() throws {
    let index = try TestNetworks.read("nyc").grids
    var compared = 0
    var equal = 0
    for record in try records() {
      guard let board = record.board, let latitude = Double(record["Latitude"]),
        let longitude = Double(record["Longitude"])
      else { continue }
      compared += 1
      if index.unit(atLatitude: latitude, longitude: longitude) == board { equal += 1 }
    }
    #expect(compared == 908)
    #expect(equal >= 903, "\(equal) of \(compared)")
  }

  @Test func everyRecordIsDispatchedToTheAgencyThatHadIt() throws {
    let network = try TestNetworks.read("nyc")
    let all = try records()
    #expect(all.count == 924)
    for record in all {
      let category = try #require(
        network.policy.catalogue.category(namedEn: record["Complaint Type"]), "\(record["Complaint Type"])")
      let traits = CaseTraits(
        category: category.code, unit: "nyc", source: record.source, priority: .normal,
        text: "\(record["Location Type"]); received \(record["Open Data Channel Type"])".lowercased(), minuteOfDay: 0)
      guard case .department(let rule) = Router.route(traits, policy: network.policy) else {
        Issue.record("\(record["Unique Key"]) on a desk")
        continue
      }
      #expect(rule.lead.text == record["Agency"], "\(record["Unique Key"]) \(record["Complaint Type"])")
    }
  }

  @Test func theCityHasItsUnits() throws {
    let units = try TestNetworks.read("nyc").policy.units
    #expect(units.children(of: "nyc").map(\.nameEn) == ["Manhattan", "Bronx", "Brooklyn", "Queens", "Staten Island"])
    #expect(units.units.count { $0.tier == "community" } == 71)
    #expect(units["164"]?.nameEn == "Central Park (joint interest area)")
  }
}
