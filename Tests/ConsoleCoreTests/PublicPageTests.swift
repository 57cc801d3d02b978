import Casework
import CaseworkSupport
import Cryptography
import Domain
import HTTPTypes
import Hummingbird
import PostgresClient
import Testing
import WebAuth
import Wire

@testable import ConsoleCore

/// The sample network with a public page, and the key that the page needs.
struct PublicSample: Sendable {
  let door: ConsoleDoor
  let key: APIKey

  static let section = """
    public:
      report: true
      follow: true
      categories: [01]
      photos: 2
      reports_per_address: {count: 2, within: 1 urgent_hours}
      shows: [result, photos]
    """

  /// - Parameter source: to which the key is bound.
  static func open(_ name: String, source: String? = "citizen") async throws -> PublicSample {
    let files = SampleNetworkFiles.replacing("repeats:\n", with: section + "\nrepeats:\n", in: "network.yaml")
    let key = APIKey(district: "d")
    let door = try await ConsoleDoor.open(
      name, files: files, publicDoor: PublicDoor(keys: PublicKeys(key.text) ?? PublicKeys()))
    try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO api_keys (district, key_id, name, role, unit, source, created_at, secret_hash)
        VALUES ('d', $1, 'public', 'source', 'd', $2, now(), $3)
        """),
      [.text(key.identifier), .text(source), .bytes(SHA256.digest(of: String(key.text.suffix(43))))])
    return PublicSample(door: door, key: key)
  }

  /// Files a case as the page would, and tells its code.
  func file(unit: UnitCode = "g1") async throws -> (id: CaseID, code: FollowCode) {
    let actor = Actor(kind: .source, name: "public", role: .source, unit: "d")
    let id = try await door.fixture.file(
      category: "0101", unit: unit, source: .officer, by: actor, reporter: ("Li Si", "13800000000"))
    let code = FollowCode(of: PublicFormToken(issuedSeconds: 1), secret: key.publicSecret)
    try await door.fixture.pool.execute(
      .unprepared("UPDATE reports SET external_id = $2 WHERE case_number = $1"),
      [.int64(id.number), .text(code.externalID)])
    return (id, code)
  }

  func send(_ path: String, _ fields: [String: String], headers: HTTPFields = [:]) async throws -> Answer {
    var headers = headers
    headers[.contentType] = "application/x-www-form-urlencoded"
    headers[.accept] = "text/html"
    headers[.cookie] = "gridloop_lang=en"
    let body = fields.map { "\($0.key)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    let response = try await door.respond(.post, path, headers: headers, body: Array(body.utf8))
    let collector = Collector()
    try await response.body.write(collector)
    return Answer(status: response.status, headers: response.headers, bytes: await collector.bytes.value)
  }

  /// The token of a fresh form.
  func token() async throws -> String {
    let page = try await door.page("/public/d", as: nil).text
    return try #require(page.firstMatch(of: /name="token" value="([^"]+)"/)).1.description
  }
}

@Suite("The public page") struct PublicPageTests {
  @Test("A network without the section has none, on no address")
  func without() async throws {
    let door = try await ConsoleDoor.open("public_without")
    for path in ["/public", "/public/d", "/public/follow", "/public/d/shapes", "/public/elsewhere"] {
      let answer = try await door.page(path, as: nil)
      #expect(answer.status == .notFound, "\(path)")
      #expect(answer.text.contains("Call the local hotline") || path.hasSuffix("shapes"), "\(path)")
    }
    let sent = try await PublicSample(door: door, key: APIKey(district: "d")).send(
      "/public/follow", ["number": "d-1", "code": "7K3M9QXT2HWC"])
    #expect(sent.status == .notFound)
  }

  @Test("The form shows what the policy takes, and the ground, to everybody")
  func form() async throws {
    let sample = try await PublicSample.open("public_form")
    let answer = try await sample.door.page("/public/d", as: nil)
    #expect(answer.status == .ok)
    #expect(answer.text.contains("value=\"0101\"") && !answer.text.contains("value=\"0201\""))
    #expect(answer.text.contains("value=\"g1\"") && answer.text.contains("enctype=\"multipart/form-data\""))
    #expect(try await sample.door.page("/public", as: nil).headers[.location] == "/public/d")
    let shapes = try await sample.door.ask(.get, "/public/d/shapes?tier=grid")
    #expect(try shapes.items.count == 4)
    #expect(try await sample.door.ask(.get, "/v1/shapes?tier=grid").status == .unauthorized)
  }

  @Test("A key that can do more than the page may is not used", arguments: ["officer", nil])
  func wideKey(_ source: String?) async throws {
    let sample = try await PublicSample.open("public_wide", source: source)
    #expect(try await sample.door.page("/public/d", as: nil).status == .serviceUnavailable)
  }

  @Test("What is missing is said beside its field, and what was written is kept")
  func faults() async throws {
    let sample = try await PublicSample.open("public_faults")
    let token = try await sample.token()
    let answer = try await sample.send(
      "/public/d", ["token": token, "category": "0201", "description": " ", "name": "Wang <b>", "phone": "12"])
    #expect(answer.status == .unprocessableContent)
    for key in ["category", "description", "place", "phone"] {
      #expect(answer.text.contains("href=\"#field-\(key)\""), "\(key)")
    }
    #expect(answer.text.contains("value=\"Wang &lt;b&gt;\"") && answer.text.contains(token))
    let whole = ["token": token, "category": "0101", "description": "rubbish", "address": "1 Main Street"]
    for (field, value) in [("website", "http://spam"), ("unit", "elsewhere"), ("lat", "north")] {
      let answer = try await sample.send("/public/d", whole.merging([field: value, "address": ""]) { $1 })
      #expect(answer.status == .unprocessableContent, "\(field)")
    }
    let forged = try await sample.send("/public/d", whole.merging(["token": token.uppercased()]) { $1 })
    #expect(forged.status == .unprocessableContent && forged.text.contains("open for too long"))
    #expect(forged.text.contains("rubbish</textarea>"))
  }

  @Test("Without the door for reports it says so, keeps what was written and counts nothing")
  func noDoor() async throws {
    let sample = try await PublicSample.open("public_no_door")
    let fields = [
      "token": try await sample.token(), "category": "0101", "description": "rubbish", "unit": "g1",
    ]
    for _ in 0..<4 {
      let answer = try await sample.send("/public/d", fields)
      #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] != nil)
      #expect(answer.text.contains("rubbish</textarea>"))
    }
  }

  @Test("Nobody else's page files or follows")
  func otherSites() async throws {
    let sample = try await PublicSample.open("public_other_sites")
    let site = HTTPField.Name("sec-fetch-site").unsafelyUnwrapped
    for path in ["/public/d", "/public/follow"] {
      let answer = try await sample.send(path, ["number": "d-1", "code": "x"], headers: [site: "cross-site"])
      #expect(answer.status == .forbidden, "\(path)")
    }
  }

  @Test("A form that was filed already is answered with its number, and not filed again")
  func again() async throws {
    let sample = try await PublicSample.open("public_again")
    let token = try await sample.token()
    let now = sample.door.console.authenticator.now.microseconds / 1_000_000
    let code = FollowCode(
      of: try PublicFormToken(text: token, secret: sample.key.publicSecret, nowSeconds: now),
      secret: sample.key.publicSecret)
    let (id, _) = try await sample.file()
    try await sample.door.fixture.pool.execute(
      .unprepared("UPDATE reports SET external_id = $1"), [.text(code.externalID)])
    for words in ["rubbish", "other words"] {
      let answer = try await sample.send("/public/d", ["token": token, "description": words])
      #expect(answer.status == .ok && answer.text.contains("id=\"sent-number\" class=\"mono\">\(id)<"))
      #expect(answer.text.contains(code.shown))
    }
  }

  @Test("Who follows is told what was done, and of no person; after the merger of the case it is the other")
  func follow() async throws {
    let sample = try await PublicSample.open("public_follow")
    let fixture = sample.door.fixture
    let (id, code) = try await sample.file()
    let fields = ["number": "\(id)", "code": code.shown]
    #expect(try await sample.send("/public/follow", fields).text.contains("data-state=\"filed\""))
    try await fixture.route(id)
    try await fixture.perform(.sign, on: id, by: Person.urban.actor)
    try await fixture.perform(.comment(text: "an internal word"), on: id, by: Person.urban.actor)
    let inHand = try await sample.send("/public/follow", fields).text
    #expect(inHand.contains("data-state=\"signed\"") && inHand.contains("Expected by"))
    try await fixture.perform(.handle(result: "swept & washed"), on: id, by: Person.urban.actor)
    #expect(try await !sample.send("/public/follow", fields).text.contains("swept"))
    try await fixture.perform(.verify(passed: true, note: "a note"), on: id, by: Person.officer.actor)
    let closed = try await sample.send("/public/follow", fields)
    let steps = closed.text.matches(of: /data-step="([a-z_]+)"/).map { String($0.1) }
    #expect(steps == ["received", "passed", "in_hand", "done", "closed"])
    #expect(closed.text.contains("swept &amp; washed"))
    for secret in ["zhao", "wang", "Li Si", "1380", "a note", "internal word", "rubbish at the gate", code.shown] {
      #expect(!closed.text.contains(secret), "\(secret)")
    }
    let other = try await fixture.file(category: "0101", unit: "g1")
    let (joining, second) = try await sample.file()
    try await fixture.perform(.merge(into: other), on: joining, by: Person.dispatcher.actor)
    _ = second
    let merged = try await sample.send("/public/follow", ["number": "\(joining)", "code": second.shown]).text
    #expect(merged.contains("data-step=\"joined\"") && merged.contains("\(other)"))
  }

  @Test("A wrong code, another's number and no such number are one answer; after ten of them there is a wait")
  func wrongCodes() async throws {
    let sample = try await PublicSample.open("public_wrong")
    let (id, code) = try await sample.file()
    let other = try await sample.door.fixture.file(category: "0101", unit: "g1")
    var answers: Set<String> = []
    let tries = [
      ["number": "\(id)", "code": "7K3M-9QXT-2HWC"], ["number": "\(other)", "code": code.shown],
      ["number": "d-999", "code": code.shown], ["number": "nonsense", "code": "nonsense"],
    ]
    for fields in tries {
      let answer = try await sample.send("/public/follow", fields)
      #expect(answer.status == .notFound)
      answers.insert(answer.text.replacing("value=\"\(fields["number"] ?? "")\"", with: ""))
    }
    #expect(answers.count == 1)
    // What is right costs nothing.
    for _ in 0..<20 {
      #expect(try await sample.send("/public/follow", ["number": "\(id)", "code": code.shown]).status == .ok)
    }
    for _ in tries.count..<10 { _ = try await sample.send("/public/follow", tries[0]) }
    let late = try await sample.send("/public/follow", ["number": "\(id)", "code": code.shown])
    #expect(late.status == .tooManyRequests && Int(late.headers[.retryAfter] ?? "") ?? 0 > 800)
    #expect(late.text.contains("Try again in 15 minutes"))
  }

  @Test("A photograph of the result has an address that holds for an hour and names no other")
  func photos() async throws {
    let sample = try await PublicSample.open("public_photos")
    let fixture = sample.door.fixture
    let (id, code) = try await sample.file()
    try await fixture.route(id)
    try await fixture.perform(.sign, on: id, by: Person.urban.actor)
    for (photo, uploader) in [("before", "source:public"), ("after", Person.urban.actor.text)] {
      try await fixture.pool.execute(
        .unprepared(
          """
          INSERT INTO attachments (district, id, case_number, media_type, width, height, sha256, content, uploaded_by)
          VALUES ('d', $2, $1, 'image/jpeg', 4, 3, $3, $4, $5)
          """),
        [
          .int64(id.number), .text(photo), .bytes(SHA256.digest(of: photo)), .bytes(Array(photo.utf8)),
          .text(uploader),
        ])
    }
    try await fixture.perform(.handle(result: "swept", photos: ["after"]), on: id, by: Person.urban.actor)
    try await fixture.perform(.verify(passed: true, note: ""), on: id, by: Person.officer.actor)
    let page = try await sample.send("/public/follow", ["number": "\(id)", "code": code.shown]).text
    let found = try #require(page.firstMatch(of: /<img src="([^"]+)"/))
    let address = String(found.1).replacing("&amp;", with: "&")
    #expect(try await sample.door.ask(.get, address).text == "after")
    #expect(!page.contains("/before"))
    for wrong in [
      address.replacing("/after?", with: "/before?"), address.replacing("until=", with: "until=9"),
      String(address.prefix { $0 != "?" }),
    ] {
      #expect(try await sample.door.ask(.get, wrong).status == .notFound, "\(wrong)")
    }
  }
}
