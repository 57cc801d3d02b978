import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Journal
import NIOCore
import PostgresClient
import Testing
import Wire

@testable import IntakeCore

/// Senders of a whole city of two districts, west and east of 113.91.
@Suite struct CityTests {
  private static let west = TestPlace(latitude: 22.555, longitude: 113.905)
  private static let east = TestPlace(latitude: 22.555, longitude: 113.915)

  private func make(_ name: String) async throws -> (IntakeFixture, key: String) {
    let fixture = try await IntakeFixture.make(name, files: SmallNetwork.city)
    return (fixture, try await fixture.key(name: "declared", unit: "440300", district: "440300"))
  }

  private func body(_ place: TestPlace, id: String? = nil, more: String = "") -> String {
    let external = id.map { #""external_id":"\#($0)","# } ?? ""
    return """
      {"source":"department","category":"E0102","description":"declared",\(external)\(more)
       "location":{"lat":\(place.latitude),"lng":\(place.longitude)}}
      """
  }

  @Test func districtsOfOneContentShareOneNetwork() async throws {
    let (fixture, _) = try await make("shared_network")
    let networks = fixture.policies.districts.compactMap { fixture.policies.current($0) }
    #expect(fixture.policies.districts == ["440304", "440306"] && networks[0] === networks[1])
    #expect(fixture.policies.network(ofCity: "440300") === networks[0])
    #expect(fixture.policies.network(ofCity: "440306") == nil)
  }

  @Test func eachReportGoesIntoTheJournalOfItsDistrict() async throws {
    let (fixture, key) = try await make("city_journals")
    let west = try await fixture.router.report(body(Self.west, id: "w"), key: key)
    let east = try await fixture.router.report(body(Self.east, id: "e"), key: key)
    #expect(try west.document["case_id"] == "440306-1" && east.document["case_id"] == "440304-1")
    #expect(try east.document["district"] == "440304" && east.document["seq"] == 1)
    #expect(try east.document["unit"]?["street"] == "440304001")
    let events = try await fixture.pool.query(.unprepared("SELECT district, actor FROM journal ORDER BY district"))
    #expect(try events.map { try $0.text(0) } == ["440304", "440306"])
    #expect(try events.map { try $0.text(1) } == ["source:440300/declared", "source:440300/declared"])
    // A district's own key of the same name is another sender, and still bound to its district.
    let own = try await fixture.key(name: "declared")
    #expect(try await fixture.router.report(body(Self.west, id: "w"), key: own).status == 201)
    let refused = try await fixture.router.report(body(Self.east), key: own)
    #expect(refused.status == 403 && refused.code == "outside_unit")
    let words = body(Self.west).replacing("{\"lat\":22.555,\"lng\":113.905}", with: "{\"address\":\"1 Some Road\"}")
    #expect(try await fixture.router.report(words, key: key).fields == ["location": "place_needed"])
    let unit = body(Self.west).replacing("{\"lat\":22.555,\"lng\":113.905}", with: "{\"unit\":\"440304001\"}")
    #expect(try await fixture.router.report(unit, key: key).document["district"] == "440304")
  }

  @Test func aPointThatMovedToAnotherDistrictIsStillTheSameReport() async throws {
    let (fixture, key) = try await make("city_identity")
    let first = body(Self.west, id: "d-1")
    #expect(try await fixture.router.report(first, key: key, idempotencyKey: "k-1").status == 201)
    #expect(try await fixture.router.report(first, key: key, idempotencyKey: "k-1").status == 200)
    let moved = body(Self.east, id: "d-1")
    for idempotencyKey in ["k-1", "k-2", nil] {
      let answer = try await fixture.router.report(moved, key: key, idempotencyKey: idempotencyKey)
      #expect(answer.status == 422 && answer.code == "idempotency_mismatch")
    }
    let noID = try await fixture.router.report(body(Self.east), key: key, idempotencyKey: "k-1")
    #expect(noID.code == "idempotency_mismatch")
    let counts = try await fixture.pool.query(.unprepared("SELECT count(*) FROM journal"))[0].int64(0)
    #expect(counts == 1)
    // What was refused binds nobody to the first district.
    let bad = body(Self.west, id: "d-2", more: #""attachments":["none"],"#)
    #expect(try await fixture.router.report(bad, key: key, idempotencyKey: "k-3").status == 422)
    let corrected = try await fixture.router.report(body(Self.east, id: "d-2"), key: key, idempotencyKey: "k-3")
    #expect(try corrected.status == 201 && corrected.document["district"] == "440304")
  }

  @Test func ofTwoDistrictsAtOnceOneTakesTheKey() async throws {
    let (fixture, key) = try await make("city_race")
    let copy = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    for round in 0..<10 {
      async let west = fixture.router.report(body(Self.west), key: key, idempotencyKey: "r-\(round)")
      async let east = copy.router.report(body(Self.east), key: key, idempotencyKey: "r-\(round)")
      let statuses = try await [west.status, east.status].sorted()
      #expect(statuses == [201, 422])
    }
  }

  @Test func linesGoWhereTheyBelong() async throws {
    let (fixture, key) = try await make("city_bulk")
    let lines = (0..<200).map { index in
      let place = index.isMultiple(of: 3) ? Self.east : Self.west
      return body(place.north(Double(index)), id: "line-\(index)").replacing("\n", with: "")
    }
    let stream = lines.joined(separator: "\n") + "\n"
    let headers = ["content-type": "application/x-ndjson", "authorization": key]
    let answers = try await fixture.router.send(.post, "/v1/reports/bulk", stream, headers: headers).lines
    #expect(answers.compactMap { $0["line"]?.integerValue } == Array(1...200))
    for (index, answer) in answers.enumerated() {
      let district = index.isMultiple(of: 3) ? "440304-" : "440306-"
      #expect(answer["case_id"]?.stringValue?.hasPrefix(district) == true)
    }
    let again = try await fixture.router.send(.post, "/v1/reports/bulk", stream, headers: headers).lines
    #expect(again.allSatisfy { $0["outcome"] == "repeated" })
    #expect(try again.map { try #require($0["case_id"]?.stringValue) } == answers.map { $0["case_id"]?.stringValue })
  }

  @Test func imagesFollowTheirReport() async throws {
    let (fixture, key) = try await make("city_images")
    let image = try await fixture.router.send(
      .post, "/v1/attachments", RequestBody(buffer: ByteBuffer(bytes: try ImageTests.image("a.png"))),
      headers: ["content-type": "image/png", "authorization": key])
    let id = try #require(try image.document["id"]?.stringValue)
    let report = body(Self.east, more: #""attachments":["\#(id)"],"#)
    #expect(try await fixture.router.report(report, key: key).status == 201)
    let row = try await fixture.pool.query(.unprepared("SELECT district, case_number FROM attachments")).onlyRow()
    #expect(try row.text(0) == "440304" && row.int64(1) == 1)
  }

  @Test func open311KnowsTheCityAndItsDistricts() async throws {
    let (fixture, key) = try await make("city_open311")
    let headers = ["content-type": "application/x-www-form-urlencoded", "authorization": key]
    func post(_ form: String) async throws -> Client.Answer {
      try await fixture.router.send(.post, "/open311/v2/requests.json", form, headers: headers)
    }
    let form = "service_code=E0102&lat=22.555&long=113.915&external_id=o-1"
    let filed = try await post(form)
    #expect(filed.status == 201 && filed.text.contains("440304-1"))
    #expect(try await post(form + "&jurisdiction_id=440300").status == 400)
    #expect(try await post(form.replacing("o-1", with: "o-2") + "&jurisdiction_id=440306").status == 400)
    #expect(try await post(form.replacing("o-1", with: "o-3") + "&jurisdiction_id=440304").status == 201)
    func get(_ path: String) async throws -> Client.Answer {
      try await fixture.router.send(.get, "/open311/v2/" + path, headers: ["authorization": key])
    }
    #expect(try await get("services.json?jurisdiction_id=440300").status == 200)
    #expect(try await get("requests.json?jurisdiction_id=440300").status == 400)
    #expect(try await get("requests/440304-1.json?jurisdiction_id=440300").text.contains("440304-1"))
    #expect(try await get("tokens/o-1.json?jurisdiction_id=440300").text.contains("440304-1"))
  }
}

/// The small network's policy alone.
enum NetworkOfTests {
  static var policy: NetworkPolicy {
    get throws { try NetworkReader.read(MemorySource(files: SmallNetwork.files), version: 1, geometry: .skip).policy }
  }
}
