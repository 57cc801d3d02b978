import Domain
import Hummingbird
import NIOCore
import Platform
import PostgresClient
import Testing
import WebAuth
import Wire

@testable import IntakeCore

@Suite struct Open311Tests {
  private static let prefix = "/open311/v2/"

  private func get(
    _ fixture: IntakeFixture, _ path: String, headers: [String: String] = [:]
  ) async throws -> Client.Answer {
    try await fixture.router.send(.get, Self.prefix + path, headers: headers)
  }

  private func post(_ fixture: IntakeFixture, _ path: String, _ form: String) async throws -> Client.Answer {
    try await fixture.router.send(
      .post, Self.prefix + path, form, headers: ["content-type": "application/x-www-form-urlencoded"])
  }

  private func apiKey(_ fixture: IntakeFixture) async throws -> String {
    String(try await fixture.key().dropFirst("ApiKey ".count))
  }

  private func xml(_ answer: Client.Answer) throws -> SmallXML { try SmallXML(answer.text) }

  @Test func describesItselfAndItsServices() async throws {
    let fixture = try await IntakeFixture.make("o311_services")
    let discovery = try await get(fixture, "discovery.json")
    #expect(discovery.status == 200)
    #expect(discovery.headers[.contentType]?.contains("application/json") == true)
    #expect(try discovery.document["endpoints"]?[0]?["url"] == "http://localhost:8081/open311/v2")
    let services = try await get(fixture, "services.json")
    let first = try #require(try services.document[0])
    #expect(first["service_code"] == "E0101" && first["service_name"] == "Unauthorised building")
    #expect(
      first["metadata"] == true && first["type"] == "realtime" && first["group"] == "City appearance and environment")
    let chinese = try await get(fixture, "services.json", headers: ["accept-language": "zh-CN,zh;q=0.9"])
    #expect(try chinese.document[0]?["service_name"] == "私搭乱建")
    let document = try xml(try await get(fixture, "services.xml"))
    #expect(document["/services/service/service_code"].first == "E0101")
    #expect(try document["/services/service"].count == services.document.arrayValue?.count)
    let definition = try await get(fixture, "services/E0102.json")
    #expect(try definition.document["attributes"]?[0]?["code"] == "urgent")
    let unknown = try await get(fixture, "services/none.json")
    #expect(unknown.status == 404)
    #expect(try unknown.document[0]?["code"] == 404)
    let fault = try xml(try await get(fixture, "services/none.xml"))
    #expect(fault["/errors/error/code"].first == "404")
  }

  @Test func aRequestBecomesACaseAndIsReadWithoutThePerson() async throws {
    let fixture = try await IntakeFixture.make("o311_post")
    let key = try await apiKey(fixture)
    let form = """
      api_key=\(key)&service_code=E0102&lat=22.555&long=113.905&description=bags+by+my+door&first_name=San\
      &last_name=Zhang&phone=13800138000&email=a%40b.cn&attribute[urgent]=1&address_string=1+Secret+Road
      """
    let answer = try await post(fixture, "requests.json", form)
    #expect(answer.status == 201)
    #expect(try answer.document[0]?["service_request_id"] == "440306-1")
    let rows = try await fixture.pool.query(
      .unprepared("SELECT r.reporter_name, r.address, c.priority, c.source FROM reports r, cases c"))
    #expect(try (rows[0].text(0), rows[0].text(1)) == ("San Zhang", "1 Secret Road"))
    #expect(try (rows[0].text(2), rows[0].text(3)) == ("urgent", "citizen"))
    for path in ["requests/440306-1.json", "requests.json", "requests/440306-1.xml", "requests.xml"] {
      let read = try await get(fixture, path)
      #expect(read.status == 200 && read.text.contains("440306-1"))
      for secret in ["bags", "Zhang", "13800138000", "a@b.cn", "Secret"] { #expect(!read.text.contains(secret)) }
    }
    let record = try #require(try await get(fixture, "requests/440306-1.json").document[0])
    #expect(record["status"] == "open" && record["service_code"] == "E0102" && record["lat"] == 22.555)
    #expect(record["requested_datetime"]?.stringValue?.hasSuffix("+08:00") == true)
    #expect(record["address_id"] == "440306017001001" && record["description"] == .null)
    let full = try await get(fixture, "requests/440306-1.json?api_key=\(key)")
    #expect(try full.document[0]?["description"] == "bags by my door")
    #expect(try await get(fixture, "tokens/440306-1.json").document[0]?["service_request_id"] == "440306-1")
    #expect(try await get(fixture, "requests/440306-9.json").status == 404)
  }

  @Test func formsWithImagesAreTaken() async throws {
    let fixture = try await IntakeFixture.make("o311_media")
    let fields = [
      ("api_key", try await apiKey(fixture)), ("service_code", "E0102"), ("address_id", "440306018001001"),
    ]
    var body: [UInt8] = []
    for (name, value) in fields {
      body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
    }
    body += Array("--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\r\n".utf8)
    body += try ImageTests.image("a.jpg") + Array("\r\n--b--\r\n".utf8)
    let answer = try await fixture.router.send(
      .post, Self.prefix + "requests.xml", RequestBody(buffer: ByteBuffer(bytes: body)),
      headers: ["content-type": "multipart/form-data; boundary=b"])
    #expect(answer.status == 201)
    #expect(
      try xml(answer)["/service_requests/request/service_request_id"].first == "440306-1")
    #expect(try await fixture.counts() == [1, 1, 1, 1, 1, 1])
  }

  @Test func faultsHaveTheSpecificationsShape() async throws {
    let fixture = try await IntakeFixture.make("o311_faults")
    let key = try await apiKey(fixture)
    let place = "lat=22.555&long=113.905"
    let forms: [(String, Int)] = [
      ("service_code=E0102&\(place)", 403), ("api_key=none&service_code=E0102&\(place)", 403),
      ("api_key=\(key)&\(place)", 400), ("api_key=\(key)&service_code=none&\(place)", 404),
      ("api_key=\(key)&service_code=E0102", 400), ("api_key=\(key)&service_code=E0102&lat=22.5", 400),
      ("api_key=\(key)&service_code=E0102&lat=nan&long=nan", 400),
      ("api_key=\(key)&service_code=E0102&lat=0.5&long=0.5", 400),
      ("api_key=\(key)&service_code=E0102&\(place)&jurisdiction_id=other", 404),
      ("api_key=\(key)&service_code=E0102&\(place)&phone=abc", 400),
      ("api_key=\(key)&service_code=E0102&\(place)&description=%ff", 400),
      ("api_key=\(key)&service_code=E0102&\(place)&description=" + String(repeating: "a", count: 4_001), 400),
    ]
    for (form, status) in forms {
      let answer = try await post(fixture, "requests.json", form)
      #expect(answer.status == status, "\(form.suffix(60))")
      #expect(try answer.document[0]?["code"]?.integerValue == Int64(status))
      #expect(try answer.document[0]?["description"]?.stringValue?.isEmpty == false)
    }
    #expect(try await fixture.counts() == [0, 0, 0, 0, 0, 0])
    for query in [
      "start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", "start_date=yesterday", "status=done",
      "bbox=1,2,3", "page=0", "page_size=1001", "jurisdiction_id=",
    ] {
      let answer = try await get(fixture, "requests.json?\(query)")
      #expect(answer.status == (query == "jurisdiction_id=" ? 200 : 400), "\(query)")
    }
    #expect(try await get(fixture, "nothing.json").status == 404)
    #expect(try await post(fixture, "services.json", "a=b").status == 405)
  }

  @Test func listsByEveryFilter() async throws {
    let fixture = try await IntakeFixture.make("o311_list")
    let start = Instant(microseconds: fixture.clock.microseconds)
    for (number, category) in ["E0102", "E0103", "E0102", "E0104"].enumerated() {
      _ = try await fixture.file(try fixture.request(at: .first.north(Double(number) * 300), category: category))
      fixture.clock.advance(microseconds: Instant.microsecondsPerHour)
    }
    func ids(_ query: String) async throws -> [String] {
      let answer = try await get(fixture, "requests.json?\(query)")
      try #require(answer.status == 200)
      return try (answer.document.arrayValue ?? []).compactMap { $0["service_request_id"]?.stringValue }
    }
    #expect(try await ids("") == ["440306-4", "440306-3", "440306-2", "440306-1"])
    #expect(try await ids("service_code=E0102") == ["440306-3", "440306-1"])
    #expect(try await ids("service_code=E0103,E0104") == ["440306-4", "440306-2"])
    #expect(try await ids("service_request_id=440306-2,440306-9,440306-1&status=closed") == ["440306-2", "440306-1"])
    #expect(try await ids("status=closed") == [])
    #expect(try await ids("status=open,closed&page_size=3") == ["440306-4", "440306-3", "440306-2"])
    #expect(try await ids("page_size=3&page=2") == ["440306-1"])
    let from = start.adding(microseconds: Instant.microsecondsPerHour).rfc3339(offsetSeconds: 28_800)
    let to = start.adding(microseconds: 2 * Instant.microsecondsPerHour).rfc3339(offsetSeconds: 28_800)
    #expect(try await ids("start_date=\(from)&end_date=\(to)") == ["440306-3", "440306-2"])
    #expect(try await ids("updated_after=\(to)") == ["440306-4", "440306-3"])
    #expect(try await ids("updated_before=\(from)") == ["440306-2", "440306-1"])
    #expect(try await ids("bbox=113.9,22.55,113.91,22.556") == ["440306-1"])
  }

  @Test func updatesTellWhatHappened() async throws {
    let fixture = try await IntakeFixture.make("o311_updates")
    _ = try await fixture.file(try fixture.request(more: #","on_spot":{"action":"secret words"}"#))
    fixture.clock.advance(microseconds: 3 * Instant.microsecondsPerHour)
    _ = try await fixture.file(try fixture.request(at: .first.north(500)))
    let all = try await get(fixture, "servicerequestupdates.json")
    let updates = try #require(try all.document.arrayValue)
    #expect(updates.compactMap { $0["status"]?.stringValue } == ["OPEN", "CLOSED", "OPEN"])
    #expect(updates.compactMap { $0["update_id"]?.stringValue } == ["440306.1", "440306.2", "440306.3"])
    #expect(!all.text.contains("secret"))
    let since = Instant(microseconds: fixture.clock.microseconds).rfc3339()
    let later = try await get(fixture, "servicerequestupdates.xml?start_date=\(since)")
    #expect(try xml(later)["/service_request_updates/request_update"].count == 1)
  }

  @Test func anUpdateNeedsAKeyAndACase() async throws {
    let fixture = try await IntakeFixture.make("o311_update_post")
    _ = try await fixture.file(try fixture.request())
    let key = try await apiKey(fixture)
    let form = "service_request_id=440306-1&status=OPEN&description=still+there"
    #expect(try await post(fixture, "servicerequestupdates.json", form).status == 403)
    #expect(
      try await post(fixture, "servicerequestupdates.json", form.replacing("-1", with: "-7") + "&api_key=\(key)").status
        == 404)
    let answer = try await post(fixture, "servicerequestupdates.json", form + "&api_key=\(key)")
    #expect(answer.status == 201)
    #expect(try answer.document[0]?["update_id"] == "440306.2")
    let rows = try await fixture.pool.query(.unprepared("SELECT description, part FROM reports ORDER BY part"))
    try #require(rows.count == 2)
    #expect(try (rows[1].text(0), rows[1].int64(1)) == ("[OPEN]\nstill there", 2))
    let own = form + "&api_key=\(key)&update_id=77"
    #expect(try await post(fixture, "servicerequestupdates.json", own).status == 201)
    let again = try await post(fixture, "servicerequestupdates.json", own)
    #expect(again.status == 200)
    #expect(try again.document[0]?["update_id"] == "440306.3")
    let settled = try fixture.request(at: .first.north(500), more: #","on_spot":{"action":"done"}"#)
    let closed = try await fixture.file(settled).caseID
    let late = form.replacing("440306-1", with: "\(closed)") + "&api_key=\(key)"
    #expect(try await post(fixture, "servicerequestupdates.json", late).status == 409)
  }
}
