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

@Suite("The page of a case") struct CasePageTests {
  @Test("Cases of every kind have a page for all who may see them, and for nobody else")
  func everyKind() async throws {
    let door = try await ConsoleDoor.open("case_page_kinds")
    try await CaseMix(door: door, seed: 4).play(cases: 25)
    for person in [Person.chief, .urban, .inspector, .supervisor] {
      let visible = Set(try await door.listed("/v1/cases", as: person))
      for number in 1...25 {
        let answer = try await door.page("/cases/d-\(number)", as: person)
        #expect(answer.status == (visible.contains("d-\(number)") ? .ok : .notFound), "\(number) as \(person.name)")
        #expect(answer.text.hasSuffix("</html>\n"))
        #expect(answer.text.firstMatch(of: /\{[a-z]+\}/) == nil, "\(number): a value that no text was given")
      }
    }
  }

  @Test("It tells the story, shows the clocks, and offers what the caller may do, as the interface says")
  func content() async throws {
    let door = try await ConsoleDoor.open("case_page_content")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    try await door.fixture.route(id)
    try await door.fixture.perform(.sign, on: id, by: Person.urban.actor)
    let page = try await door.page("/cases/\(id)", as: .urban)
    #expect(page.text.contains("The lead department signed"))
    #expect(page.text.contains("class=\"bar\"") && page.text.contains("data-verify=\"/v1/cases/\(id)/proof\""))
    for person in [Person.urban, .dispatcher, .officer, .auditor] {
      let allowed = try await door.ask(.get, "/v1/cases/\(id)", as: person).json["allowed_actions"]?.arrayValue ?? []
      let text = try await door.page("/cases/\(id)", as: person).text
      let offered = Set(text.matches(of: /name="action" value="([a-z_]+)"/).map { String($0.1) })
      #expect(offered == Set(allowed.compactMap(\.stringValue)), "\(person.name)")
    }
  }

  @Test("A merge offers the open cases nearby, and takes another that is written; nobody else is shown them")
  func merging() async throws {
    let door = try await ConsoleDoor.open("case_page_merge")
    let first = try await door.fixture.file(category: "0101", unit: "g1")
    let near = try await door.fixture.file(category: "0101", unit: "g1")
    let far = try await door.fixture.file(category: "0101", unit: "g4")
    let page = try await door.page("/cases/\(first)", as: .dispatcher).text
    #expect(page.contains("<input type=\"radio\" name=\"into\" value=\"\(near)\">"))
    #expect(!page.contains("name=\"into\" value=\"\(far)\"") && !page.contains("name=\"into\" value=\"\(first)\""))
    #expect(!(try await door.page("/cases/\(first)", as: .auditor).text.contains("name=\"into\"")))
    #expect(try await door.page("/cases/\(near)", as: .dispatcher).text.contains("name=\"into\" value=\"\(first)\""))

    // Without scripts both fields are sent: what was written goes before what was chosen.
    let token = try #require(page.firstMatch(of: /name="csrf_token" value="([^"]+)"/)).1
    let fields = "action=merge&version=1&into=\(near)&into=\(far)&csrf_token=\(token)"
    let session = "gridloop_session=" + (try await door.token(of: .dispatcher))
    let answer = try await door.respond(
      .post, "/cases/\(first)", headers: [.contentType: "application/x-www-form-urlencoded", .cookie: session],
      body: Array(fields.utf8))
    #expect(answer.status == .seeOther)
    #expect(try await door.fixture.load(first).value.mergedInto == far)
  }

  @Test("Every change of the journal is found by the proof")
  func proof() async throws {
    let door = try await ConsoleDoor.open("case_page_proof")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    let other = try await door.fixture.file(category: "0101", unit: "g1")
    try await door.fixture.route(id)
    let whole = try await door.ask(.get, "/v1/cases/\(id)/proof", as: .dispatcher)
    #expect(try whole.json["whole"] == true && whole.json["events"]?.arrayValue?.count == 2)
    #expect(try await door.ask(.get, "/v1/cases/\(other)/proof", as: .dispatcher).json["whole"] == true)
    _ = try await door.fixture.pool.execute(
      .unprepared("UPDATE journal SET actor = 'user:nobody' WHERE case_number = $1 AND kind = 'filed'"),
      [.int64(id.number)])
    let broken = try await door.ask(.get, "/v1/cases/\(id)/proof", as: .dispatcher)
    #expect(try broken.json["whole"] == false)
    let marks = try broken.json["events"]?.arrayValue?.compactMap { $0["whole"]?.boolValue }
    #expect(marks == [false, true])
    #expect(try await door.ask(.get, "/v1/cases/\(other)/proof", as: .dispatcher).json["whole"] == true)
    #expect(try await door.ask(.get, "/v1/cases/\(id)/proof", as: .inspector).status == .notFound)
  }

