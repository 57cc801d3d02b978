import Domain
import GridNetwork
import HTTPTypes
import Testing
import WebAuth
import Wire

@testable import IntakeCore

/// In which grid a position lies, asked before a report is sent.
@Suite struct LocateTests {
  private func ask(_ fixture: IntakeFixture, _ query: String, key: String?) async throws -> Client.Answer {
    try await fixture.router.send(.get, "/v1/locate?" + query, headers: key.map { ["authorization": $0] } ?? [:])
  }

  @Test func theGridIsTheOneWhereTheReportWouldLie() async throws {
    let fixture = try await IntakeFixture.make("locate")
    let key = try await fixture.key()
    let found = try await ask(fixture, "lat=22.555&lng=113.905&datum=wgs84", key: key)
    #expect(found.status == 200)
    #expect(try found.document["reportable"] == true && found.document["reason"] == .null)
    #expect(try found.document["unit"]?["grid"] == "440306017001001" && found.document["code"] == "440306017001001")
    #expect(try found.document["name_zh"]?.stringValue?.isEmpty == false)
    let filed = try await fixture.router.report(DoorTests.good, key: key)
    #expect(try filed.document["unit"] == found.document["unit"])
  }

  @Test func whatWouldBeRefusedIsToldWithItsReason() async throws {
    let fixture = try await IntakeFixture.make("locate_refused")
    let key = try await fixture.key()
    let outside = try await ask(fixture, "lat=30&lng=113.905&datum=wgs84", key: key)
    #expect(outside.status == 200)
    #expect(try outside.document["reportable"] == false && outside.document["reason"] == "outside_network")
    #expect(try outside.document["unit"] == nil)
    let elsewhere = try #require(
      fixture.network.policy.units.units.last { $0.tier == fixture.network.policy.units.finestTier })
    let other = try await fixture.key(name: "other", unit: elsewhere.code)
    let foreign = try await ask(fixture, "lat=22.555&lng=113.905&datum=wgs84", key: other)
    #expect(try foreign.document["reportable"] == false && foreign.document["reason"] == "outside_unit")
    #expect(try foreign.document["code"] == "440306017001001")
  }

  @Test func onlyThoseWhoReportMayAskAndFaultsAreNamed() async throws {
    let fixture = try await IntakeFixture.make("locate_faults")
    let key = try await fixture.key()
    #expect(try await ask(fixture, "lat=22.555&lng=113.905", key: nil).status == 401)
    let auditor = try await fixture.key(name: "auditor", role: .auditor)
    #expect(try await ask(fixture, "lat=22.555&lng=113.905", key: auditor).status == 403)
    let faulty = try await ask(fixture, "lat=91&lng=x&datum=mars&unit=1", key: key)
    #expect(faulty.status == 422)
    #expect(
      try faulty.fields == [
        "lat": "out_of_range", "lng": "invalid_type", "datum": "unknown_value", "unit": "unknown_field",
      ])
    #expect(try await ask(fixture, "lat=nan&lng=inf", key: key).status == 422)
    #expect(try await ask(fixture, "", key: key).fields == ["lat": "missing", "lng": "missing"])
  }
}
