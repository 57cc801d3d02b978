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

@Suite("The officer's page") struct OfficerPageTests {
  /// The kinds that stand first, in their order.
  private func frequent(_ page: Answer) -> [String] {
    let part = page.text.split(separator: "id=\"kind-found\"").first ?? ""
    return part.matches(of: /data-kind="([^"]+)"/).map { String($0.1) }
  }

  private func attach(_ id: String, by person: Person, to door: ConsoleDoor) async throws {
    let content = Array(id.utf8)
    _ = try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO attachments (district, id, media_type, width, height, sha256, content, uploaded_by)
        VALUES ('d', $1, 'image/jpeg', 4, 3, $2, $3, $4)
        """), [.text(id), .bytes(SHA256.digest(of: content)), .bytes(content), .text(person.actor.text)])
  }

  @Test("What the officer reports most stands first, then their unit's and the district's, and all by its class")
  func kinds() async throws {
    let door = try await ConsoleDoor.open("officer_kinds")
    #expect(frequent(try await door.page("/officer", as: .officer)) == [])
    _ = try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO rollup_daily (district, day, unit, category, department, source, reported)
        VALUES ('d', '2026-03-01', 'g2', '0201', '', 'hotline', 9), ('d', '2026-03-01', 'g4', '0901', '', 'hotline', 99),
          ('d', '2026-01-01', 'g1', '0901', '', 'hotline', 99)
        """), [])
    #expect(frequent(try await door.page("/officer", as: .officer)) == ["0201", "0901"])
    try await door.fixture.file(category: "0101", unit: "g1", by: Person.officer.actor)
    let page = try await door.page("/officer", as: .officer)
    #expect(frequent(page) == ["0101", "0201", "0901"])
    #expect(page.text.contains("id=\"class-01\"") && page.text.contains("data-search=\"暴露垃圾 exposed rubbish 0101\""))
    // The grids under the officer's unit, and no others.
    #expect(page.text.contains("<option value=\"g2\">Grid Two</option>") && !page.text.contains("value=\"g3\""))
    #expect(page.text.contains("data-owner=\"d/wang\""))
    let manifest = "\(door.console.site.files.assets.path)/officer-en.webmanifest"
    #expect(page.text.contains("rel=\"manifest\" href=\"\(manifest)\""))
    #expect(
      try await door.ask(.get, manifest).headers[.contentType] == "application/manifest+json")
    for name in ["officer-180", "officer-192", "officer-512", "officer-maskable-512"] {
      let icon = try await door.ask(.get, "\(door.console.site.files.assets.path)/\(name).png")
      #expect(icon.headers[.contentType] == "image/png")
    }
    let worker = try await door.ask(.get, "\(door.console.site.files.assets.path)/officer-worker.js")
    #expect(worker.headers[.serviceWorkerAllowed] == "/")
    #expect(worker.headers[.contentSecurityPolicy]?.contains("worker-src 'self'; manifest-src 'self'") == true)
  }

  @Test("An officer sees what became of their own reports, in plain words, and nobody else's")
  func reports() async throws {
    let door = try await ConsoleDoor.open("officer_reports")
    let own = try await door.fixture.file(category: "0101", unit: "g1", by: Person.officer.actor)
    let other = try await door.fixture.file(category: "0101", unit: "g1")
    _ = try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO reports (district, case_number, part, source, submitter, body_hash, seq, received_at)
        VALUES ('d', $1, 1, 'officer', 'user:someone', '', 1, $2)
        """), [.int64(own.number), .timestamp(microseconds: door.fixture.now.microseconds)])
    try await door.fixture.route(own)
    let mine = try await door.page("/officer", as: .officer).text.split(separator: "id=\"officer-mine\"")[1]
    #expect(mine.contains("data-case=\"\(own)\"") && !mine.contains("data-case=\"\(other)\""))
    #expect(mine.contains("Sent to Urban Management, which has to sign."))
    #expect(!mine.contains("Joined a known case"))
    _ = try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO reports (district, case_number, part, source, submitter, body_hash, seq, received_at)
        VALUES ('d', $1, 1, 'officer', 'user:wang', '', 1, $2)
        """), [.int64(other.number), .timestamp(microseconds: door.fixture.now.microseconds)])
    let joined = try await door.page("/officer", as: .officer).text.split(separator: "id=\"officer-mine\"")[1]
    #expect(joined.contains("data-case=\"\(other)\"") && joined.contains("Joined a known case"))
  }

  @Test("A task is verified with what was found and a photograph of it; nobody checks their own report")
  func verification() async throws {
    let door = try await ConsoleDoor.open("officer_tasks")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    let own = try await door.fixture.file(category: "0101", unit: "g1", by: Person.officer.actor)
    for id in [id, own] {
      try await door.fixture.route(id)
      try await door.fixture.perform(.sign, on: id, by: Person.urban.actor)
      try await door.fixture.perform(.handle(result: "swept & washed"), on: id, by: Person.urban.actor)
    }
    let page = try await door.page("/officer", as: .officer).text
    #expect(page.contains("href=\"/officer/tasks/\(id)\"") && !page.contains("href=\"/officer/tasks/\(own)\""))
    #expect(page.contains("class=\"officer-count\">1<"))
    let task = try await door.page("/officer/tasks/\(id)", as: .officer).text
    #expect(task.contains("swept &amp; washed") && task.contains("name=\"action\" value=\"verify\""))
    #expect(task.contains("data-photos=\"photos\"") && task.contains("data-done=\"/officer#tasks\""))
    let reported = try await door.fixture.file(unit: "g1", source: .citizen, by: Person.officer.actor)
    let notTheirs = try await door.page("/officer/tasks/\(reported)", as: .officer).text
    #expect(!notTheirs.contains("name=\"action\"") && notTheirs.contains("Nothing to verify here"))
    #expect(try await door.page("/officer/tasks/\(id)", as: .dispatcher).status == .forbidden)

    try await attach("seen", by: .officer, to: door)
    let version = try await door.fixture.load(id).value.version
    let unknown = try await door.act(
      id, ["action": "verify", "outcome": "pass", "photos": ["nowhere"]], as: .officer, version: version)
    #expect(unknown.status == .unprocessableContent)
    let done = try await door.act(
      id, ["action": "verify", "outcome": "pass", "photos": ["seen"]], as: .officer, version: version)
    #expect(try done.status == .ok && done.json["state"] == "closed")
    #expect(try await door.ask(.get, "/v1/cases/\(id)/photos/seen", as: .urban).status == .ok)
    let events = try await door.ask(.get, "/v1/cases/\(id)/events", as: .officer).json
    let verified = (events["items"] ?? events).arrayValue?.first { $0["kind"] == "verified" }
    #expect(verified?["data"]?["photos"] == ["seen"])
    #expect(try await door.page("/officer/tasks/\(id)", as: .officer).text.contains("Nothing to verify here"))
  }

  @Test("Who is signed in is told with the server's time; a browser also what its requests must prove")
  func session() async throws {
    let door = try await ConsoleDoor.open("officer_session")
    let program = try await door.ask(.get, "/v1/sessions/me", as: .officer).json
    #expect(program["username"] == "wang" && program["district"] == "d" && program["form_token"] == nil)
    #expect(program["now"] == "2026-03-02T09:00:00+08:00")
    let session = try await door.token(of: .officer)
    let browser = try await door.ask(.get, "/v1/sessions/me", headers: [.cookie: "gridloop_session=\(session)"])
    let token = try #require(SessionToken(text: session))
    #expect(try browser.json["form_token"]?.stringValue == CrossSite.token(of: token))
    #expect(browser.headers[.cacheControl] == "no-store")
  }
}