  @Test("A photograph is for those who see its case")
  func photos() async throws {
    let door = try await ConsoleDoor.open("case_page_photos")
    let id = try await door.fixture.file(category: "0101", unit: "g4")
    let content = Array("a photograph".utf8)
    _ = try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO attachments (district, id, case_number, media_type, width, height, sha256, content, uploaded_by)
        VALUES ('d', 'p1', $1, 'image/jpeg', 4, 3, $2, $3, 'user:wang')
        """), [.int64(id.number), .bytes(SHA256.digest(of: content)), .bytes(content)])
    let page = try await door.page("/cases/\(id)", as: .chief)
    #expect(page.text.contains("src=\"/v1/cases/\(id)/photos/p1\""))
    let photo = try await door.ask(.get, "/v1/cases/\(id)/photos/p1", as: .chief)
    #expect(photo.bytes == content && photo.headers[.contentType] == "image/jpeg")
    #expect(photo.headers[.cacheControl]?.hasPrefix("private") == true)
    let tag = try #require(photo.headers[.eTag])
    let again = try await door.ask(.get, "/v1/cases/\(id)/photos/p1", as: .chief, headers: [.ifNoneMatch: tag])
    #expect(again.status == .notModified)
    #expect(try await door.ask(.get, "/v1/cases/\(id)/photos/p1", as: .supervisor).status == .notFound)
    let other = try await door.fixture.file(category: "0101", unit: "g1")
    #expect(try await door.ask(.get, "/v1/cases/\(other)/photos/p1", as: .chief).status == .notFound)
  }

  @Test("A department finds each case in its box, and signs from there")
  func department() async throws {
    let door = try await ConsoleDoor.open("case_page_department")
    let first = try await door.fixture.file(category: "0101", unit: "g1")
    let second = try await door.fixture.file(category: "0101", unit: "g1")
    for id in [first, second] { try await door.fixture.route(id) }
    try await door.fixture.perform(.sign, on: second, by: Person.urban.actor)
    let toSign = try await door.page("/department", as: .urban).text
    #expect(toSign.contains("data-case=\"\(first)\"") && !toSign.contains("data-case=\"\(second)\""))
    #expect(toSign.contains("data-api=\"/v1/cases/\(first)/actions\""))
    let inHand = try await door.page("/department?box=in_hand", as: .urban).text
    #expect(inHand.contains("data-case=\"\(second)\"") && !inHand.contains("data-case=\"\(first)\""))
    #expect(!(try await door.page("/department", as: .water).text.contains("data-case=")))
  }
}

@Suite("The forms of a case without scripts") struct CaseFormTests {
  private func send(
    _ form: String, to id: CaseID, _ door: ConsoleDoor, as person: Person, token: String? = nil
  ) async throws -> Answer {
    let session = try await door.token(of: person)
    var fields = form
    if let token = SessionToken(text: session), form.contains("csrf") == false {
      fields += "&csrf_token=\(CrossSite.token(of: token))"
    }
    let response = try await door.respond(
      .post, "/cases/\(id)",
      headers: [
        .contentType: "application/x-www-form-urlencoded", .cookie: "gridloop_session=\(session); gridloop_lang=en",
      ], body: Array(fields.utf8))
    let collector = Collector()
    try await response.body.write(collector)
    return Answer(status: response.status, headers: response.headers, bytes: await collector.bytes.value)
  }

  @Test("do what the interface does, and say what it refuses")
  func forms() async throws {
    let door = try await ConsoleDoor.open("case_forms")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    try await door.fixture.route(id)
    let signed = try await send("action=sign&version=2&back=/department", to: id, door, as: .urban)
    #expect(signed.status == .seeOther && signed.headers[.location] == "/department")
    #expect(try await door.fixture.load(id).value.state == .signed)

    let stale = try await send("action=comment&text=a+b&version=2", to: id, door, as: .urban)
    #expect(stale.status == .preconditionFailed && stale.text.contains("The case has changed"))
    let empty = try await send("action=handle&version=3", to: id, door, as: .urban)
    #expect(empty.status == .unprocessableContent && empty.text.contains("This must be filled in."))
    let refused = try await send("action=reopen&reason=x&version=3", to: id, door, as: .chief)
    #expect(refused.status == .conflict)
    let forged = try await send("action=comment&text=x&version=3&csrf_token=no", to: id, door, as: .urban)
    #expect(forged.status == .forbidden)
    let elsewhere = try await send("action=comment&text=%E5%A5%BD&version=3&back=//evil", to: id, door, as: .urban)
    #expect(elsewhere.status == .seeOther && elsewhere.headers[.location] == "/")
    #expect(try await door.page("/cases/\(id)", as: .urban).text.contains("好"))
    #expect(try await door.fixture.load(id).value.version == 4)
  }
}
