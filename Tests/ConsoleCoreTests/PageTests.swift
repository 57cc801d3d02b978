import CaseworkSupport
import Domain
import HTTPTypes
import Hummingbird
import PostgresClient
import Testing
import WebAuth

@testable import ConsoleCore

@Suite("Pages") struct PageTests {
  @Test("Each role gets its pages whole, in both languages, and no others")
  func everyPageAsEveryRole() async throws {
    let door = try await ConsoleDoor.open("pages_roles")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    try await door.fixture.route(id)
    for person in Person.all {
      for page in PageRoutes.all where !page.route.path.contains(":") {
        for language in PageLanguage.allCases {
          let answer = try await door.page("/" + page.route.path, as: person, language: language.rawValue)
          let isAllowed = page.route.roles.contains(person.role)
          let name = "\(page.route.path) as \(person.name)"
          #expect(answer.status == (isAllowed ? .ok : .forbidden), "\(name)")
          #expect(answer.headers[.contentType] == "text/html; charset=utf-8", "\(name)")
          #expect(
            answer.text.contains("<html lang=\"\(language.rawValue)\"") && answer.text.contains("<nav"), "\(name)")
          #expect(answer.text.hasSuffix("</html>\n"), "\(name)")
          let areas = /\b(?:words|timeline|actions|inspection|indicators|administration)\.[a-z_]+\.[a-z_]+/
          #expect(answer.text.firstMatch(of: areas) == nil, "\(name)")
        }
      }
    }
  }

  @Test("The navigation leads to the role's pages only")
  func navigation() async throws {
    let door = try await ConsoleDoor.open("pages_navigation")
    #expect(try await door.page("/", as: .urban).text.contains("href=\"/department\""))
    #expect(!(try await door.page("/", as: .dispatcher).text.contains("href=\"/department\"")))
  }

  @Test("Who is not signed in is asked to, and led back; nowhere else")
  func signInAndBack() async throws {
    let door = try await ConsoleDoor.open("pages_sign_in")
    let asked = try await door.page("/cases?state=open&q=a%20b", as: nil)
    #expect(asked.status == .seeOther)
    let location = try #require(asked.headers[.location])
    #expect(location.hasPrefix("/sign-in?return=%2Fcases%3Fstate%3Dopen%26q%3Da%2520b"))
    let form = try await door.page(location, as: nil)
    #expect(form.text.contains("name=\"return\" value=\"/cases?state=open&amp;q=a%20b\""))
    for (target, expected) in [
      ("/cases?q=a%2520b", "/cases?q=a%20b"), ("//evil", "/"), ("/%5Cevil", "/"), ("https://evil", "/"), ("", "/"),
    ] {
      let body = Array("username=wu&password=correct+horse+battery&return=\(target)".utf8)
      let answer = try await door.respond(
        .post, "/sign-in", headers: [.contentType: "application/x-www-form-urlencoded"], body: body)
      #expect(answer.status == .seeOther && answer.headers[.location] == expected, "\(target)")
    }
    let linked = try await door.ask(
      .get, "/cases", headers: [HTTPField.Name("sec-fetch-site").unsafelyUnwrapped: "cross-site"])
    #expect(linked.status == .ok && linked.text.contains("http-equiv=\"refresh\""))
  }

  @Test("The chosen language is kept, and the choice stays on the page")
  func language() async throws {
    let door = try await ConsoleDoor.open("pages_language")
    let chosen = try await door.page("/cases?state=open&lang=en", as: .dispatcher, language: "zh-CN")
    #expect(chosen.text.contains("<html lang=\"en\""))
    #expect(chosen.headers[.setCookie]?.hasPrefix("gridloop_lang=en") == true)
    #expect(chosen.text.contains("href=\"/cases?state=open&amp;lang=zh-CN\""))
    #expect(try await door.page("/cases", as: .dispatcher, language: "en").headers[.setCookie] == nil)
  }

  @Test("What does not exist, is not for the caller or cannot be understood is a page of that status")
  func faults() async throws {
    let door = try await ConsoleDoor.open("pages_faults")
    let id = try await door.fixture.file(category: "0101", unit: "g4")
    #expect(try await door.page("/cases/d-999", as: .dispatcher).status == .notFound)
    #expect(try await door.page("/cases/\(id)", as: .supervisor).status == .notFound)
    #expect(try await door.page("/cases/\(id)", as: .chief).status == .ok)
    let unknown = try await door.page("/nowhere", as: .dispatcher)
    #expect(unknown.status == .notFound && unknown.text.contains("<main"))
    #expect(try await door.page("/inbox?cursor=x", as: .dispatcher).status == .unprocessableContent)
    let filter = try await door.page("/cases?state=sleeping", as: .dispatcher)
    #expect(filter.status == .ok && filter.text.contains("role=\"alert\""))
    #expect(try await door.ask(.get, "/nowhere").headers[.contentType] == "application/problem+json")
  }

  @Test("A page says that the unread notices could not be counted, and is not refused for it")
  func unreadUnknown() async throws {
    let door = try await ConsoleDoor.open("pages_unread")
    let known = try await door.page("/suppressions", as: .dispatcher).text
    #expect(known.contains("0 unread messages") && !known.contains("cannot be read now"))
    try await door.fixture.pool.execute(script: "ALTER TABLE inbox RENAME TO gone")
    let page = try await door.page("/suppressions", as: .dispatcher)
    #expect(page.status == .ok && page.text.contains("cannot be read now"))
    #expect(!page.text.contains("0 unread messages"))
  }

  @Test("Every page says what a browser may do with it")
  func headers() async throws {
    let door = try await ConsoleDoor.open("pages_headers")
    for path in ["/", "/cases", "/nowhere", "/v1/units"] {
      let answer = try await door.page(path, as: .dispatcher)
      let policy = try #require(answer.headers[.contentSecurityPolicy])
      #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
      #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
      #expect(answer.headers[.xContentTypeOptions] == "nosniff")
      #expect(answer.headers[.cacheControl] == "no-store")
    }
  }

  @Test("What people wrote is shown as they wrote it, and does nothing")
  func escaping() async throws {
    let door = try await ConsoleDoor.open("pages_escaping")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    let text = "<script>alert(\"1\")</script> & '{{t.frame.name}}'"
    try await door.fixture.perform(.comment(text: text), on: id, by: Person.dispatcher.actor)
    let page = try await door.page("/cases/\(id)", as: .dispatcher)
    #expect(!page.text.contains("<script>alert"))
    #expect(page.text.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"))
    #expect(page.text.contains("{{t.frame.name}}"))
    let search = try await door.page("/cases?q=%22%3E%3Cscript%3E", as: .dispatcher)
    #expect(!search.text.contains("\"><script>"))
  }
}
